"""Where the parts of a course lie on a disk: two halves side by side, a private half alone, or all in one folder."""

from dataclasses import dataclass
from pathlib import Path

from openjupyter_service.exercises.course import EXERCISE_FILE, Exercise, exercise_names

PUBLIC_HALF = "notebooks"
PRIVATE_HALF = "hidden_tests"


@dataclass(frozen=True)
class CourseFolders:
    """The private half, the names of its exercises, and the public half if it was named."""

    private: Path
    names: list[str]
    public: Path | None = None

    def public_of(self, exercise: Exercise) -> Path:
        """The public half that an exercise belongs to."""
        return self.public or public_half(exercise)


def find_course(folder: Path, public: Path | None = None) -> CourseFolders | None:
    """The course in a folder that holds hidden_tests/, or exercises, or is itself an exercise; None if none."""
    folder = folder.resolve()
    public = public.resolve() if public else None
    if names := exercise_names(folder / PRIVATE_HALF):
        return CourseFolders(folder / PRIVATE_HALF, names, public)
    if names := exercise_names(folder):
        return CourseFolders(folder, names, public)
    if (folder / EXERCISE_FILE).is_file():
        return CourseFolders(folder.parent, [folder.name], public)
    return None


def public_half(exercise: Exercise) -> Path:
    """The public half of an exercise: notebooks/ beside the private half if there is one, else the private half itself.

    Where both could be meant, the one that has the exercise's notebook.
    """
    private = exercise.folder.parent
    beside = private.parent / PUBLIC_HALF
    if (beside / exercise.notebook).is_file():
        return beside
    if (private / exercise.notebook).is_file() or not beside.is_dir():
        return private
    return beside if private.name == PRIVATE_HALF else private


def is_one_folder(exercise: Exercise, public: Path) -> bool:
    """Do the exercise's hidden files lie in the public half by design, as while a course is being written?"""
    return exercise.folder.is_relative_to(public)
