"""The worker, with the real store and course; only the grading in containers is played."""

import asyncio
import logging
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from openjupyter_service.errors import ExerciseError, SandboxError
from openjupyter_service.exercises.course import Exercise
from openjupyter_service.exercises.repository import publish
from openjupyter_service.grading import worker as module
from openjupyter_service.grading.session import Graded
from openjupyter_service.grading.submit import submit
from openjupyter_service.grading.worker import seed_of
from openjupyter_service.report import Report, Status
from openjupyter_service.store.records import GradingState, Submission
from tests.unit.grading.course import CourseSite, make_site, until
from tests.unit.grading.working import GRADED, REPORT, Clock, ended, later, send, working


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def site(tmp_path: Path, clock: Clock, monkeypatch: pytest.MonkeyPatch) -> Iterator[CourseSite]:
    monkeypatch.setattr(module, "POLL_SECONDS", 0.02)
    site = make_site(tmp_path, clock)
    yield site
    site.store.close()


async def test_a_submission_is_graded_stored_and_queued_for_its_lms(
    site: CourseSite, monkeypatch: pytest.MonkeyPatch
) -> None:
    site.launch(url="https://lms.example/outcome")
    seen: list[Any] = []

    async def grade(exercise: Exercise, files: dict[str, bytes], notebook: str, progress: Any) -> Graded:
        seen.append((exercise.name, set(files), notebook))
        progress({"step": "cell", "done": 1, "total": 2})
        return GRADED

    submission = send(site)
    async with working(site, monkeypatch, grade) as (_, after):
        done = await until(ended(site, submission))
        await asyncio.wait_for(after.wait(), 10)
    assert seen == [("means", {"means/means.ipynb", "means/helper.py", "means/data.csv"}, "means/means.ipynb")]
    assert (done.state, done.score, done.attempts) == (GradingState.DONE, 0.5, 1)
    assert Report.model_validate(done.report) == REPORT
    assert set(done.timings) == {"queue", "start", "notebook", "tests"}
    assert [(passback.state, passback.score) for passback in done.passbacks] == [("pending", 0.5)]


async def test_a_report_is_in_its_learners_language(site: CourseSite, monkeypatch: pytest.MonkeyPatch) -> None:
    languages: list[str] = []

    async def grade(*_: Any) -> Graded:
        return GRADED

    async with working(site, monkeypatch, grade, languages=languages):
        for learner in ("ada", "grace"):
            await until(ended(site, send(site, learner)))
    assert languages == ["de", "en"]


async def test_each_attempt_at_a_submission_has_the_same_seed_and_others_have_others(
    site: CourseSite, monkeypatch: pytest.MonkeyPatch, clock: Clock
) -> None:
    seeds: list[int] = []

    async def grade(*arguments: Any) -> Graded:
        if len(seeds) < 3:
            raise SandboxError("the engine is away")
        return GRADED

    first = send(site)
    async with working(site, monkeypatch, grade, seeds=seeds):
        await until(later(site, first, clock))
        second = send(site, "grace")
        await until(ended(site, second))
    assert seeds[0] == seeds[1] == seeds[2] == seed_of(first.id) != seeds[3] == seed_of(second.id)
    assert all(0 <= seed < 2**32 for seed in seeds)


async def test_the_files_are_those_of_the_commit_and_the_learners_over_them(
    site: CourseSite, monkeypatch: pytest.MonkeyPatch
) -> None:
    import base64

    own = {"means/helper.py": base64.b64encode(b"VALUE = 'mine'\n").decode()}
    submissions = [submit(site.courses, site.submissions, "ada", site.body(files=files)) for files in ({}, own)]
    (site.public / "means" / "data.csv").write_text("changed,later\n")
    (site.public / "means" / "helper.py").write_text("VALUE = 'changed later'\n")
    publish(site.public, site.repository)
    seen: list[dict[str, bytes]] = []

    async def grade(exercise: Exercise, files: dict[str, bytes], notebook: str, progress: Any) -> Graded:
        seen.append(files)
        return GRADED

    async with working(site, monkeypatch, grade):
        for submission in submissions:
            await until(ended(site, submission))
    assert [files["means/data.csv"] for files in seen] == [b"a,b\n1,2\n"] * 2
    assert [files["means/helper.py"] for files in seen] == [b"VALUE = 1\n", b"VALUE = 'mine'\n"]


async def test_progress_is_published_while_it_runs_and_forgotten_after(
    site: CourseSite, monkeypatch: pytest.MonkeyPatch
) -> None:
    reached, go_on = asyncio.Event(), asyncio.Event()

    async def grade(exercise: Exercise, files: dict[str, bytes], notebook: str, progress: Any) -> Graded:
        progress({"step": "test", "done": 1, "total": 3})
        reached.set()
        await go_on.wait()
        return GRADED

    submission = send(site)
    async with working(site, monkeypatch, grade) as (worker, _):
        with worker._progress.watch(submission.id) as events:
            await asyncio.wait_for(reached.wait(), 10)
            assert worker._progress.last(submission.id) == {"state": "running", "step": "test", "done": 1, "total": 3}
            go_on.set()
            await until(ended(site, submission))
            await until(lambda: worker._progress.last(submission.id) is None)
            published = [events.get_nowait() for _ in range(events.qsize())]
    assert {"state": "running", "step": "test", "done": 1, "total": 3} in published


async def test_a_sandbox_that_fails_is_retried_later_and_costs_the_learner_nothing(
    site: CourseSite, monkeypatch: pytest.MonkeyPatch, clock: Clock
) -> None:
    site.launch(url="https://lms.example/outcome")
    attempts: list[float] = []

    async def grade(*_: Any) -> Graded:
        attempts.append(clock.now)
        if len(attempts) < 3:
            raise SandboxError("the sandbox container ended early")
        return GRADED

    submission = send(site)

    def put_back(tries: int) -> Submission | None:
        found = site.submissions.get(submission.id)
        return found if found and (found.state, found.attempts) == (GradingState.QUEUED, tries) else None

    async with working(site, monkeypatch, grade):
        waiting = await until(lambda: put_back(1))
        assert (waiting.report, waiting.score) == (None, None)
        await asyncio.sleep(0.1)
        assert len(attempts) == 1, "retried without any delay"
        clock.now += 2
        await until(lambda: put_back(2))
        clock.now += 4
        done = await until(ended(site, submission))
    assert (done.state, done.score, done.attempts) == (GradingState.DONE, 0.5, 3)
    assert [passback.score for passback in done.passbacks] == [0.5]


@pytest.mark.parametrize(
    ("error", "attempts"),
    [
        (ExerciseError("test_a.py cannot be imported"), 2),
        (KeyError("a bug of ours"), 2),
        (SandboxError("no engine"), 60),
    ],
    ids=["exercise", "bug", "sandbox"],
)
async def test_what_does_not_mend_itself_is_given_up_without_a_score(
    site: CourseSite, monkeypatch: pytest.MonkeyPatch, clock: Clock, error: Exception, attempts: int
) -> None:
    site.launch(url="https://lms.example/outcome")
    made = 0

    async def grade(*_: Any) -> Graded:
        nonlocal made
        made += 1
        raise error

    submission = send(site)
    async with working(site, monkeypatch, grade):
        failed = await until(later(site, submission, clock))
    assert made == attempts
    assert (failed.state, failed.score, failed.passbacks) == (GradingState.FAILED, None, ())
    report = Report.model_validate(failed.report)
    assert (report.status, report.score) == (Status.INTERNAL_ERROR, None)
    assert str(error) in report.staff.fault
    assert str(error) not in str(report.for_learner())


@pytest.mark.parametrize("damage", ["exercise", "course file"])
async def test_a_course_that_breaks_after_the_submission_is_an_internal_error(
    site: CourseSite, monkeypatch: pytest.MonkeyPatch, clock: Clock, damage: str
) -> None:
    async def grade(*_: Any) -> Graded:
        raise AssertionError("never reached")

    submission = send(site)
    toml = site.private / "means" / "exercise.toml"
    if damage == "exercise":
        toml.unlink()
    else:
        toml.write_text(toml.read_text().replace("means/data.csv", "means/missing.csv"))
    async with working(site, monkeypatch, grade):
        failed = await until(later(site, submission, clock))
    assert (failed.state, failed.score) == (GradingState.FAILED, None)


async def test_what_a_dead_process_held_is_taken_up_at_once(
    site: CourseSite, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO)

    async def grade(*_: Any) -> Graded:
        return GRADED

    mine, others = send(site, "ada"), send(site, "ben")
    claimed = [site.queue.claim(name, 3600) for name in ("host/0", "elsewhere/0")]
    assert [each.submission_id for each in claimed if each] == [mine.id, others.id]
    async with working(site, monkeypatch, grade):
        done = await until(ended(site, mine))
    assert done.attempts == 2
    left = site.submissions.get(others.id)
    assert left is not None and left.state is GradingState.RUNNING
    assert "takes up 1 gradings" in caplog.text


async def test_a_cancelled_worker_leaves_its_grading_to_the_next(
    site: CourseSite, monkeypatch: pytest.MonkeyPatch
) -> None:
    started = asyncio.Event()

    async def hangs(*_: Any) -> Graded:
        started.set()
        await asyncio.Event().wait()
        raise AssertionError

    async def grade(*_: Any) -> Graded:
        return GRADED

    submission = send(site)
    async with working(site, monkeypatch, hangs):
        await asyncio.wait_for(started.wait(), 10)
    held = site.submissions.get(submission.id)
    assert held is not None and (held.state, held.report) == (GradingState.RUNNING, None)
    async with working(site, monkeypatch, grade):
        done = await until(ended(site, submission))
    assert (done.score, done.attempts) == (0.5, 2)


async def test_the_lease_is_kept_as_long_as_it_takes(
    site: CourseSite, monkeypatch: pytest.MonkeyPatch, clock: Clock
) -> None:
    monkeypatch.setattr(module, "LEASE_SECONDS", 0.08)  # renewed each 0.02 s of real time
    gradings = 0
    go_on = asyncio.Event()

    async def grade(*_: Any) -> Graded:
        nonlocal gradings
        gradings += 1
        await go_on.wait()
        return GRADED

    submission = send(site)
    async with working(site, monkeypatch, grade):
        await until(lambda: gradings)
        for _ in range(5):
            clock.now += 0.05  # together far beyond the first lease
            await asyncio.sleep(0.1)
            assert site.queue.claim("thief", 10) is None
        go_on.set()
        done = await until(ended(site, submission))
    assert (gradings, done.attempts) == (1, 1)


async def test_a_worker_that_lost_its_grading_stores_nothing(
    site: CourseSite, monkeypatch: pytest.MonkeyPatch, clock: Clock
) -> None:
    site.launch(url="https://lms.example/outcome")
    stolen = asyncio.Event()

    async def grade(*_: Any) -> Graded:
        clock.now += 10_000  # this process was asleep for hours
        assert await asyncio.to_thread(site.queue.claim, "thief", 60)
        stolen.set()
        return GRADED

    submission = send(site)
    async with working(site, monkeypatch, grade) as (_, after):
        await asyncio.wait_for(after.wait(), 10)
    assert stolen.is_set()
    kept = site.submissions.get(submission.id)
    assert kept is not None and (kept.state, kept.report, kept.passbacks) == (GradingState.RUNNING, None, ())


async def test_a_store_that_is_away_does_not_end_the_worker(
    site: CourseSite, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    failures = iter([OSError("disk full"), RuntimeError("database is locked")])

    async def grade(*_: Any) -> Graded:
        return GRADED

    async with working(site, monkeypatch, grade) as (worker, _):
        claim = worker._queue.claim

        def unreliable(*arguments: Any) -> Any:
            if error := next(failures, None):
                raise error
            return claim(*arguments)

        monkeypatch.setattr(worker._queue, "claim", unreliable)
        submission = send(site)
        worker.wake()
        done = await until(ended(site, submission))
    assert done.score == 0.5
    assert "disk full" in caplog.text and "database is locked" in caplog.text


async def test_a_worker_that_is_woken_does_not_wait_for_its_next_look(
    site: CourseSite, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "POLL_SECONDS", 3600)

    async def grade(*_: Any) -> Graded:
        return GRADED

    async with working(site, monkeypatch, grade) as (worker, _):
        await asyncio.sleep(0.05)  # it has found nothing and waits
        submission = send(site)
        worker.wake()
        assert (await until(ended(site, submission))).score == 0.5
