"""Regrades in the tables: whom they take in, trials and leases, applying them step by step, dropping them."""

import signal
import subprocess
import sys
import threading
from pathlib import Path

import pytest

from openjupyter_service.errors import RegradeError
from openjupyter_service.store import (
    Claimed,
    Counts,
    GradingState,
    Launches,
    Outbox,
    Queue,
    Regrade,
    Regrades,
    RegradeState,
    Store,
    Submissions,
    Trials,
)
from openjupyter_service.store.scores import counted_score
from tests.unit.store.conftest import Clock
from tests.unit.store.steps import EXERCISE, grade, launch, submit


@pytest.fixture
def regrades(store: Store) -> Regrades:
    return Regrades(store)


@pytest.fixture
def trials(store: Store) -> Trials:
    return Trials(store)


def begin(regrades: Regrades, counts: Counts = Counts.BEST) -> Regrade:
    return regrades.begin(**EXERCISE, commit=None, private_commit=None, counts=counts, begun_by=None)


def take(trials: Trials, worker: str = "w") -> Claimed:
    claimed = trials.claim(worker, 60)
    assert claimed is not None
    return claimed


def grade_all(trials: Trials, scores: dict[str, float | None], late_factor: float = 1.0) -> None:
    """Grade every trial: score by submission, None = it fails."""
    while (claimed := trials.claim("w", 60)) is not None:
        score = scores[claimed.submission_id]
        if score is None:
            assert trials.fail(claimed.grading_id, "w", {"status": "internal error", "staff": {"fault": "no engine"}})
        else:
            report = {"status": "wrong", "max_points": 8}
            assert trials.finish(claimed.grading_id, "w", report, score, {"tests": 1.0}, late_factor=late_factor)


def apply(regrades: Regrades, regrade: Regrade, never_lower: bool = False) -> None:
    regrades.start_applying(regrade.id, never_lower, "ines", {})
    for learner in regrades.left_to_apply(regrade.id):
        assert regrades.apply_to(regrade.id, learner)
    regrades.end_applying(regrade.id)


def counted(store: Store, learner: str = "ada", counts: Counts = Counts.BEST) -> float | None:
    with store.read() as connection:
        found = counted_score(connection, learner, **EXERCISE, counts=counts)
    return None if found is None else found.credit


def pending(outbox: Outbox) -> dict[str, float]:
    return {item.learner: item.score for item in outbox.due(4e9, 100)}


def sent(outbox: Outbox) -> None:
    """All that waits has arrived."""
    for item in outbox.due(4e9, 100):
        outbox.sent(item.id, 1.0)


def test_what_was_graded_failed_or_is_in_hand_is_taken_in_and_what_waits_is_not(
    regrades: Regrades, submissions: Submissions, queue: Queue, clock: Clock
) -> None:
    done = grade(submissions, queue, 0.5)
    failed = submit(submissions, "bob")
    claimed = queue.claim("w", 60)
    assert claimed and queue.fail(claimed.grading_id, "w", {})
    running = submit(submissions, "cem")
    assert queue.claim("w", 60)
    submit(submissions, "dora")
    submit(submissions, "ada", exercise="figures")
    regrade = begin(regrades)
    taken = {work.submission_id for _, works in regrades.works(regrade.id) for work in works if work.trial_state}
    assert taken == {done.id, failed.id, running.id}
    assert regrades.progress(regrade.id).total == 3


def test_what_waits_for_another_private_half_is_taken_in(
    regrades: Regrades, submissions: Submissions, trials: Trials, queue: Queue
) -> None:
    given = {**EXERCISE, "notebook_path": "n", "files": {"n": b""}, "commit": "old"}
    waiting = submissions.accept(learner="ada", private_commit="wrong", **given)  # type: ignore[arg-type]
    submissions.accept(learner="bob", private_commit="right", **given)  # type: ignore[arg-type]
    regrades.begin(**EXERCISE, commit="new", private_commit="right", counts=Counts.BEST, begun_by="ines")
    assert trials.claim("w", 60) is None, "learners go first"
    for _ in range(2):
        claimed = queue.claim("w", 60)
        assert claimed and claimed.regrade_id is None
        queue.finish(claimed.grading_id, "w", {}, 0.5, {})
    trial = take(trials)
    assert (trial.submission_id, trial.commit, trial.private_commit) == (waiting.id, "new", "right")
    assert trials.claim("w", 60) is None


def test_a_course_on_this_machine_is_graded_with_each_submissions_own_commit(
    regrades: Regrades, submissions: Submissions, queue: Queue, trials: Trials
) -> None:
    submission = grade(submissions, queue, 0.5)
    regrade = begin(regrades)
    trial = take(trials)
    assert (trial.regrade_id, trial.commit, trial.attempts) == (regrade.id, submission.commit, 1)
    assert trial.created_at == submission.created_at


def test_nothing_that_counts_changes_before_it_is_applied(
    store: Store, regrades: Regrades, submissions: Submissions, queue: Queue, trials: Trials, launches: Launches,
    outbox: Outbox,
) -> None:  # fmt: skip
    launch(launches)
    submission = grade(submissions, queue, 0.5)
    before = submissions.get(submission.id), outbox.list(), submissions.positions()
    regrade = begin(regrades)
    trial = take(trials)
    assert (submissions.get(submission.id), outbox.list(), submissions.positions()) == before
    assert trials.finish(trial.grading_id, "w", {"status": "correct"}, 1.0, {})
    assert (submissions.get(submission.id), outbox.list(), submissions.positions()) == before
    assert counted(store) == 0.5
    ready = regrades.get(regrade.id)
    assert ready is not None and ready.state is RegradeState.READY and ready.ready_at is not None


def test_learners_go_first(
    regrades: Regrades, submissions: Submissions, queue: Queue, trials: Trials, clock: Clock
) -> None:
    grade(submissions, queue, 0.5)
    begin(regrades)
    submit(submissions, "bob")
    assert trials.claim("w", 60) is None
    claimed = queue.claim("w", 60)
    assert claimed and claimed.learner == "bob"
    assert take(trials).regrade_id is not None, "nobody waits any more"


def test_what_a_dead_worker_held_is_claimed_again(
    regrades: Regrades, submissions: Submissions, queue: Queue, trials: Trials, clock: Clock
) -> None:
    grade(submissions, queue, 0.5)
    begin(regrades)
    first = take(trials, "dead")
    clock.pass_(61)
    second = take(trials, "alive")
    assert (second.grading_id, second.attempts) == (first.grading_id, 2)
    assert not trials.renew(first.grading_id, "dead", 60)
    assert not trials.finish(first.grading_id, "dead", {}, 1.0, {})
    assert trials.release_all("alive") == 1
    third = take(trials, "alive")
    assert trials.release(third.grading_id, "alive", 30) and trials.claim("alive", 60) is None


def test_the_trials_that_end_at_the_same_time_make_it_ready(
    store: Store, regrades: Regrades, submissions: Submissions, queue: Queue, trials: Trials
) -> None:
    for learner in ("ada", "bob", "cem", "dora"):
        grade(submissions, queue, 0.5, learner)
    regrade = begin(regrades)
    held = [take(trials, f"w{number}") for number in range(4)]
    threads = [
        threading.Thread(target=trials.finish, args=(each.grading_id, f"w{number}", {}, 0.5, {}))
        for number, each in enumerate(held)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    found = regrades.get(regrade.id)
    assert found is not None and found.state is RegradeState.READY


def test_applied_it_is_the_latest_grading_and_only_what_changed_is_sent(
    store: Store, regrades: Regrades, submissions: Submissions, queue: Queue, trials: Trials, launches: Launches,
    outbox: Outbox,
) -> None:  # fmt: skip
    numbers = {}
    for learner, score in (("gains", 0.5), ("loses", 0.75), ("stays", 0.25), ("fails", 0.1)):
        launch(launches, learner, sourcedid=learner)
        numbers[learner] = grade(submissions, queue, score, learner).id
    sent(outbox)
    regrade = begin(regrades)
    after = {"gains": 1.0, "loses": 0.5, "stays": 0.25, "fails": None}
    grade_all(trials, {numbers[learner]: score for learner, score in after.items()})
    apply(regrades, regrade)
    assert pending(outbox) == {"gains": 1.0, "loses": 0.5}
    assert {item.maximum for item in outbox.due(4e9, 100)} == {8}
    for learner, score in after.items():
        read = submissions.get(numbers[learner])
        assert read is not None and read.state is GradingState.DONE
        if score is None:
            assert (read.score, read.regrade_id) == (0.1, None)
        else:
            assert (read.score, read.credit, read.regrade_id) == (score, score, regrade.id)
            assert read.report == {"status": "wrong", "max_points": 8} and read.timings == {"tests": 1.0}
    done = regrades.get(regrade.id)
    assert done is not None and (done.state, done.applied_by) == (RegradeState.APPLIED, "ines")
    assert {each.learner: (each.before, each.after) for each in regrades.changes(regrade.id)} == {
        "gains": (0.5, 1.0), "loses": (0.75, 0.5), "stays": (0.25, 0.25), "fails": (0.1, 0.1),
    }  # fmt: skip


@pytest.mark.parametrize("counts", list(Counts))
@pytest.mark.parametrize("never_lower", [False, True])
@pytest.mark.parametrize("trial", [(0.8, 0.2), (0.2, 0.8), (None, 0.1), (0.1, None), (0.55, 0.45)])
def test_what_is_worked_out_is_what_the_tables_say(
    store: Store, regrades: Regrades, submissions: Submissions, queue: Queue, trials: Trials, clock: Clock,
    counts: Counts, never_lower: bool, trial: tuple[float | None, float | None],
) -> None:  # fmt: skip
    first = grade(submissions, queue, 0.5)
    clock.pass_(1)
    second = grade(submissions, queue, 0.4)
    before = counted(store, counts=counts)
    regrade = begin(regrades, counts)
    grade_all(trials, {first.id: trial[0], second.id: trial[1]})
    apply(regrades, regrade, never_lower)
    (change,) = regrades.changes(regrade.id)
    assert (change.before, change.after) == (before, counted(store, counts=counts))
    if never_lower:
        assert change.after is not None and before is not None and change.after >= before


def test_never_lower_sends_no_lower_score_and_keeps_the_report(
    regrades: Regrades, submissions: Submissions, queue: Queue, trials: Trials, launches: Launches, outbox: Outbox
) -> None:
    launch(launches)
    launch(launches, "bob")
    loses, gains = grade(submissions, queue, 0.75), grade(submissions, queue, 0.5, "bob")
    sent(outbox)
    regrade = begin(regrades)
    grade_all(trials, {loses.id: 0.25, gains.id: 1.0})
    apply(regrades, regrade, never_lower=True)
    assert pending(outbox) == {"bob": 1.0}
    kept = submissions.get(loses.id)
    assert kept is not None and (kept.score, kept.regrade_id, kept.report) == (0.75, None, {"status": "correct"})
    assert {(each.learner, each.after, each.graded) for each in regrades.changes(regrade.id)} == {
        ("ada", 0.75, 0.25), ("bob", 1.0, 1.0),
    }  # fmt: skip


def test_late_work_counts_its_part(
    store: Store, regrades: Regrades, submissions: Submissions, queue: Queue, trials: Trials
) -> None:
    late = grade(submissions, queue, 0.5)
    regrade = begin(regrades)
    grade_all(trials, {late.id: 1.0}, late_factor=0.5)
    apply(regrades, regrade)
    read = submissions.get(late.id)
    assert read is not None and (read.score, read.credit, counted(store)) == (1.0, 0.5, 0.5)


def test_what_is_handed_in_meanwhile_counts_as_it_does(
    store: Store, regrades: Regrades, submissions: Submissions, queue: Queue, trials: Trials, launches: Launches,
    outbox: Outbox, clock: Clock,
) -> None:  # fmt: skip
    for learner in ("best", "more"):
        launch(launches, learner)
    numbers = [grade(submissions, queue, 0.5, learner).id for learner in ("best", "more")]
    regrade = begin(regrades)
    grade_all(trials, dict.fromkeys(numbers, 0.75))
    clock.pass_(60)
    grade(submissions, queue, 1.0, "best")
    grade(submissions, queue, 0.6, "more")
    sent(outbox)
    apply(regrades, regrade)
    assert pending(outbox) == {"more": 0.75}
    assert (counted(store, "best"), counted(store, "more")) == (1.0, 0.75)


def test_a_grading_that_was_in_hand_and_ends_later_does_not_come_back(
    store: Store, regrades: Regrades, submissions: Submissions, queue: Queue, trials: Trials, launches: Launches,
    outbox: Outbox,
) -> None:  # fmt: skip
    launch(launches)
    submission = submit(submissions)
    old = queue.claim("slow", 600)
    regrade = begin(regrades)
    grade_all(trials, {submission.id: 0.4})
    apply(regrades, regrade)
    assert pending(outbox) == {"ada": 0.4}
    assert old and queue.finish(old.grading_id, "slow", {"status": "correct"}, 1.0, {})
    assert (counted(store), pending(outbox)) == (0.4, {"ada": 0.4})


def test_a_regraded_learner_waits_no_longer_for_the_next(
    regrades: Regrades, submissions: Submissions, queue: Queue, trials: Trials, clock: Clock
) -> None:
    old = grade(submissions, queue, 0.5)
    regrade = begin(regrades)
    new = [submit(submissions, "ada")]
    clock.pass_(10)
    new.append(submit(submissions, "bob"))
    while claimed := queue.claim("w", 60):  # the engine is away for a while
        queue.release(claimed.grading_id, "w", 600)
    clock.pass_(10)
    grade_all(trials, {old.id: 0.75})
    before = submissions.positions()
    assert before == {new[0].id: 1, new[1].id: 2}
    apply(regrades, regrade)
    assert submissions.positions() == before


def test_each_step_is_done_once_however_often_it_is_begun(
    regrades: Regrades, submissions: Submissions, queue: Queue, trials: Trials, launches: Launches, outbox: Outbox
) -> None:
    for learner in ("ada", "bob"):
        launch(launches, learner)
    numbers = [grade(submissions, queue, 0.5, learner).id for learner in ("ada", "bob")]
    sent(outbox)
    regrade = begin(regrades)
    assert not regrades.apply_to(regrade.id, "ada"), "nobody has decided to apply it"
    with pytest.raises(RegradeError, match="still grading"):
        regrades.start_applying(regrade.id, False, None, {})
    grade_all(trials, dict.fromkeys(numbers, 1.0))
    regrades.start_applying(regrade.id, True, None, {"tests": []})
    assert regrades.apply_to(regrade.id, "ada") and not regrades.apply_to(regrade.id, "ada")
    regrades.end_applying(regrade.id)
    assert [each.id for each in regrades.applying()] == [regrade.id], "bob is left"
    # Somebody else goes on: what was decided first holds.
    again = regrades.start_applying(regrade.id, False, "ines", {})
    assert (again.never_lower, again.applied_by, again.summary) == (True, None, {"tests": []})
    assert regrades.left_to_apply(regrade.id) == ["bob"]
    assert not regrades.drop(regrade.id)
    assert regrades.apply_to(regrade.id, "bob")
    regrades.end_applying(regrade.id)
    assert regrades.applying() == [] and regrades.left_to_apply(regrade.id) == []
    assert pending(outbox) == {"ada": 1.0, "bob": 1.0}
    assert len(submissions.for_learner("ada")) == 1


def test_there_is_one_open_regrade_of_an_exercise(
    regrades: Regrades, submissions: Submissions, queue: Queue, trials: Trials
) -> None:
    with pytest.raises(RegradeError, match="nobody has handed in"):
        begin(regrades)
    assert regrades.all() == []
    submission = grade(submissions, queue, 0.5)
    first = begin(regrades)
    with pytest.raises(RegradeError, match="under way already"):
        begin(regrades)
    assert regrades.open(**EXERCISE) == first and regrades.open("python", "figures") is None
    held = take(trials)
    assert regrades.drop(first.id) and not regrades.drop(first.id)
    assert not trials.renew(held.grading_id, "w", 60) and not trials.finish(held.grading_id, "w", {}, 1.0, {})
    assert trials.claim("w", 60) is None and regrades.open(**EXERCISE) is None
    second = begin(regrades)
    grade_all(trials, {submission.id: 0.5})
    apply(regrades, second)
    third = begin(regrades)
    assert [each.id for each in regrades.all()] == [third.id, second.id, first.id]


_APPLY_AND_DIE = """
import os, signal, sys
from openjupyter_service.store import Regrades, Store
from openjupyter_service.store import regrades as module
regrades = Regrades(Store(sys.argv[1]))
def die(*_args):
    os.kill(os.getpid(), signal.SIGKILL)
assert regrades.apply_to(1, "ada")
module.queue_for_all = die  # gradings are written, the passback is not yet
regrades.apply_to(1, "bob")
"""


def test_a_process_killed_while_it_applies_loses_and_doubles_nothing(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'store.sqlite'}"
    store = Store(url)
    store.upgrade()
    submissions, queue, outbox, regrades = Submissions(store), Queue(store), Outbox(store), Regrades(store)
    numbers = []
    for learner in ("ada", "bob", "cem"):
        launch(Launches(store), learner)
        numbers.append(grade(submissions, queue, 0.5, learner).id)
    sent(outbox)
    regrade = begin(regrades)
    grade_all(Trials(store), dict.fromkeys(numbers, 1.0))
    regrades.start_applying(regrade.id, False, None, {})
    died = subprocess.run([sys.executable, "-c", _APPLY_AND_DIE, url])
    assert died.returncode == -signal.SIGKILL
    assert pending(outbox) == {"ada": 1.0}
    assert [score(submissions, number) for number in numbers] == [1.0, 0.5, 0.5]
    apply(regrades, regrade)
    assert pending(outbox) == {"ada": 1.0, "bob": 1.0, "cem": 1.0}
    assert [score(submissions, number) for number in numbers] == [1.0] * 3
    assert len(outbox.list()) == 6
    store.close()


def score(submissions: Submissions, number: str) -> float | None:
    read = submissions.get(number)
    assert read is not None
    return read.score


def test_reports_that_can_be_compared(
    regrades: Regrades, submissions: Submissions, queue: Queue, trials: Trials
) -> None:
    first = grade(submissions, queue, 0.5)
    second = grade(submissions, queue, 0.5, "bob")
    regrade = begin(regrades)
    grade_all(trials, {first.id: 1.0, second.id: None})
    assert regrades.failures(regrade.id) == [("bob", "no engine")]
    assert list(regrades.reports(regrade.id)) == [({"status": "correct"}, {"status": "wrong", "max_points": 8})]
