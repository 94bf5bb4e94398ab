"""Gradings on this machine without hub and store: for authors, and whoever else has a notebook and an exercise."""

from pathlib import Path, PurePosixPath

from openjupyter_service.datasets import DataSet
from openjupyter_service.errors import ExerciseError, SandboxError
from openjupyter_service.exercises.course import Exercise
from openjupyter_service.exercises.mistakes import shown_path
from openjupyter_service.grading import session
from openjupyter_service.grading.notebook import clean_notebook
from openjupyter_service.grading.session import Graded, Progress
from openjupyter_service.sandbox.engine import Engine
from openjupyter_service.sandbox.pair import FreshPairs
from openjupyter_service.settings import GradingSettings


class LocalGrader:
    """Grades on the engine that DOCKER_HOST names, in containers started for each grading.

    Args:
        settings: images and limits
        site: label of its containers
        data_sets: of the course
    """

    def __init__(self, settings: GradingSettings, site: str, data_sets: tuple[DataSet, ...] = ()) -> None:
        self._settings = settings
        self._data_sets = data_sets
        self._pairs = FreshPairs(Engine(site))

    async def grade(
        self, exercise: Exercise, files: dict[str, bytes], progress: Progress, seed: int | None = None
    ) -> Graded:
        """Grade what `gather_files` gave; errors are those of a session, with the next step for who sits here."""
        try:
            return await session.grade(
                self._pairs,
                self._settings,
                exercise,
                files,
                exercise.notebook,
                progress,
                seed,
                data_sets=self._data_sets,
            )
        except SandboxError as error:
            raise SandboxError(f"{error}{_next_step(str(error))}") from error


def _next_step(reason: str) -> str:
    if "image is missing" in reason:
        return "; build it with python -m images.build, or name another"
    if "Docker engine failed" in reason:
        return "; see that Docker runs here (docker info), and that it knows the runtime if one is named"
    return "; try again, and report it if it stays"


def gather_files(exercise: Exercise, notebook: Path, public: Path) -> dict[str, bytes]:
    """The submission by path in the course, as if it had been handed in: the notebook, files and data.

    Files come from beside the notebook, else from the course; data from the course, as it does for learners.

    Raises:
        InvalidSubmission, TooLarge: the notebook is none, or too large
        ExerciseError: a file that the exercise names is nowhere
    """
    found = {exercise.notebook: clean_notebook(notebook.read_bytes())}
    home = PurePosixPath(exercise.notebook).parent
    for name in [*exercise.files, *exercise.data]:
        path = PurePosixPath(name)
        places = [public / name]
        if path.is_relative_to(home):
            beside = notebook.parent / path.relative_to(home)
            places.insert(0 if name in exercise.files else 1, beside)
            places.append(exercise.folder / path.relative_to(home))
        source = next((place for place in places if place.is_file()), None)
        if source is None:
            raise ExerciseError(
                f"{name} is neither beside the notebook nor in {shown_path(public)}; name the course's public half, or "
                f"mend the name in {shown_path(exercise.folder / 'exercise.toml')}: it is relative to the public half"
            )
        found[name] = source.read_bytes()
    return found
