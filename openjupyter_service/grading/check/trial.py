"""Gradings of one exercise while it is checked: what goes wrong with one becomes a finding, and the others go on."""

from collections.abc import Awaitable, Callable
from pathlib import Path

from openjupyter_service.errors import ExerciseError, OpenJupyterError, SandboxError
from openjupyter_service.exercises.course import Exercise
from openjupyter_service.exercises.file import Limits
from openjupyter_service.exercises.mistakes import shown_path
from openjupyter_service.grading.check.findings import ExerciseResult, Subject
from openjupyter_service.grading.local import gather_files
from openjupyter_service.report import Report

FIRST_SEED = 1
SANDBOX_ATTEMPTS = 2
MAX_FAULT = 2_000

Files = dict[str, bytes]
GradeOne = Callable[[Exercise, Files, int], Awaitable[Report]]
"""Grades a submission with a seed; raises ExerciseError for broken tests, SandboxError for broken containers."""
Step = Callable[[int, int], None]
"""Told of progress: how many gradings are done, and of how many in all."""


class Trial:
    """Grades submissions of one exercise and notes in `result` what fails about the grading itself."""

    def __init__(self, exercise: Exercise, public: Path, grade: GradeOne, step: Step, result: ExerciseResult) -> None:
        self.exercise = exercise
        self.public = public
        self.result = result
        self.broken = False
        """Are the tests themselves broken? Then no further grading tells anything."""
        self._grade = grade
        self._step = step
        self._done = 0
        self._total = 0

    def expect(self, count: int) -> None:
        """So many gradings more are to come."""
        self._total += count
        self._step(self._done, self._total)

    def gather(self, subject: Subject, path: Path) -> Files | None:
        """The submission of a notebook, or of a folder with one; None, and a finding, when it cannot be one."""
        notebook = self.exercise.notebook_of(path)
        try:
            return gather_files(self.exercise, notebook, self.public)
        except FileNotFoundError:
            self.result.error(subject, f"there is no notebook {shown_path(notebook)}; write it, or mend its name")
        except (OpenJupyterError, OSError) as error:
            self.result.error(subject, f"{shown_path(notebook)}: {error}")
        return None

    async def report(
        self, subject: Subject, files: Files | None, seed: int = FIRST_SEED, limits: Limits | None = None
    ) -> Report | None:
        """Grade a submission; None when there is none, or, with a finding, when it could not be graded."""
        exercise = self.exercise.model_copy(update={"limits": limits}) if limits else self.exercise
        try:
            return await self._attempt(exercise, files, seed) if files is not None and not self.broken else None
        except ExerciseError as error:
            self.broken = True
            folder = shown_path(self.exercise.folder)
            self.result.error(Subject.TESTS, f"the hidden tests are broken; mend them in {folder}: {_end(str(error))}")
        except OpenJupyterError as error:
            self.result.error(Subject.GRADING, f"the {subject} could not be graded: {error}")
        finally:
            self._done += 1
            self._step(self._done, self._total)
        return None

    async def _attempt(self, exercise: Exercise, files: Files, seed: int) -> Report:
        for _ in range(SANDBOX_ATTEMPTS - 1):
            try:
                return await self._grade(exercise, files, seed)
            except SandboxError:
                continue  # may pass, as when the machine is busy
        return await self._grade(exercise, files, seed)


def _end(text: str) -> str:
    return text if len(text) <= MAX_FAULT else f"… {text[-MAX_FAULT:]}"
