"""Read exercise.toml, or say what is wrong in it: file, line, and the nearest name that would be right."""

import difflib
import re
import tomllib
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from openjupyter_service.errors import ExerciseError
from openjupyter_service.exercises.file import ExerciseFile, Limits, Sample, Style, Variant
from openjupyter_service.exercises.lines import KeyPath, key_lines

SECTIONS: dict[str, type[BaseModel]] = {"limits": Limits, "style": Style, "samples": Sample, "variants": Variant}
_ARRAYS = ("samples", "variants")

_WORDS = {
    "string_type": "must be text in quotes",
    "string_too_short": "must not be empty",
    "float_type": "must be a number",
    "finite_number": "must be a finite number",
    "list_type": 'must be a list in brackets, such as ["one", "two"]',
    "missing": "is missing",
}
"""What is said of a value by pydantic's name for what is wrong; for all others pydantic's own words do."""


@dataclass(frozen=True)
class Mistake:
    """One mistake: line from 1, or None where the text has no line for it, and a sentence."""

    line: int | None
    text: str


class ExerciseFileError(ExerciseError):
    """exercise.toml cannot be used; the text tells of the first mistake, `mistakes` of all."""

    def __init__(self, path: Path, mistakes: list[Mistake]) -> None:
        self.path = path
        self.mistakes = mistakes
        more = f" (and {len(mistakes) - 1} more in this file)" if len(mistakes) > 1 else ""
        super().__init__(self.sentences()[0] + more)

    def sentences(self) -> list[str]:
        """One sentence for each mistake, with file and line."""
        shown = shown_path(self.path)
        return [f"{shown}{f', line {each.line}' if each.line else ''}: {each.text}" for each in self.mistakes]


def shown_path(path: Path) -> str:
    """A path as people read it: relative to the working directory if below it."""
    absolute = path.absolute()
    return str(absolute.relative_to(Path.cwd()) if absolute.is_relative_to(Path.cwd()) else path)


def read_exercise_file(path: Path) -> ExerciseFile:
    """The file's content; ExerciseFileError names everything that is wrong in it."""
    try:
        text = path.read_bytes().decode("utf-8-sig")
    except OSError as error:
        raise ExerciseFileError(path, [Mistake(None, f"cannot be read: {error.strerror}")]) from None
    except UnicodeDecodeError as error:
        line = path.read_bytes()[: error.start].count(b"\n") + 1
        raise ExerciseFileError(path, [Mistake(line, "this is not UTF-8 text; save the file as UTF-8")]) from None
    return parse_exercise_file(path, text)


def parse_exercise_file(path: Path, text: str) -> ExerciseFile:
    """What a text would say as exercise.toml; ExerciseFileError, with that path, names everything wrong in it."""
    try:
        values = tomllib.loads(text)
    except (tomllib.TOMLDecodeError, RecursionError) as error:
        raise ExerciseFileError(path, [_syntax_mistake(text, str(error))]) from None
    try:
        return ExerciseFile.model_validate(values)
    except ValidationError as error:
        details = error.errors(include_url=False)
        raise ExerciseFileError(path, explain(details, key_lines(text))) from None


def _syntax_mistake(text: str, message: str) -> Mistake:
    lines = text.splitlines() or [""]
    place = re.search(r" \(at (?:line (\d+), column (\d+)|end of document)\)$", message)
    if not place:
        return Mistake(None, f"this is not TOML: {message}")
    number = int(place[1] or len(lines))
    reason = message[: place.start()]
    line = lines[min(number, len(lines)) - 1]
    advice = ""
    if bare := re.match(r"\s*([\w.-]+)\s*=\s*([^\s\"'\[{#\d+-][^\"'#]*?)\s*(?:#.*)?$", line):
        advice = f'; text needs quotes: {bare[1]} = "{bare[2]}"'
    elif re.match(r"\s*[\w.-]+\s*=\s*$", line):
        advice = "; there is no value after the ="
    elif re.match(r"\s*[\w.-]+\s*:", line):
        advice = "; write = between a key and its value"
    where = f" (column {place[2]})" if place[2] else ""
    return Mistake(number, f"this is not TOML: {reason[:1].lower()}{reason[1:]}{where}{advice}")


def explain(details: list[ErrorDetails], lines: dict[KeyPath, int]) -> list[Mistake]:
    """Mistakes in the order of their lines; a misspelt key is not told of as missing, too."""
    found: list[Mistake] = []
    misspelt: set[KeyPath] = set()
    missing: dict[KeyPath, Mistake] = {}
    for detail in details:
        path = detail["loc"]
        line = _line(path, lines)
        if detail["type"] == "extra_forbidden":
            text, nearest = _unknown(path)
            misspelt |= {(*path[:-1], nearest)} if nearest else set()
            found.append(Mistake(line, text))
        elif detail["type"] == "missing":
            missing[path] = Mistake(line, _missing(path))
        else:
            found.append(Mistake(line, _wrong_value(path, detail)))
    found += [mistake for path, mistake in missing.items() if path not in misspelt]
    return sorted(found, key=lambda mistake: mistake.line or 0)


def _line(path: KeyPath, lines: dict[KeyPath, int]) -> int | None:
    """The line of the key, else that of what it should stand in."""
    while path and path not in lines:
        path = path[:-1]
    return lines.get(path)


def _keys(section: str | int | None) -> list[str]:
    model = SECTIONS.get(str(section)) if section is not None else ExerciseFile
    return [*model.model_fields] if model else []


def _unknown(path: KeyPath) -> tuple[str, str]:
    """The sentence for a key that is not known, and the name in the same section that it was probably meant to be."""
    name = str(path[-1])
    section = path[0] if len(path) > 1 else None
    shown = f"`{name[:60]}`"
    nearest = _nearest(name, _keys(section))
    if nearest:
        return f"there is no key {shown}{_in(section)}; did you mean {_shown(nearest, section)}?", nearest
    for other in [None, *SECTIONS]:
        if other != section and name in _keys(other):
            return f"the key {shown} does not belong here; {_belongs(other)}", ""
    for other in [None, *SECTIONS]:
        if other != section and (near := _nearest(name, _keys(other))):
            return f"there is no key {shown}{_in(section)}; did you mean `{near}`? Then {_belongs(other)}", ""
    known = ", ".join(f"`{key}`" for key in _keys(section))
    return f"there is no key {shown}{_in(section)}; the keys here are {known}", ""


def _nearest(name: str, known: list[str]) -> str:
    return next(iter(difflib.get_close_matches(name.lower().replace("-", "_"), known, 1, 0.6)), "")


def _in(section: str | int | None) -> str:
    return f" in {_header(section)}" if section is not None else ""


def _header(section: str | int) -> str:
    return f"[[{section}]]" if section in _ARRAYS else f"[{section}]"


def _shown(name: str, section: str | int | None) -> str:
    return f"`{_header(name)}`" if section is None and name in SECTIONS else f"`{name}`"


def _belongs(section: str | None) -> str:
    if section is None:
        return "it belongs to the top of the file, before the first line in brackets"
    return f"it belongs below the line {_header(section)}"


def _missing(path: KeyPath) -> str:
    if len(path) == 1:
        return f'`{path[0]}` is missing; write for example {path[0]} = "A shopping basket"'
    return f"`{path[-1]}` is missing in this {_header(path[0])}"


def _wrong_value(path: KeyPath, detail: ErrorDetails) -> str:
    kind, message = detail["type"], detail["msg"]
    name = next((str(part) for part in reversed(path) if isinstance(part, str)), "")
    if name in SECTIONS and kind in ("list_type", "model_type", "model_attributes_type"):
        return f"`{name}` is written as a line {_header(name)}, with its keys in the lines below"
    if not path:
        return message.removeprefix("Value error, ")
    item = f"item {path[-1] + 1} of `{name}`" if isinstance(path[-1], int) else f"`{name}`"
    if kind == "literal_error":
        return f"{item} must be {_choices(detail)}"
    if kind == "value_error":
        return f"{item}: {message.removeprefix('Value error, ')}"
    words = _WORDS.get(kind) or re.sub(r"^Input should |^String should ", "must ", message)
    return f"{item} {words}{_given(detail['input'])}"


def _choices(detail: ErrorDetails) -> str:
    """The values that may stand here, and the one that was probably meant."""
    expected = re.findall(r"'([^']*)'", str(detail.get("ctx", {}).get("expected", "")))
    nearest = _nearest(str(detail["input"]), expected)
    choices = ", ".join(f'"{name}"' for name in expected)
    return f"one of {choices}" + (f'; did you mean "{nearest}"?' if nearest else "")


def _given(value: Any) -> str:
    if isinstance(value, bool):
        return f", not {str(value).lower()}"
    return f", not {value!r:.60}" if isinstance(value, int | float | str) and value != "" else ""
