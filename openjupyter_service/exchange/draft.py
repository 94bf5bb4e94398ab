"""An imported exercise before it is written, and writing it: both halves at once, or nothing."""

import json
import re
import shutil
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath

from openjupyter_service.errors import ExchangeError
from openjupyter_service.exchange.notes import Notes
from openjupyter_service.exercises.course import EXERCISE_FILE, load_exercise
from openjupyter_service.exercises.layout import PRIVATE_HALF, PUBLIC_HALF

SOLUTION_FOLDER = "solution"


@dataclass
class Draft:
    """An exercise to be written.

    `notebook` and `solution` are notebook files; `tests` are the test files and what lies beside them; `data` and
    `files` are what the exercise's keys of these names mean: all by path below the exercise's folder. `limits` are
    keys of [limits] in exercise.toml.
    """

    name: str
    title: str
    notebook: bytes
    tests: dict[str, bytes]
    solution: bytes | None = None
    data: dict[str, bytes] = field(default_factory=dict)
    files: dict[str, bytes] = field(default_factory=dict)
    solution_files: dict[str, bytes] = field(default_factory=dict)
    limits: dict[str, float] = field(default_factory=dict)
    settings: str | None = None
    """The whole text of exercise.toml, where the original had one."""
    notes: Notes = field(default_factory=Notes)

    def exercise_file(self) -> str:
        """The text of exercise.toml."""
        if self.settings is not None:
            return self.settings
        lines = [f"title = {_text(self.title)}"]
        for key, names in (("files", self.files), ("data", self.data)):
            if names:
                lines.append(f"{key} = [{', '.join(_text(f'{self.name}/{name}') for name in sorted(names))}]")
        if self.limits:
            lines += ["", "[limits]", *(f"{key} = {value:g}" for key, value in self.limits.items())]
        if self.solution is not None:
            lines += ["", "[[samples]]", f'path = "{SOLUTION_FOLDER}"', "score = 1.0"]
        return "\n".join(lines) + "\n"

    def private_files(self) -> dict[str, bytes]:
        """What goes into the exercise's private folder."""
        found = {EXERCISE_FILE: self.exercise_file().encode(), **self.tests}
        if self.solution is not None:
            found[f"{SOLUTION_FOLDER}/{self.name}.ipynb"] = self.solution
            for name, content in {**self.files, **self.solution_files}.items():
                found[f"{SOLUTION_FOLDER}/{name}"] = content
        return found

    def public_files(self) -> dict[str, bytes]:
        """What goes into its folder of the public half."""
        return {f"{self.name}.ipynb": self.notebook, **self.data, **self.files}


def write_drafts(drafts: Sequence[Draft], course: Path) -> list[Path]:
    """Write exercises into a course, both halves of each, or none of them.

    Returns:
        the private folders

    Raises:
        ExchangeError: an exercise of that name is there; nothing is overwritten
    """
    names = [draft.name for draft in drafts]
    for name in names:
        if names.count(name) > 1:
            raise ExchangeError(f"two notebooks would become the exercise {name}; rename one of them")
        for place in (course / PRIVATE_HALF / name, course / PUBLIC_HALF / name):
            if place.exists():
                raise ExchangeError(f"{place} is there already; remove it, or import under another --name")
    course.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix=".import-", dir=course) as folder:
        made = Path(folder)
        for draft in drafts:
            _write(made / PRIVATE_HALF / draft.name, draft.private_files())
            _write(made / PUBLIC_HALF / draft.name, draft.public_files())
            load_exercise(made / PRIVATE_HALF, draft.name).tests()
        moved: list[Path] = []
        try:
            for half in (PRIVATE_HALF, PUBLIC_HALF):
                (course / half).mkdir(exist_ok=True)
                for name in names:
                    (made / half / name).rename(course / half / name)
                    moved.append(course / half / name)
        except OSError:
            for path in moved:
                shutil.rmtree(path, ignore_errors=True)
            raise
    return [course / PRIVATE_HALF / name for name in names]


def _write(folder: Path, files: dict[str, bytes]) -> None:
    for name, content in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)


def exercise_name(text: str) -> str:
    """A folder's name for an exercise that was called so.

    Raises:
        ExchangeError: there is not one letter or digit in it
    """
    stem = PurePosixPath(text).name
    name = re.sub(r"[^a-z0-9]+", "-", stem.lower()).strip("-")[:60].strip("-")
    if not name:
        raise ExchangeError(f"{text[:100]!r} gives no name for an exercise; say one with --name")
    return name


def _text(text: str) -> str:
    """A basic string of TOML, which JSON's strings are, but for the one character that only JSON lets stand."""
    return json.dumps(text, ensure_ascii=False).replace("\x7f", "\\u007f")
