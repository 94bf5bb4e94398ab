"""Where the sources of a course lie, and where its halves are."""

from dataclasses import dataclass
from pathlib import Path

from openjupyter_service.exercises.course import SOURCE_FILE
from openjupyter_service.exercises.file import NOTEBOOK_SUFFIX
from openjupyter_service.exercises.layout import PRIVATE_HALF, PUBLIC_HALF


@dataclass(frozen=True)
class Sources:
    """The private half of a course, the names of its exercises that have a source, and the public half if named."""

    private: Path
    names: list[str]
    public: Path | None = None

    def public_of(self, name: str) -> Path:
        """The public half that an exercise is built for: where `check` and `grade` will look for its notebook."""
        if self.public is not None:
            return self.public
        beside = self.private.parent / PUBLIC_HALF
        is_there = (beside / name / f"{name}{NOTEBOOK_SUFFIX}").is_file()
        return beside if self.private.name == PRIVATE_HALF or is_there else self.private


def find_sources(folder: Path, public: Path | None = None) -> Sources | None:
    """The sources in a folder that holds hidden_tests/, or exercises, or is itself an exercise; None if none."""
    folder = folder.resolve()
    public = public.resolve() if public else None
    for private in (folder / PRIVATE_HALF, folder):
        names = sorted(path.parent.name for path in private.glob(f"*/{SOURCE_FILE}") if path.parent.name[0] != ".")
        if names:
            return Sources(private, names, public)
    if (folder / SOURCE_FILE).is_file():
        return Sources(folder.parent, [folder.name], public)
    return None
