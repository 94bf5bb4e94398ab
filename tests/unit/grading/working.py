"""Workers at work on the real store and course; only the grading in containers is played."""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Any

import pytest

from openjupyter_service.exercises.course import Exercise
from openjupyter_service.grading import worker as module
from openjupyter_service.grading.progress import Progress
from openjupyter_service.grading.session import Graded
from openjupyter_service.grading.submit import submit
from openjupyter_service.grading.worker import Worker
from openjupyter_service.report import Report, Status, TestResult
from openjupyter_service.store import Trials
from openjupyter_service.store.records import GradingState, Submission
from tests.unit.grading.course import CourseSite

REPORT = Report(
    status=Status.WRONG,
    score=0.5,
    points=1,
    max_points=2,
    tests=[TestResult(title="t", outcome="passed", points=1, max_points=2)],  # type: ignore[arg-type]
)
GRADED = Graded(REPORT, {"start": 0.1, "notebook": 0.2, "tests": 0.3})

Grade = Callable[[Exercise, dict[str, bytes], str, Callable[[dict[str, Any]], None]], Awaitable[Graded]]


class Clock:
    now = 1_800_000_000.0

    def __call__(self) -> float:
        return self.now


@contextlib.asynccontextmanager
async def working(
    site: CourseSite,
    monkeypatch: pytest.MonkeyPatch,
    grade: Grade,
    name: str = "host/0",
    seeds: list[int] | None = None,
    languages: list[str] | None = None,
) -> AsyncIterator[tuple[Worker, asyncio.Event]]:
    seeds = [] if seeds is None else seeds
    languages = [] if languages is None else languages

    async def played(containers: Any, settings: Any, *arguments: Any, language: str, data_sets: Any) -> Graded:
        *arguments, seed = arguments
        assert data_sets == ()
        seeds.append(seed)
        languages.append(language)
        return await grade(*arguments)

    monkeypatch.setattr(module, "grade", played)
    worker = Worker(
        name, site.settings, site.courses, None, site.queue, Trials(site.store), site.submissions, Progress(),  # type: ignore[arg-type]
        lambda learner: "de" if learner == "ada" else "en",
    )  # fmt: skip
    after = asyncio.Event()
    task = asyncio.create_task(worker.run(after))
    try:
        yield worker, after
    finally:
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task


def send(site: CourseSite, learner: str = "ada") -> Submission:
    return submit(site.courses, site.submissions, learner, site.body())


def ended(site: CourseSite, submission: Submission) -> Callable[[], Submission | None]:
    def look() -> Submission | None:
        found = site.submissions.get(submission.id)
        assert found is not None
        return found if found.state in (GradingState.DONE, GradingState.FAILED) else None

    return look


def later(site: CourseSite, submission: Submission, clock: Clock) -> Callable[[], Submission | None]:
    """As `ended`, with a clock that runs past every delay."""
    look = ended(site, submission)

    def look_later() -> Submission | None:
        clock.now += 100
        return look()

    return look_later
