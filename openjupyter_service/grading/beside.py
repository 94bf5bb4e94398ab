"""Gradings of checks, beside those of learners: one at a time, in containers that no learner waits for.

They have no part in the pool. A pair that a check took from it would be missing when a learner comes, and what a check
asks for would make the pool keep pairs of kinds that no learner needs. Starting a pair takes a check some seconds, for
which nobody waits. At most one such pair is there, so that memory for one pair is all that has to be spare; and a
grading of a check begins while some worker is idle: no learner is in the queue then.
"""

import asyncio
import contextlib
from collections.abc import Callable

from openjupyter_service.datasets import DataSet
from openjupyter_service.errors import SandboxError
from openjupyter_service.exercises.course import Exercise
from openjupyter_service.grading.check.trial import Files, GradeOne
from openjupyter_service.grading.session import grade
from openjupyter_service.grading.unchanged import surroundings
from openjupyter_service.report import Report
from openjupyter_service.sandbox.engine import Engine, ImageMissing
from openjupyter_service.sandbox.pair import Containers, FreshPairs
from openjupyter_service.settings import GradingSettings

PATIENCE_SECONDS = 60.0
"""A grading of a check waits no longer for an idle worker: on a busy day a mended course must be published, too."""
LOOK_SECONDS = 0.2


class Fault(Exception):
    """A check could not be made; that tells nothing of the course. The text is a sentence for its staff."""


class BesideLearners:
    """Grades for checks.

    Args:
        engine: the site's, whose left-over containers are looked after already
        settings: images and limits
        idle: is there a worker without work? Then no learner waits.
        containers: where they come from; started for each grading if not given
    """

    def __init__(
        self,
        engine: Engine,
        settings: GradingSettings,
        idle: Callable[[], bool],
        containers: Containers | None = None,
    ) -> None:
        self._engine = engine
        self._settings = settings
        self._idle = idle
        self._containers = containers or FreshPairs(engine)
        # Fair: courses that are checked at the same time take turns.
        self._turn = asyncio.Semaphore(1)

    def grader(self, data_sets: tuple[DataSet, ...]) -> GradeOne:
        """What grades submissions of a course with these data sets; raises Fault when the site cannot grade at all."""

        async def grade_one(exercise: Exercise, files: Files, seed: int) -> Report:
            async with self._turn:
                await self._let_learners_go_first()
                try:
                    graded = await grade(
                        self._containers,
                        self._settings,
                        exercise,
                        files,
                        exercise.notebook,
                        lambda event: None,
                        seed,
                        data_sets=data_sets,
                    )
                except SandboxError as error:
                    await self._see_whose_fault(exercise, error)
                    raise
            return graded.report

        return grade_one

    async def around(self) -> str:
        """What all gradings depend on besides the exercise; Fault when that cannot be said."""
        names = (self._settings.sandbox_image, self._settings.judge_image)
        try:
            return surroundings(self._settings, [await self._engine.image_id(name) for name in names])
        except SandboxError as error:
            raise Fault(str(error)) from None

    async def _let_learners_go_first(self) -> None:
        # Looked at, not waited for: workers run in another thread's loop and need not know of checks.
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(PATIENCE_SECONDS):
                while not self._idle():  # noqa: ASYNC110
                    await asyncio.sleep(LOOK_SECONDS)

    async def _see_whose_fault(self, exercise: Exercise, error: SandboxError) -> None:
        """Fault where the engine is away or lacks an image of the site: then nothing at all can be graded."""
        if not (isinstance(error, ImageMissing) and exercise.image is not None):
            await self.around()
