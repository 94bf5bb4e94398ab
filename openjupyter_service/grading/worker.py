"""The worker: claims gradings from the queue, grades them in containers, stores report and passback in one step."""

import asyncio
import contextlib
import hashlib
import logging
import random
import time
from collections.abc import Callable
from typing import Any

from openjupyter_service.courses import Course
from openjupyter_service.errors import ExerciseError, NotFound, OpenJupyterError, RemoteError, SandboxError
from openjupyter_service.exercises.course import Exercise, load_exercise
from openjupyter_service.exercises.repository import read_file
from openjupyter_service.grading.courses import SiteCourses
from openjupyter_service.grading.progress import Progress
from openjupyter_service.grading.session import Graded, grade
from openjupyter_service.language import LANGUAGES
from openjupyter_service.report import Report, internal_error
from openjupyter_service.sandbox.pair import Containers
from openjupyter_service.settings import Settings
from openjupyter_service.store.queue import Queue
from openjupyter_service.store.records import Claimed, Counts
from openjupyter_service.store.submissions import Submissions
from openjupyter_service.store.trials import Trials

LEASE_SECONDS = 60.0
POLL_SECONDS = 2.0
"""How often a worker looks by itself; an accepted submission wakes it at once."""

# A sandbox that fails, or lost files of a followed course, are the site's trouble and may last; a broken test is its
# author's and does not mend itself.
MAX_SANDBOX_ATTEMPTS = 60
MAX_EXERCISE_ATTEMPTS = 2
MAX_DELAY_SECONDS = 60.0

log = logging.getLogger(__name__)


class Worker:
    """Grades one submission at a time: learners' own, and trials of a regrade when no learner waits.

    `wake` makes it look into the queue at once.

    `language_of` tells a learner's language, by hub username; it may block.
    """

    def __init__(
        self,
        name: str,
        settings: Settings,
        courses: SiteCourses,
        containers: Containers,
        queue: Queue,
        trials: Trials,
        submissions: Submissions,
        progress: Progress,
        language_of: Callable[[str], str] = lambda learner: LANGUAGES[0],
    ) -> None:
        self.name = name
        self._settings = settings
        self._courses = courses
        self._containers = containers
        self._queue = queue
        self._trials = trials
        self._submissions = submissions
        self._progress = progress
        self._language_of = language_of
        self._wake = asyncio.Event()
        self.is_idle = True
        """Has it nothing to grade? Then nothing waits in the queue."""

    def wake(self) -> None:
        """There may be work."""
        self._wake.set()

    async def run(self, after_grading: "asyncio.Event") -> None:
        """Work until cancelled; `after_grading` is set whenever there may be a score to send."""
        released = sum([await asyncio.to_thread(each.release_all, self.name) for each in (self._queue, self._trials)])
        if released:
            log.info("%s takes up %d gradings that an earlier process left", self.name, released)
        while True:
            self._wake.clear()
            try:
                claimed = await asyncio.to_thread(self._claim)
                self.is_idle = claimed is None or claimed.regrade_id is not None  # of learners
                if claimed is None:
                    with contextlib.suppress(TimeoutError):
                        async with asyncio.timeout(POLL_SECONDS):
                            await self._wake.wait()
                    continue
                await self._work(claimed)
                after_grading.set()
            except Exception:  # the store was away, or a bug: neither may end the worker
                log.exception("%s failed outside a grading", self.name)
                await asyncio.sleep(POLL_SECONDS)

    def _claim(self) -> Claimed | None:
        return self._queue.claim(self.name, LEASE_SECONDS) or self._trials.claim(self.name, LEASE_SECONDS)

    def _held_in(self, claimed: Claimed) -> Queue | Trials:
        return self._queue if claimed.regrade_id is None else self._trials

    async def _work(self, claimed: Claimed) -> None:
        started = time.time()
        lease = asyncio.create_task(self._keep_lease(claimed))
        if claimed.regrade_id is None:
            self._progress.queue_moved()
        try:
            exercise, graded = await self._grade(claimed)
            timings = {"queue": max(started - claimed.queued_at, 0.0), **graded.timings}
            storing = time.monotonic()
            await asyncio.to_thread(self._finish, claimed, exercise, graded.report, timings)
            timings["store"] = time.monotonic() - storing
            what = "graded" if claimed.regrade_id is None else f"regrade {claimed.regrade_id}: graded"
            log.info("%s %s: %s %s", what, claimed.submission_id, graded.report.status, _seconds(timings))
        except Exception as error:
            await self._put_back(claimed, error)
        finally:
            lease.cancel()
            if claimed.regrade_id is None:
                self._progress.forget(claimed.submission_id)
                self._progress.queue_moved()

    def _finish(self, claimed: Claimed, exercise: Exercise, report: Report, timings: dict[str, float]) -> None:
        """Store what a grading gave; that of a trial waits for its regrade to be applied."""
        stored, late_factor = report.model_dump(mode="json"), exercise.late_factor_at(claimed.created_at)
        held = (claimed.grading_id, self.name, stored, report.score, timings)
        if claimed.regrade_id is None:
            self._queue.finish(*held, late_factor=late_factor, counts=Counts(exercise.counts))
        else:
            self._trials.finish(*held, late_factor=late_factor)

    async def _grade(self, claimed: Claimed) -> tuple[Exercise, Graded]:
        course, exercise, files = await asyncio.to_thread(self._gather, claimed)
        language = await asyncio.to_thread(self._language_of, claimed.learner)

        def publish(event: dict[str, Any]) -> None:
            if claimed.regrade_id is None:  # a trial is nothing that its learner follows
                self._progress.publish(claimed.submission_id, {"state": "running", **event})

        return exercise, await grade(
            self._containers,
            self._settings.grading,
            exercise,
            files,
            claimed.notebook_path,
            publish,
            seed_of(claimed.submission_id),
            language=language,
            data_sets=course.data_sets,
        )

    def _gather(self, claimed: Claimed) -> tuple[Course, Exercise, dict[str, bytes]]:
        """Course and exercise of the submission, and the sandbox's files: the course's own, the learner's over them.

        A followed course is as it was handed in for, one on this machine as it is now.
        """
        course = self._courses.at(claimed.course, claimed.commit, claimed.private_commit)
        if course is None:
            raise ExerciseError(
                f"there is no course {claimed.course!r} any more, or not the version that was handed in for"
            )
        exercise = load_exercise(course.private, claimed.exercise)
        # One that was on this machine when this was handed in, and is followed now, has another history.
        commit = course.pair.public_commit if course.pair is not None else claimed.commit or course.branch
        given = {path: read_file(course.repository, commit, path) for path in [*exercise.data, *exercise.files]}
        return course, exercise, {**given, **self._submissions.files(claimed.submission_id)}

    async def _keep_lease(self, claimed: Claimed) -> None:
        while True:
            await asyncio.sleep(LEASE_SECONDS / 4)
            with contextlib.suppress(Exception):  # the next turn tries again, long before the lease runs out
                await asyncio.to_thread(self._held_in(claimed).renew, claimed.grading_id, self.name, LEASE_SECONDS)

    async def _put_back(self, claimed: Claimed, error: Exception) -> None:
        """An internal error: try again later, or give up without a score."""
        expected = isinstance(error, OpenJupyterError)
        log.warning("grading %s failed: %s", claimed.submission_id, error, exc_info=not expected)
        lasting = isinstance(error, ExerciseError | NotFound) or not isinstance(error, SandboxError | RemoteError)
        if claimed.attempts >= (MAX_EXERCISE_ATTEMPTS if lasting else MAX_SANDBOX_ATTEMPTS):
            report = internal_error(str(error)[:10_000]).model_dump(mode="json")
            await asyncio.to_thread(self._held_in(claimed).fail, claimed.grading_id, self.name, report)
            return
        delay = min(2.0 ** min(claimed.attempts, 10), MAX_DELAY_SECONDS) * random.uniform(0.5, 1.0)  # noqa: S311
        await asyncio.to_thread(self._held_in(claimed).release, claimed.grading_id, self.name, delay)


def seed_of(submission_id: str) -> int:
    """The seed of a submission's random inputs, 32 bits: the same whenever it is graded."""
    return int.from_bytes(hashlib.sha256(submission_id.encode()).digest()[:4], "big")


def _seconds(timings: dict[str, float]) -> str:
    return ", ".join(f"{stage} {seconds:.2f} s" for stage, seconds in timings.items())
