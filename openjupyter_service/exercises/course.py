"""Read exercises from the private half of a course: exercise.toml, hidden tests, and nothing of it for learners."""

from collections.abc import Iterator
from pathlib import Path, PurePosixPath

from openjupyter_service.errors import ExerciseError, NotFound
from openjupyter_service.exercises.file import ExerciseFile
from openjupyter_service.exercises.mistakes import read_exercise_file
from openjupyter_service.language import N_

EXERCISE_FILE = "exercise.toml"
SOLUTION_FILE = "solution.ipynb"
SOURCE_FILE = "source.ipynb"
"""The notebook with marks that `openjupyter build` makes an exercise from, where its author keeps one."""
MAX_TESTS_BYTES = 24 * 2**20
"""Tests and their data travel to the judge in one frame, as base64."""


class Exercise(ExerciseFile):
    """One exercise: its file, name and folder. `notebook` is always set."""

    name: str
    folder: Path
    notebook: str

    def tests(self) -> dict[str, bytes]:
        """The tests and what lies beside them, by path below the folder.

        Never among them: exercise.toml, source, solution, samples and variants; and where both halves of a course are
        one folder, the starter notebook and the files that learners hand in.

        Raises:
            ExerciseError: there are no tests, or more than a judge can be sent
        """
        found = {path.relative_to(self.folder).as_posix(): path.read_bytes() for path in self._test_paths()}
        if not any(is_test_file(path) for path in found):
            raise ExerciseError(
                f"exercise {self.name} has no test files; write its tests to {self.folder}/test_{self.name}.py"
            )
        if (size := sum(map(len, found.values()))) > MAX_TESTS_BYTES:
            raise ExerciseError(
                f"the tests of exercise {self.name} and the files beside them are {size // 2**20} MB, and at most "
                f"{MAX_TESTS_BYTES // 2**20} MB can be sent to a judge; remove what no test needs from {self.folder}"
            )
        return found

    def _test_paths(self) -> Iterator[Path]:
        left_out = [
            self.folder / EXERCISE_FILE,
            self.folder / SOURCE_FILE,
            self.folder / self.notebook_name,
            *self.worked_paths(),
        ]
        left_out += [self.folder.parent / name for name in self.files]
        for path in sorted(self.folder.rglob("*")):
            parts = path.relative_to(self.folder).parts
            if (
                path.is_file()
                and "__pycache__" not in parts
                and not any(part.startswith(".") for part in parts)
                and not any(path.is_relative_to(other) for other in left_out)
            ):
                yield path

    @property
    def notebook_name(self) -> str:
        """The file name of the notebook."""
        return PurePosixPath(self.notebook).name

    def solution_path(self) -> Path | None:
        """The solution, a notebook or a folder: the one named, else solution.ipynb, else the first sample of score 1.

        It need not be there if it is named.
        """
        if self.solution is not None:
            return self.folder / self.solution
        if (self.folder / SOLUTION_FILE).is_file():
            return self.folder / SOLUTION_FILE
        return next((self.folder / sample.path for sample in self.samples if sample.score == 1), None)

    def worked_paths(self) -> list[Path]:
        """Solution, samples and variants: notebooks and folders that hold answers, each once."""
        named = [self.folder / sample.path for sample in self.samples]
        named += [self.folder / variant.path for variant in self.variants]
        solution = self.solution_path()
        return list(dict.fromkeys([*([solution] if solution else []), self.folder / SOLUTION_FILE, *named]))

    def notebook_of(self, worked: Path) -> Path:
        """The notebook of a solution, sample or variant."""
        return worked / self.notebook_name if worked.is_dir() else worked


def is_test_file(path: str) -> bool:
    """Does pytest collect tests from this file?"""
    name = PurePosixPath(path).name
    return name.endswith(".py") and (name.startswith("test_") or name.endswith("_test.py"))


def load_exercise(private: Path, name: str) -> Exercise:
    """The exercise of that name.

    Raises:
        NotFound: there is no such exercise
        ExerciseError: its exercise.toml is broken; the text says where
    """
    # The name comes from launches and requests: compared with what is there, never joined blindly.
    if name not in exercise_names(private):
        raise NotFound(N_("there is no exercise {name} in this course"), name=repr(name[:100]))
    folder = private / name
    values = read_exercise_file(folder / EXERCISE_FILE).model_dump()
    values["notebook"] = values["notebook"] or f"{name}/{name}.ipynb"
    return Exercise(**values, name=name, folder=folder)


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
        raise NotFound(
            N_("the notebook {notebook} belongs to no exercise of this course"), notebook=repr(notebook[:100])
        )
    return nearby
