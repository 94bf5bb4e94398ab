"""Where the sources of a course lie, and where its halves are."""

from dataclasses import dataclass
from pathlib import Path

from openjupyter_service.exercises.course import SOURCE_FILE
from openjupyter_service.exercises.layout import PRIVATE_HALF, PUBLIC_HALF


@dataclass(frozen=True)
class Sources:
    """The private half of a course, the names of its exercises that have a source, and the public half."""

    private: Path
    names: list[str]
    public: Path


def find_sources(folder: Path, public: Path | None = None) -> Sources | None:
    """The sources in a folder that holds hidden_tests/, or exercises, or is itself an exercise; None if none.

    The public half, if it is not named, is notebooks/ beside hidden_tests/, else the private half itself.
    """
    folder = folder.resolve()
    for private in (folder / PRIVATE_HALF, folder):
        names = sorted(path.parent.name for path in private.glob(f"*/{SOURCE_FILE}") if path.parent.name[0] != ".")
        if names:
            return Sources(private, names, _public(private, public))
    if (folder / SOURCE_FILE).is_file():
        return Sources(folder.parent, [folder.name], _public(folder.parent, public))
    return None


def _public(private: Path, public: Path | None) -> Path:
    if public is not None:
        return public.resolve()
    beside = private.parent / PUBLIC_HALF
    return beside if private.name == PRIVATE_HALF or beside.is_dir() else private
