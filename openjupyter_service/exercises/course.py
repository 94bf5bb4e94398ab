"""Read exercises from the private half of a course: exercise.toml, hidden tests, and nothing of it for learners."""

import tomllib
from pathlib import Path, PurePosixPath
from typing import Annotated

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, ValidationError

from openjupyter_service.errors import ExerciseError, NotFound
from openjupyter_service.settings import Size, parse_bytes

EXERCISE_FILE = "exercise.toml"


def check_relative(text: str) -> str:
    """A path below the course's root in its plainest form; ValueError for any other."""
    path = PurePosixPath(text)
    if path.is_absolute() or ".." in path.parts or "\0" in text or str(path) != text or text in ("", "."):
        raise ValueError(f"{text[:100]!r} is not a path inside the course")
    return text


RelativePath = Annotated[str, AfterValidator(check_relative)]


class _Section(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Limits(_Section):
    """Limits of one grading: wall-clock seconds, memory of the sandbox, everything the notebook prints."""

    notebook_seconds: float = Field(default=60, gt=0, le=3600)
    test_seconds: float = Field(default=10, gt=0, le=600)
    memory: Size = "512M"
    output: Size = "1M"

    @property
    def memory_bytes(self) -> int:
        """Memory of the sandbox container."""
        return parse_bytes(self.memory)

    @property
    def output_bytes(self) -> int:
        """All output of the notebook."""
        return parse_bytes(self.output)


class Sample(_Section):
    """A worked submission: a folder laid over the notebook's folder, and the score it must get."""

    path: RelativePath
    score: float = Field(ge=0, le=1)


class ExerciseFile(_Section):
    """The content of exercise.toml; all paths but those of samples are relative to the public half's root."""

    title: str = Field(min_length=1, max_length=200)
    notebook: RelativePath
    files: list[RelativePath] = []
    data: list[RelativePath] = []
    limits: Limits = Limits()
    samples: list[Sample] = []


class Exercise(ExerciseFile):
    """One exercise: its file, name and folder."""

    name: str
    folder: Path

    def tests(self) -> dict[str, bytes]:
        """The tests and what lies beside them, by path below the folder: all but exercise.toml and the samples."""
        samples = [self.folder / sample.path for sample in self.samples]
        found = {
            path.relative_to(self.folder).as_posix(): path.read_bytes()
            for path in sorted(self.folder.rglob("*"))
            if path.is_file()
            and path.name != EXERCISE_FILE
            and "__pycache__" not in path.parts
            and not any(path.is_relative_to(sample) for sample in samples)
        }
        if not any(path.endswith(".py") for path in found):
            raise ExerciseError(f"exercise {self.name} has no test files")
        return found


def load_exercise(private: Path, name: str) -> Exercise:
    """The exercise of that name.

    Raises:
        NotFound: there is no such exercise
        ExerciseError: its exercise.toml is broken; the text says where
    """
    folder = private / name
    path = folder / EXERCISE_FILE
    # The name comes from launches and requests: compared with what is there, never joined blindly.
    if name not in exercise_names(private):
        raise NotFound(f"there is no exercise {name[:100]!r} in this course")
    try:
        values = ExerciseFile.model_validate(tomllib.loads(path.read_text()))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise ExerciseError(f"{path} cannot be read: {error}") from None
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(str(part) for part in first["loc"])
        raise ExerciseError(f"{path} has a wrong value for {where}: {first['msg']}") from None
    return Exercise(**values.model_dump(), name=name, folder=folder)


def exercise_names(private: Path) -> list[str]:
    """Names of all exercises of a course, sorted."""
    return sorted(path.parent.name for path in private.glob(f"*/{EXERCISE_FILE}"))


def exercise_of_notebook(private: Path, notebook: str) -> Exercise:
    """The exercise that a notebook of the public half belongs to; else the one of its folder.

    Raises:
        NotFound: neither
        ExerciseError: neither among those that can be read, and one cannot
    """
    folder = PurePosixPath(notebook).parent
    nearby: Exercise | None = None
    broken: ExerciseError | None = None
    for name in exercise_names(private):
        try:
            exercise = load_exercise(private, name)
        except ExerciseError as error:  # one that its author is just mending must not stop the others
            broken = broken or error
            continue
        if exercise.notebook == notebook:
            return exercise
        if PurePosixPath(exercise.notebook).parent == folder:  # a copy, or renamed by the learner
            nearby = exercise
    if nearby is None:
        if broken is not None:
            raise broken
        raise NotFound(f"the notebook {notebook[:100]!r} belongs to no exercise of this course")
    return nearby
