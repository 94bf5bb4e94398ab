"""Does anything of the private half lie in the public one? By name, by content, and by text pasted into a notebook."""

import hashlib
import json
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Any

from openjupyter_service.exercises.course import (
    EXERCISE_FILE,
    SOLUTION_FILE,
    SOURCE_FILE,
    Exercise,
    is_test_file,
)
from openjupyter_service.exercises.mistakes import shown_path
from openjupyter_service.grading.check.findings import ExerciseResult, Subject
from openjupyter_service.grading.check.sources import HiddenTest

MIN_BYTES = 20
"""Equal files smaller than this say nothing, such as an empty __init__.py."""
MIN_LINE = 20
"""Nor do shorter lines of a test."""
MAX_TEXT_BYTES = 20 * 2**20
_MARK = re.compile(r"^[ \t]*#+[ \t]*BEGIN (SOLUTION|HIDDEN TESTS)[ \t]*$", re.MULTILINE)
"""A mark of a source, which `openjupyter build` takes out of what learners get."""


@dataclass(frozen=True)
class PublicFile:
    """A file that learners get: path in the public half, fingerprint of its content, and its text."""

    path: str
    fingerprint: str
    text: str


def read_public(public: Path, paths: Iterable[str] | None = None) -> list[PublicFile]:
    """All files of a public half, or some of them."""
    chosen = [public / path for path in paths] if paths is not None else _all_files(public)
    return [_read(path, path.relative_to(public).as_posix()) for path in chosen if path.is_file()]


def note_hidden_files(
    exercise: Exercise, tests: list[HiddenTest], public: list[PublicFile], result: ExerciseResult
) -> None:
    """Note every public file that is, or holds, something hidden of this exercise."""
    given = {exercise.notebook, *exercise.files, *exercise.data}
    contents = _hidden_contents(exercise, {file.fingerprint for file in public if file.path in given})
    names = _hidden_names(exercise) - {PurePosixPath(path).name for path in given}
    lines = _telling_lines(tests)
    for file in public:
        if PurePosixPath(file.path).name in names:
            _note(result, file, "has the name of a hidden file")
        elif (hidden := contents.get(file.fingerprint)) is not None:
            _note(result, file, f"is the same as the hidden file {shown_path(hidden)}")
        elif test := next((test for line, test in lines.items() if line in file.text), None):
            _note(result, file, f"holds text of the hidden test {test.name}")
        elif mark := _MARK.search(file.text):
            _note(result, file, f"holds the mark {mark[0].strip()}, so that it was not built from its source")


def note_named_files(exercise: Exercise, result: ExerciseResult) -> None:
    """Note hidden files that exercise.toml itself gives to learners."""
    own = (exercise.folder / EXERCISE_FILE, exercise.folder / SOURCE_FILE)
    hidden = {path.resolve() for path in (*own, *exercise.worked_paths())}
    for name in (exercise.notebook, *exercise.files, *exercise.data):
        path = (exercise.folder.parent / name).resolve()
        if any(path.is_relative_to(other) for other in hidden) or (
            path.is_relative_to(exercise.folder.resolve()) and is_test_file(name)
        ):
            result.error(
                Subject.HIDDEN_FILES, f"exercise.toml gives learners the hidden file {name}; take it out of the list"
            )


def _note(result: ExerciseResult, file: PublicFile, what: str) -> None:
    result.error(
        Subject.HIDDEN_FILES,
        f"{file.path} in the public half {what}; learners can read it: remove it, and publish the course again",
    )


def _all_files(public: Path) -> Iterator[Path]:
    for path in sorted(public.rglob("*")):
        parts = path.relative_to(public).parts
        if path.is_file() and not {".git", "__pycache__"} & set(parts):
            yield path


def _hidden_contents(exercise: Exercise, given: set[str]) -> dict[str, Path]:
    """Fingerprint → file of all that is hidden, but for what learners are given on purpose.

    A sample may hold a file as learners get it, and tests may read the same data as the notebook.
    """
    paths = [exercise.folder / path for path in exercise.tests()]
    paths += [exercise.folder / EXERCISE_FILE, exercise.folder / SOURCE_FILE]
    for worked in exercise.worked_paths():
        paths += sorted(path for path in worked.rglob("*") if path.is_file()) if worked.is_dir() else [worked]
    found: dict[str, Path] = {}
    for path in paths:
        if path.is_file() and path.stat().st_size >= MIN_BYTES:
            found.setdefault(_read(path, "").fingerprint, path)
    return {fingerprint: path for fingerprint, path in found.items() if fingerprint not in given}


def _hidden_names(exercise: Exercise) -> set[str]:
    tests = {PurePosixPath(path).name for path in exercise.tests() if is_test_file(path)}
    worked = {path.name for path in exercise.worked_paths() if path.suffix}
    return {EXERCISE_FILE, SOLUTION_FILE, SOURCE_FILE, *tests, *worked}


def _telling_lines(tests: list[HiddenTest]) -> dict[str, HiddenTest]:
    """Lines that stand in no notebook by chance: the head of a test, and what it asks of `learner`."""
    found: dict[str, HiddenTest] = {}
    for test in tests:
        for line in test.source.splitlines():
            line = line.strip()
            if len(line) >= MIN_LINE and ("learner." in line or (line.startswith("def test") and "learner" in line)):
                found.setdefault(line, test)
    return found


def _read(path: Path, name: str) -> PublicFile:
    content = path.read_bytes()
    text = content[:MAX_TEXT_BYTES].decode("utf-8", "ignore")
    if path.suffix == ".ipynb":
        try:
            notebook = json.loads(text)
            code = [_joined(cell.get("source")) for cell in notebook["cells"] if cell.get("cell_type") == "code"]
            # Ids and outputs differ between copies of a notebook, the code does not.
            return PublicFile(name, _fingerprint("\n".join(code).encode("utf-8", "replace")), _strings(notebook))
        except (ValueError, TypeError, KeyError, AttributeError, RecursionError):
            pass
    return PublicFile(name, _fingerprint(content), text)


def _strings(value: Any) -> str:
    """All text in a notebook's JSON, outputs and attachments included."""
    if isinstance(value, str):
        return value
    if isinstance(value, dict):
        return "\n".join(_strings(item) for item in value.values())
    if isinstance(value, list):
        return "".join(value) if all(isinstance(item, str) for item in value) else "\n".join(map(_strings, value))
    return ""


def _joined(source: Any) -> str:
    return source if isinstance(source, str) else "".join(source)


def _fingerprint(content: bytes) -> str:
    return hashlib.sha256(content.strip()).hexdigest()
