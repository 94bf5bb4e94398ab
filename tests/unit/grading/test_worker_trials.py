"""The worker and the trials of regrades."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from openjupyter_service.errors import ExerciseError, SandboxError
from openjupyter_service.exercises.course import Exercise
from openjupyter_service.grading import worker as module
from openjupyter_service.grading.session import Graded
from openjupyter_service.grading.worker import seed_of
from openjupyter_service.store import Counts, Regrades, RegradeState, Trials
from tests.unit.grading.course import CourseSite, make_site, until
from tests.unit.grading.working import GRADED, REPORT, Clock, ended, send, working


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def site(tmp_path: Path, clock: Clock, monkeypatch: pytest.MonkeyPatch) -> Iterator[CourseSite]:
    monkeypatch.setattr(module, "POLL_SECONDS", 0.02)
    site = make_site(tmp_path, clock)
    yield site
    site.store.close()


def begin(site: CourseSite) -> int:
    given = {"commit": None, "private_commit": None, "counts": Counts.BEST, "begun_by": None}
    return Regrades(site.store).begin("python", "means", **given).id  # type: ignore[arg-type]


def is_ready(site: CourseSite, regrade: int) -> Callable[[], bool]:
    def look() -> bool:
        found = Regrades(site.store).get(regrade)
        return found is not None and found.state is RegradeState.READY

    return look


async def test_a_trial_is_graded_with_the_same_seed_and_its_learner_sees_nothing_of_it(
    site: CourseSite, monkeypatch: pytest.MonkeyPatch
) -> None:
    seeds: list[int] = []
    score = 0.5

    async def grade(exercise: Exercise, files: dict[str, bytes], notebook: str, progress: Any) -> Graded:
        progress({"step": "cell", "done": 1, "total": 2})
        report = REPORT.model_copy(update={"score": score})
        return Graded(report, {"tests": 0.3})

    site.launch(url="https://lms.example/outcome")
    async with working(site, monkeypatch, grade, seeds=seeds) as (worker, _):
        submission = send(site)
        first = await until(ended(site, submission))
        await until(lambda: worker._progress.last(submission.id) is None)
        with worker._progress.watch(submission.id) as events:
            score = 1.0
            regrade = begin(site)
            await until(is_ready(site, regrade))
            assert events.empty()
    assert seeds == [seed_of(submission.id)] * 2
    assert site.submissions.get(submission.id) == first
    ((_, (work,)),) = Regrades(site.store).works(regrade)
    assert work.trial is not None and (work.trial.score, work.trial.credit) == (1.0, 1.0)


async def test_trials_wait_for_learners(site: CourseSite, monkeypatch: pytest.MonkeyPatch) -> None:
    order: list[int] = []

    async def grade(*_: Any) -> Graded:
        return GRADED

    old = [send(site, learner) for learner in ("ada", "ben")]
    async with working(site, monkeypatch, grade):
        for submission in old:
            await until(ended(site, submission))
    regrade = begin(site)
    new = [send(site, learner) for learner in ("cleo", "dan")]
    async with working(site, monkeypatch, grade, seeds=order):
        await until(is_ready(site, regrade))
    assert order[:2] == [seed_of(submission.id) for submission in new]
    assert sorted(order[2:]) == sorted(seed_of(submission.id) for submission in old)


@pytest.mark.parametrize(("error", "attempts"), [(ExerciseError("broken"), 2), (SandboxError("no engine"), 60)])
async def test_a_trial_that_is_given_up_leaves_its_submission_alone(
    site: CourseSite, monkeypatch: pytest.MonkeyPatch, clock: Clock, error: Exception, attempts: int
) -> None:
    made = 0

    async def grade(*_: Any) -> Graded:
        nonlocal made
        made += 1
        if made == 1:
            return GRADED
        raise error

    def ready_later() -> bool:
        clock.now += 100
        return is_ready(site, regrade)()

    submission = send(site)
    async with working(site, monkeypatch, grade):
        first = await until(ended(site, submission))
        regrade = begin(site)
        await until(ready_later)
    assert made == attempts + 1
    assert Regrades(site.store).progress(regrade).failed == 1
    assert site.submissions.get(submission.id) == first


async def test_a_trial_that_a_dead_process_held_is_taken_up_at_once(
    site: CourseSite, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def grade(*_: Any) -> Graded:
        return GRADED

    async with working(site, monkeypatch, grade):
        await until(ended(site, send(site)))
    regrade = begin(site)
    held = Trials(site.store).claim("host/0", 3600)
    assert held is not None
    async with working(site, monkeypatch, grade):
        await until(is_ready(site, regrade))


async def test_late_work_counts_by_the_exercise_as_it_is_now(site: CourseSite, monkeypatch: pytest.MonkeyPatch) -> None:
    async def grade(*_: Any) -> Graded:
        return GRADED

    async with working(site, monkeypatch, grade):
        await until(ended(site, send(site)))
        toml = site.private / "means" / "exercise.toml"
        toml.write_text(toml.read_text() + "deadline = 2020-01-01T00:00:00Z\nlate_factor = 0.5\n")
        regrade = begin(site)
        await until(is_ready(site, regrade))
    ((_, (work,)),) = Regrades(site.store).works(regrade)
    assert work.now is not None and work.trial is not None and (work.now.credit, work.trial.credit) == (0.5, 0.25)
