"""A course's data set: a folder of this machine that learners, sandboxes and judges read, all at the same place.

The folder is the operator's word; what is refused here is what would give away more than was meant.
"""

import stat
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any

from pydantic import AfterValidator

DATA_FOLDER = "/srv/data"
"""Folder in every container with a folder for each course that has a data set."""

_SYSTEM = tuple(map(Path, ("/boot", "/dev", "/etc", "/proc", "/run", "/sys", "/var/run", "/var/lib/docker")))
_READABLE = stat.S_IROTH | stat.S_IXOTH


@dataclass(frozen=True)
class DataSet:
    """One course's data set: `source` on this machine, `target` in containers."""

    source: str
    target: str

    def mount(self) -> dict[str, Any]:
        """A mount for the Docker engine: read-only. A missing source is an error there, not a new folder."""
        return {
            "Type": "bind",
            "Source": self.source,
            "Target": self.target,
            "ReadOnly": True,
            # What is mounted below the folder would come along, and writable.
            "BindOptions": {"NonRecursive": True},
        }

    def trouble(self) -> str:
        """Why learners cannot read it, in a few words; "" when they can."""
        try:
            mode = Path(self.source).stat().st_mode
        except OSError as error:
            return f"cannot be opened: {error.strerror}"
        if not stat.S_ISDIR(mode):
            return "is no folder"
        return "" if mode & _READABLE == _READABLE else f"cannot be read by learners; try: chmod -R o+rX {self.source}"


def data_set(course: str, folder: Path) -> DataSet:
    """The data set of the course of that name. Links in the folder's path are followed here, once."""
    return DataSet(str(folder.resolve()), f"{DATA_FOLDER}/{course}")


def holds(folder: Path, other: Path) -> bool:
    """Is `other` this folder, or anywhere below it, links followed?"""
    return other.resolve().is_relative_to(folder.resolve())


def overlap(one: Path, other: Path) -> bool:
    """Is one of the two in the other?"""
    return holds(one, other) or holds(other, one)


def _check_folder(folder: Path) -> Path:
    if not folder.is_absolute() or ".." in folder.parts:
        raise ValueError(f"{str(folder)!r} is no absolute path without '..'; write for example /srv/openjupyter/data")
    if not str(folder).isprintable():
        raise ValueError(f"{str(folder)!r} has characters that nobody can see; rename the folder")
    for path in {folder, folder.resolve()}:
        if len(path.parts) < 3:
            raise ValueError(f"{path} would show a whole system folder to learners; name a folder of its own in it")
        if any(holds(system, path) or holds(path, system) for system in _SYSTEM):
            raise ValueError(f"{path} holds files of the system; put data sets into a folder of their own")
    return folder


DataFolder = Annotated[Path, AfterValidator(_check_folder)]
