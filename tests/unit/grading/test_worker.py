"""The worker, with the real store and course; only the grading in containers is played."""

import asyncio
import contextlib
import logging
import shutil
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from openjupyter_service.errors import ExerciseError, SandboxError
from openjupyter_service.exercises.course import Exercise
from openjupyter_service.exercises.places import CoursePlaces
from openjupyter_service.exercises.repository import publish
from openjupyter_service.grading import worker as module
from openjupyter_service.grading.progress import Progress
from openjupyter_service.grading.session import Graded
from openjupyter_service.grading.submit import submit
from openjupyter_service.grading.worker import Worker, seed_of
from openjupyter_service.report import Report, Status, TestResult
from openjupyter_service.store import Counts, Regrades, RegradeState, Trials
from openjupyter_service.store.records import GradingState, Submission
from tests.unit.grading.course import CourseSite, make_site, until
from tests.unit.grading.followed import follow, new_version, prepared

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


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def site(tmp_path: Path, clock: Clock, monkeypatch: pytest.MonkeyPatch) -> Iterator[CourseSite]:
    monkeypatch.setattr(module, "POLL_SECONDS", 0.02)
    site = make_site(tmp_path, clock)
    yield site
    site.store.close()


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


async def test_a_submission_is_graded_with_the_version_that_it_was_made_for(
    site: CourseSite, monkeypatch: pytest.MonkeyPatch
) -> None:
    graded: list[tuple[str, bytes, dict[str, bytes]]] = []

    async def grade(exercise: Exercise, files: dict[str, bytes], *_: Any) -> Graded:
        graded.append((exercise.title, files["means/data.csv"], exercise.tests()))
        return GRADED

    follow(site.settings, site.store)
    body = site.body(course="genes")
    sent = [submit(site.courses, site.submissions, "ada", body)]
    new_version(site.settings, site.store, title="Second")
    sent.append(submit(site.courses, site.submissions, "ada", body))
    prepared(site.settings, "genes", "Never published")
    shutil.rmtree(CoursePlaces(site.settings.data_dir, "genes").root / "private")
    async with working(site, monkeypatch, grade):
        for submission in sent:
            await until(ended(site, submission))
    assert [(title, data) for title, data, _ in graded] == [("First", b"First\n"), ("Second", b"Second\n")]
    assert [b"'First'" in tests["test_means.py"] for _, _, tests in graded] == [True, False]


async def test_a_course_that_was_on_this_machine_when_something_was_handed_in(
    site: CourseSite, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It is followed now: graded with what is published."""
    seen: list[bytes] = []

    async def grade(exercise: Exercise, files: dict[str, bytes], *_: Any) -> Graded:
        seen.append(files["means/data.csv"])
        return GRADED

    submission = send(site)
    monkeypatch.setattr(site, "settings", site.settings.model_copy(update={"courses": []}))
    follow(site.settings, site.store, "python")
    async with working(site, monkeypatch, grade):
        await until(ended(site, submission))
    assert seen == [b"First\n"]


async def test_a_version_whose_files_are_lost_is_our_fault_not_the_learners(
    site: CourseSite, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def grade(*_: Any) -> Graded:
        raise AssertionError

    follow(site.settings, site.store)
    submission = submit(site.courses, site.submissions, "ada", site.body(course="genes"))
    shutil.rmtree(CoursePlaces(site.settings.data_dir, "genes").root)
    async with working(site, monkeypatch, grade):
        failed = await until(later(site, submission, clock))
    assert (failed.state, failed.score) == (GradingState.FAILED, None)
