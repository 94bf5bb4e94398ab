"""Write what was built, all of it or nothing, and never over what somebody wrote by hand unless told to."""

import contextlib
import os
import stat
import tempfile
from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from openjupyter_service.authoring.build import Built
from openjupyter_service.authoring.roles import SETTINGS_LINE
from openjupyter_service.authoring.stamp import State, says_the_same, state_of
from openjupyter_service.errors import ExerciseError
from openjupyter_service.exercises.course import EXERCISE_FILE
from openjupyter_service.exercises.file import NOTEBOOK_SUFFIX
from openjupyter_service.exercises.mistakes import shown_path


class Change(StrEnum):
    """What is done to a file."""

    MADE = "made"
    UPDATED = "updated"
    UNCHANGED = "unchanged"
    OVERWRITTEN = "overwritten, though written by hand:"
    REMOVED = "removed"


@dataclass(frozen=True)
class FileChange:
    """One file and what is done to it; `old` is None where there is none, `new` where it goes."""

    path: Path
    change: Change
    old: bytes | None
    new: bytes | None


class WrittenByHand(ExerciseError):
    """Files stand in the way that building did not make, or that were changed since; nothing was written."""

    def __init__(self, found: dict[Path, str]) -> None:
        self.found = found
        super().__init__("; ".join(self.sentences()))

    def sentences(self) -> list[str]:
        """One sentence for each file."""
        return [f"{shown_path(path)} {text}" for path, text in self.found.items()]


def plan_changes(exercises: Iterable[Built], overwrite: bool = False) -> list[FileChange]:
    """What writing these exercises would do to each file.

    Raises:
        WrittenByHand: files would be lost; not with `overwrite`
    """
    found: list[FileChange] = []
    by_hand: dict[Path, str] = {}
    for built in exercises:
        for path, new in built.files.items():
            old = _read(path)
            change = _change(path, old, new)
            if change is Change.OVERWRITTEN and not overwrite:
                by_hand[path] = _why_not(path, old, built.source)
            found.append(FileChange(path, change, old, new))
        for path in built.removed:
            old = _read(path)
            if old is not None and state_of(old, path.suffix == NOTEBOOK_SUFFIX) is not State.BUILT and not overwrite:
                by_hand[path] = _why_not(path, old, built.source)
            found.append(FileChange(path, Change.REMOVED, old, None))
    if by_hand:
        raise WrittenByHand(by_hand)
    return found


def write_changes(changes: Iterable[FileChange]) -> None:
    """Make the changes; where one fails, those before it are taken back and its error goes on.

    Each file changes at once: a reader has the old or the new one, never a half.
    """
    done: list[FileChange] = []
    staged: dict[Path, Path] = {}
    wanted = [change for change in changes if change.change is not Change.UNCHANGED]
    try:
        for change in wanted:
            if change.new is not None:
                staged[change.path] = _stage(change.path, change.new)
        for change in wanted:
            if change.new is not None:
                staged[change.path].replace(change.path)
            else:
                change.path.unlink(missing_ok=True)
            done.append(change)
    except OSError:
        for change in reversed(done):
            _take_back(change)
        raise
    finally:
        for path in staged.values():
            path.unlink(missing_ok=True)


def _read(path: Path) -> bytes | None:
    if path.is_dir():
        raise ExerciseError(f"{shown_path(path)} is a folder, and a file is to be built there; rename the folder")
    try:
        return path.read_bytes()
    except FileNotFoundError:
        return None


def _change(path: Path, old: bytes | None, new: bytes) -> Change:
    is_notebook = path.suffix == NOTEBOOK_SUFFIX
    if old is None:
        return Change.MADE
    if old == new:
        return Change.UNCHANGED
    if state_of(old, is_notebook) is State.BUILT or says_the_same(old, new, is_notebook):
        return Change.UPDATED
    return Change.OVERWRITTEN


def _why_not(path: Path, old: bytes | None, source: Path) -> str:
    """Why a file is not overwritten, and what its author can do."""
    is_changed = old is not None and state_of(old, path.suffix == NOTEBOOK_SUFFIX) is State.CHANGED
    origin = "was changed by hand since it was built" if is_changed else "was written by hand"
    throw_away = "build with --overwrite, which throws away what is there now"
    if path.name == EXERCISE_FILE:
        keep = "delete its first line" if is_changed else "take such a cell out of the source"
        return (
            f"{origin}; put its lines into a raw cell of {shown_path(source)} that begins with {SETTINGS_LINE}, and "
            f"{throw_away}; or {keep} to keep the file as yours"
        )
    if is_changed:
        return f"{origin}; make the change in {shown_path(source)}, and {throw_away}"
    return f"{origin}; move what is in it to {shown_path(source)}, and {throw_away}; or give it another name"


def _stage(path: Path, content: bytes) -> Path:
    """The content in a file beside its place, with the permissions that it will have there."""
    path.parent.mkdir(parents=True, exist_ok=True)
    descriptor, name = tempfile.mkstemp(prefix=f".{path.name}.", dir=path.parent)
    staged = Path(name)
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.write(content)
        staged.chmod(stat.S_IMODE(path.stat().st_mode) if path.exists() else 0o666 & ~_umask())
    except OSError:
        staged.unlink(missing_ok=True)
        raise
    return staged


def _umask() -> int:
    mask = os.umask(0)
    os.umask(mask)
    return mask


def _take_back(change: FileChange) -> None:
    with contextlib.suppress(OSError):  # what made the change fail may stand in the way of this, too
        if change.old is None:
            change.path.unlink(missing_ok=True)
        else:
            _stage(change.path, change.old).replace(change.path)
