"""Regrades from the first look to the gradebook; what containers would do is played at their border."""

import asyncio
from typing import Any

import pytest

from openjupyter_service.errors import ExerciseError, NotFound, RegradeError, SandboxError
from openjupyter_service.exercises.course import Exercise, load_exercise
from openjupyter_service.grading import worker as worker_module
from openjupyter_service.grading.compared import LearnerChange, StatusChange, TestChange
from openjupyter_service.grading.grader import Grader
from openjupyter_service.grading.progress import Progress
from openjupyter_service.grading.regrade import Regrading
from openjupyter_service.grading.session import Graded
from openjupyter_service.grading.submit import submit
from openjupyter_service.grading.worker import Worker
from openjupyter_service.store import GradingState, Regrades, RegradeState, Trials
from tests.unit.grading.course import CourseSite, until
from tests.unit.grading.followed import follow, new_version
from tests.unit.grading.regrades import Class, report


@pytest.fixture
def learners(site: CourseSite) -> Class:
    """Four who have handed in: one test was wrong, and took a point from ada and gave one to ben."""
    found = Class(site)
    found.hands_in("ada", report(True, False))
    found.hands_in("ben", report(True, True))
    found.hands_in("cleo", report(False, False))
    found.hands_in("dan", report(True, False))
    found.all_arrive()
    return found


def corrected(learners: Class) -> dict[str, Any]:
    after = {"ada": report(True, True), "ben": report(True, False), "cleo": report(False, False), "dan": None}
    return {learners.numbers[name][0]: given for name, given in after.items()}


def test_what_would_change_is_told_before_anything_does(learners: Class) -> None:
    regrade = learners.begins()
    assert learners.regrading.progress(regrade.id).total == 4
    with pytest.raises(RegradeError, match="still under way"):
        learners.regrading.compare(regrade.id)
    learners.grades(corrected(learners))
    progress = learners.regrading.progress(regrade.id)
    assert (progress.done, progress.failed, progress.running) == (3, 1, 0)
    found = learners.regrading.compare(regrade.id)
    assert found.gains == [LearnerChange("ada", 0.5, 1.0, 1.0, places=1)]
    assert found.losses == [LearnerChange("ben", 1.0, 0.5, 0.5, places=1)]
    assert [each.learner for each in found.unchanged] == ["cleo", "dan"]
    assert [(each.learner, each.before, each.after) for each in found.failed] == [("dan", 0.5, 0.5)]
    assert found.spared == []
    assert set(map(str, found.statuses)) == {
        str(StatusChange("wrong", "correct", 1)), str(StatusChange("correct", "wrong", 1)),
    }  # fmt: skip
    assert found.compared == 3
    assert found.tests == [TestChange("divides", passed_before=1, passed_after=1, better=1, worse=1)]
    assert learners.pending() == {}


def test_nobody_lower_is_compared_so_too(learners: Class) -> None:
    regrade = learners.begins()
    learners.grades(corrected(learners))
    found = learners.regrading.compare(regrade.id, never_lower=True)
    assert found.losses == [] and [each.learner for each in found.gains] == ["ada"]
    assert found.spared == [LearnerChange("ben", 1.0, 1.0, 0.5, places=1)]


@pytest.mark.parametrize("never_lower", [False, True])
def test_what_was_shown_is_what_is_applied(learners: Class, never_lower: bool) -> None:
    regrade = learners.begins()
    learners.grades(corrected(learners))
    shown = learners.regrading.compare(regrade.id, never_lower)
    learners.regrading.apply(regrade.id, never_lower, "ines")
    applied = learners.regrading.compare(regrade.id)
    assert {each.learner: (each.before, each.after, each.graded) for each in applied.learners} == {
        each.learner: (each.before, each.after, each.graded) for each in shown.learners
    }
    assert (applied.tests, applied.statuses, applied.compared) == (shown.tests, shown.statuses, shown.compared)
    assert learners.pending() == ({"ada": 1.0} if never_lower else {"ada": 1.0, "ben": 0.5})
    assert learners.score(learners.numbers["ben"][0]) == (1.0 if never_lower else 0.5)
    assert learners.score(learners.numbers["dan"][0]) == 0.5, "our own fault costs nobody anything"


def test_tests_that_are_new_or_gone_are_told(learners: Class) -> None:
    regrade = learners.begins()
    titles = ("adds", "is new")
    learners.grades(
        {numbers[0]: report(True, name == "ada", titles=titles) for name, numbers in learners.numbers.items()}
    )
    tests = {each.title: each for each in learners.regrading.compare(regrade.id).tests}
    assert set(tests) == {"adds", "divides", "is new"}
    assert tests["adds"] == TestChange("adds", passed_before=3, passed_after=4, better=1)
    assert tests["divides"] == TestChange("divides", passed_before=1)
    assert tests["is new"] == TestChange("is new", passed_after=1)


def test_one_that_had_failed_gets_its_score(site: CourseSite) -> None:
    learners = Class(site)
    number = learners.hands_in("ada", None)
    regrade = learners.begins()
    learners.grades({number: report(True, False)})
    found = learners.regrading.compare(regrade.id)
    assert found.gains == [LearnerChange("ada", None, 0.5, 0.5, places=1)]
    assert found.statuses == [StatusChange(None, "wrong", 1)] and found.compared == 0
    learners.regrading.apply(regrade.id, never_lower=True)
    assert learners.pending() == {"ada": 0.5}
    assert site.submissions.attempts("ada", "python", "means") == 1


def test_the_latest_counts_where_the_exercise_says_so(site: CourseSite) -> None:
    toml = site.private / "means" / "exercise.toml"
    toml.write_text(toml.read_text() + 'counts = "latest"\n')
    learners = Class(site)
    first = learners.hands_in("ada", report(True, True))
    second = learners.hands_in("ada", report(True, False))
    regrade = learners.begins()
    learners.grades({first: report(False, False), second: report(True, False, True)})
    (change,) = learners.regrading.compare(regrade.id).learners
    assert (change.before, change.after) == (0.5, pytest.approx(2 / 3))


def test_what_is_handed_in_meanwhile_is_compared_and_kept(learners: Class) -> None:
    regrade = learners.begins()
    learners.grades(corrected(learners))
    newer = learners.hands_in("ben", report(True, True, True, True))
    learners.all_arrive()
    found = learners.regrading.compare(regrade.id)
    assert found.losses == []
    learners.regrading.apply(regrade.id, never_lower=False)
    assert learners.pending() == {"ada": 1.0}
    assert (learners.score(learners.numbers["ben"][0]), learners.score(newer)) == (0.5, 1.0)


def test_a_regrade_that_is_dropped_leaves_all_as_it_was(learners: Class) -> None:
    before = {name: learners.site.submissions.for_learner(name) for name in learners.numbers}
    regrade = learners.begins()
    learners.grades(corrected(learners))
    learners.regrading.drop(regrade.id)
    assert {name: learners.site.submissions.for_learner(name) for name in learners.numbers} == before
    assert learners.pending() == {}
    for step in (
        lambda: learners.regrading.drop(regrade.id),
        lambda: learners.regrading.apply(regrade.id, False),
        lambda: learners.regrading.compare(regrade.id),
    ):
        with pytest.raises(RegradeError):
            step()
    assert learners.begins().id == regrade.id + 1


def test_what_cannot_be_graded_is_told_at_once(site: CourseSite) -> None:
    learners = Class(site)
    with pytest.raises(RegradeError, match="nobody has handed in"):
        learners.begins()
    for course, exercise in (("rust", "means"), ("python", "median"), ("python", "../means")):
        with pytest.raises(NotFound):
            learners.regrading.begin(course, exercise)
    with pytest.raises(NotFound, match="no regrade 7"):
        learners.regrading.compare(7)
    learners.hands_in("ada", report(True))
    (site.private / "means" / "test_means.py").unlink()
    with pytest.raises(ExerciseError, match="has no test files"):
        learners.begins()
    assert learners.regrading.all() == []


async def test_a_corrected_test_is_graded_by_the_services_workers(
    learners: Class, monkeypatch: pytest.MonkeyPatch
) -> None:
    site = learners.site
    monkeypatch.setattr(worker_module, "POLL_SECONDS", 0.02)

    async def grade(_containers: Any, _settings: Any, exercise: Exercise, *_: Any, **__: Any) -> Graded:
        if b"corrected" not in exercise.tests()["test_means.py"]:
            raise SandboxError("graded with the wrong test")
        return Graded(report(True, True), {"tests": 0.1})

    monkeypatch.setattr(worker_module, "grade", grade)
    tests = site.private / "means" / "test_means.py"
    tests.write_text(tests.read_text() + "# corrected\n")
    regrade = learners.begins()
    worker = Worker(
        "host/0", site.settings, site.courses, None, site.queue, learners.trials, site.submissions, Progress()  # type: ignore[arg-type]
    )  # fmt: skip
    task = asyncio.create_task(worker.run(asyncio.Event()))
    await until(lambda: learners.regrading.get(regrade.id).state is RegradeState.READY)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert learners.pending() == {}
    learners.regrading.apply(regrade.id, never_lower=False)
    assert learners.pending() == {"ada": 1.0, "cleo": 1.0, "dan": 1.0}, "only those for whom something changed"


async def test_the_service_ends_what_somebody_began_to_apply(learners: Class) -> None:
    regrade = learners.begins()
    learners.grades(corrected(learners))
    learners.regrading.start_applying(regrade.id, never_lower=False)
    Regrades(learners.site.store).apply_to(regrade.id, "ada")
    with pytest.raises(RegradeError):
        learners.regrading.drop(regrade.id)
    grader = Grader(learners.site.settings, learners.site.store)
    task = asyncio.create_task(grader._apply_regrades())
    await until(lambda: learners.regrading.get(regrade.id).state is RegradeState.APPLIED)
    assert learners.pending() == {"ada": 1.0, "ben": 0.5}
    await asyncio.wait_for(grader._after_grading.wait(), 10)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task


def test_two_that_apply_at_the_same_time_do_it_once(learners: Class) -> None:
    regrade = learners.begins()
    learners.grades(corrected(learners))
    other = Regrading(learners.site.settings, learners.site.store)
    learners.regrading.start_applying(regrade.id, False)
    other.start_applying(regrade.id, True, "ines")
    other.go_on_applying(regrade.id)
    learners.regrading.go_on_applying(regrade.id)
    assert learners.pending() == {"ada": 1.0, "ben": 0.5}, "as it was decided first"
    assert len(learners.site.outbox.list()) == 6
    assert learners.site.submissions.for_learner("ada")[0].state is GradingState.DONE


def test_a_followed_course_is_graded_with_what_is_published(site: CourseSite) -> None:
    follow(site.settings, site.store)
    number = submit(site.courses, site.submissions, "ada", site.body(course="genes")).id
    claimed = site.queue.claim("w", 60)
    assert claimed and site.queue.finish(claimed.grading_id, "w", {"status": "wrong"}, 0.5, {})
    corrected_pair = new_version(site.settings, site.store, title="Second")
    regrading = Regrading(site.settings, site.store)
    regrade = regrading.begin("genes", "means", "ines")
    assert (regrade.commit, regrade.private_commit) == (corrected_pair.public_commit, corrected_pair.private_commit)
    trial = Trials(site.store).claim("w", 60)
    assert trial and (trial.submission_id, trial.commit, trial.private_commit) == (
        number, corrected_pair.public_commit, corrected_pair.private_commit,
    )  # fmt: skip
    course = site.courses.at(trial.course, trial.commit, trial.private_commit)
    assert course is not None and load_exercise(course.private, "means").title == "Second"
    assert not regrading.is_outdated(regrade)
    new_version(site.settings, site.store, title="Third")
    assert regrading.is_outdated(regrade)
    # Once it is on this machine, commits of the time when it was followed mean nothing any more.
    regrading.drop(regrade.id)
    here = site.settings.courses[0].model_copy(update={"name": "genes"})
    moved = site.settings.model_copy(update={"courses": [here]})
    Regrading(moved, site.store).begin("genes", "means")
    trial = Trials(site.store).claim("w", 60)
    assert trial and (trial.commit, trial.private_commit) == (None, None)
    found = site.submissions.get(number)
    assert found is not None and (found.score, found.regrade_id) == (0.5, None)
