"""Where a notebook of the page lies: a path from the browser, checked before anything is read."""

import stat
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from openjupyter.server.problems import no_exercise

MAX_PATH = 1000


@dataclass(frozen=True)
class Place:
    """A notebook in a course's folder. Launches clone each course into a folder of its name in the home folder."""

    home: Path
    course: str
    notebook: str
    """Path inside the course's folder, with slashes."""

    @property
    def path(self) -> Path:
        """The notebook itself."""
        return self.home / self.course / self.notebook

    def file(self, name: str) -> Path | None:
        """The regular file of that name in the course's folder; None when there is none, or it lies outside of it."""
        root = self.home / self.course
        path = (root / name).resolve()
        return path if path.is_relative_to(root) and _is_file(path) else None


def find_place(home: Path, path: str) -> Place:
    """The place of `path`, which is relative to the home folder, as Jupyter's contents have it.

    Raises:
        Problem: it is no notebook, not there, outside of the home folder, or in no course's folder
    """
    relative = PurePosixPath(path)
    home = home.resolve()
    if len(path) > MAX_PATH or "\0" in path or relative.is_absolute() or relative.suffix != ".ipynb":
        raise no_exercise()
    try:
        found = (home / relative).resolve()
        inside = PurePosixPath(found.relative_to(home))
    except (ValueError, OSError):
        raise no_exercise() from None
    if len(inside.parts) < 2 or not _is_file(found):
        raise no_exercise()
    return Place(home, inside.parts[0], str(PurePosixPath(*inside.parts[1:])))


def _is_file(path: Path) -> bool:
    try:
        return stat.S_ISREG(path.stat().st_mode)
    except (OSError, ValueError):
        return False
