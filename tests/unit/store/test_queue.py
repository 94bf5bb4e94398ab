import json
import math
import signal
import subprocess
import sys
import threading
from pathlib import Path

import pytest

from openjupyter_service.store import GradingState, Launches, Outbox, Queue, Store, Submissions
from tests.unit.store.conftest import Clock
from tests.unit.store.steps import grade, launch, submit


def test_an_empty_queue_gives_none(queue: Queue) -> None:
    assert queue.claim("worker", 60) is None


def test_the_oldest_is_claimed_first_and_only_once(submissions: Submissions, queue: Queue, clock: Clock) -> None:
    first = submit(submissions, "ada")
    clock.pass_(1)
    second = submit(submissions, "bob")
    claims = [queue.claim(f"worker-{number}", 60) for number in range(3)]
    assert [each and each.submission_id for each in claims] == [first.id, second.id, None]
    running = submissions.get(first.id)
    assert running and (running.state, running.started_at) == (GradingState.RUNNING, clock())


def test_a_learner_with_many_delays_nobody_by_more_than_one(
    submissions: Submissions, queue: Queue, clock: Clock
) -> None:
    for _ in range(5):
        submit(submissions, "ada")
        clock.pass_(1)
    submit(submissions, "bob")
    clock.pass_(1)
    served = []
    for step in range(4):
        claimed = queue.claim("worker", 60)
        assert claimed
        served.append(claimed.learner)
        clock.pass_(1)
        queue.finish(claimed.grading_id, "worker", {}, 1.0, {})
        if step == 1:
            submit(submissions, "cem")
            clock.pass_(1)
    assert served == ["ada", "bob", "ada", "cem"]


def test_what_a_dead_worker_held_is_claimed_again(submissions: Submissions, queue: Queue, clock: Clock) -> None:
    submit(submissions)
    first = queue.claim("dead", 60)
    clock.pass_(60)
    assert queue.claim("alive", 60) is None
    clock.pass_(1)
    second = queue.claim("alive", 60)
    assert first and second and (second.grading_id, second.attempts) == (first.grading_id, 2)
    assert not queue.renew(first.grading_id, "dead", 60)
    assert not queue.finish(first.grading_id, "dead", {"by": "dead"}, 1.0, {})
    assert queue.finish(second.grading_id, "alive", {"by": "alive"}, 0.5, {})
    stored = submissions.get(first.submission_id)
    assert stored and (stored.report, stored.score) == ({"by": "alive"}, 0.5)


def test_a_renewed_lease_holds(submissions: Submissions, queue: Queue, clock: Clock) -> None:
    submit(submissions)
    claimed = queue.claim("slow", 60)
    assert claimed
    for _ in range(3):
        clock.pass_(50)
        assert queue.renew(claimed.grading_id, "slow", 60)
        assert queue.claim("other", 60) is None


def test_a_released_grading_waits_out_its_delay(submissions: Submissions, queue: Queue, clock: Clock) -> None:
    submission = submit(submissions)
    claimed = queue.claim("worker", 60)
    assert claimed and queue.release(claimed.grading_id, "worker", 30)
    assert not queue.release(claimed.grading_id, "worker", 0)
    assert queue.claim("worker", 60) is None
    waiting = submissions.get(submission.id)
    assert waiting and (waiting.state, waiting.started_at) == (GradingState.QUEUED, None)
    clock.pass_(30)
    again = queue.claim("worker", 60)
    assert again and again.attempts == 2


def test_a_delayed_grading_does_not_hold_up_the_learners_next(
    submissions: Submissions, queue: Queue, clock: Clock
) -> None:
    submit(submissions)
    clock.pass_(1)
    second = submit(submissions)
    claimed = queue.claim("worker", 60)
    assert claimed and queue.release(claimed.grading_id, "worker", 30)
    following = queue.claim("worker", 60)
    assert following and following.submission_id == second.id


def test_a_worker_that_starts_again_puts_back_its_own(submissions: Submissions, queue: Queue) -> None:
    for learner in ("ada", "bob", "cem"):
        submit(submissions, learner)
    mine = [queue.claim("mine", 600), queue.claim("mine", 600)]
    theirs = queue.claim("theirs", 600)
    assert queue.release_all("mine") == 2
    assert queue.release_all("mine") == 0
    assert theirs and queue.renew(theirs.grading_id, "theirs", 600)
    again = queue.claim("mine", 600)
    assert again and mine[0] and again.grading_id == mine[0].grading_id


def test_only_the_holder_finishes_and_only_once(submissions: Submissions, queue: Queue) -> None:
    submit(submissions)
    claimed = queue.claim("worker", 60)
    assert claimed
    assert not queue.finish(claimed.grading_id, "other", {}, 1.0, {})
    assert queue.finish(claimed.grading_id, "worker", {}, 1.0, {})
    assert not queue.finish(claimed.grading_id, "worker", {}, 0.0, {})
    assert not queue.fail(claimed.grading_id, "worker", {})
    assert not queue.finish(999, "worker", {}, 1.0, {})


@pytest.mark.parametrize("score", [-0.01, 1.01, math.nan, math.inf])
def test_a_score_outside_0_and_1_is_an_error(submissions: Submissions, queue: Queue, score: float) -> None:
    submit(submissions)
    claimed = queue.claim("worker", 60)
    assert claimed
    with pytest.raises(ValueError, match="0 and 1"):
        queue.finish(claimed.grading_id, "worker", {}, score, {})
    assert queue.renew(claimed.grading_id, "worker", 60)


def test_a_finished_grading_tells_every_lms_that_waits(
    submissions: Submissions, queue: Queue, launches: Launches, outbox: Outbox, clock: Clock
) -> None:
    first, second = launch(launches), launch(launches, link="link-2")
    launch(launches, link="link-3", outcome=False)
    launch(launches, link="link-4", exercise="figures")
    launch(launches, learner="bob")
    grade(submissions, queue, 0.5)
    assert [(each.placement_id, each.score) for each in outbox.due(clock(), 10)] == [(first.id, 0.5), (second.id, 0.5)]


def test_the_best_score_is_sent_and_older_ones_are_superseded(
    submissions: Submissions, queue: Queue, launches: Launches, outbox: Outbox, clock: Clock
) -> None:
    launch(launches)
    for score in (0.75, 0.5, None):
        grade(submissions, queue, score)
    (item,) = outbox.due(clock(), 10)
    assert item.score == 0.75
    assert outbox.pending_count() == 1


def test_a_failed_grading_is_nobodys_score(
    submissions: Submissions, queue: Queue, launches: Launches, outbox: Outbox
) -> None:
    launch(launches)
    submission = submit(submissions)
    claimed = queue.claim("worker", 60)
    assert claimed and queue.fail(claimed.grading_id, "worker", {"status": "internal error"})
    stored = submissions.get(submission.id)
    assert stored and (stored.state, stored.score, stored.report) == (
        GradingState.FAILED,
        None,
        {"status": "internal error"},
    )
    assert outbox.pending_count() == 0
    assert queue.claim("worker", 60) is None


def test_threads_never_claim_the_same_grading(store: Store, submissions: Submissions, queue: Queue) -> None:
    for number in range(24):
        submit(submissions, f"learner-{number % 5}")
    claimed: list[int] = []

    def work(worker: str) -> None:
        while (item := queue.claim(worker, 60)) is not None:
            claimed.append(item.grading_id)

    threads = [threading.Thread(target=work, args=(f"worker-{number}",)) for number in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(claimed) == 24 and len(set(claimed)) == 24


def test_scores_that_finish_together_see_each_other(
    submissions: Submissions, queue: Queue, launches: Launches, outbox: Outbox, clock: Clock
) -> None:
    launch(launches)
    claims = []
    for _ in range(8):
        submit(submissions)
        claims.append(queue.claim("worker", 60))
    finished: list[bool] = []

    def finish(grading_id: int, score: float) -> None:
        finished.append(queue.finish(grading_id, "worker", {}, score, {}))

    threads = [
        threading.Thread(target=finish, args=(claimed.grading_id, number / 8))
        for number, claimed in enumerate(claims)
        if claimed
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert finished == [True] * 8
    assert [each.score for each in outbox.due(clock(), 10)] == [7 / 8]


_CLAIM_ALL = """
import json, sys
from openjupyter_service.store import Queue, Store
queue = Queue(Store(sys.argv[1]))
claimed = []
while (item := queue.claim(sys.argv[2], 60)) is not None:
    claimed.append(item.grading_id)
    queue.finish(item.grading_id, sys.argv[2], {}, 0.5, {})
print(json.dumps(claimed))
"""

_FINISH_AND_DIE = """
import os, signal, sys
from openjupyter_service.store import Queue, Store
from openjupyter_service.store import queue as module
store = Store(sys.argv[1])
item = Queue(store).claim("dying", 60)
def die(*_args):
    os.kill(os.getpid(), signal.SIGKILL)
module.queue_for_all = die  # the report is written, the passback is not yet
Queue(store).finish(item.grading_id, "dying", {"status": "correct"}, 1.0, {})
"""


def test_processes_never_claim_the_same_grading(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'store.sqlite'}"
    store = Store(url)
    store.upgrade()
    submissions = Submissions(store)
    for number in range(30):
        submit(submissions, f"learner-{number % 4}")
    running = [
        subprocess.Popen([sys.executable, "-c", _CLAIM_ALL, url, f"worker-{number}"], stdout=subprocess.PIPE)
        for number in range(2)
    ]
    claimed = [each for process in running for each in json.loads(process.communicate()[0])]
    store.close()
    assert len(claimed) == 30 and len(set(claimed)) == 30


def test_a_worker_killed_while_it_finishes_loses_and_doubles_nothing(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'store.sqlite'}"
    store = Store(url)
    store.upgrade()
    queue, submissions, outbox = Queue(store), Submissions(store), Outbox(store)
    launch(Launches(store))
    submission = submit(submissions)
    done = subprocess.run([sys.executable, "-c", _FINISH_AND_DIE, url])
    assert done.returncode == -signal.SIGKILL
    left = submissions.get(submission.id)
    assert left and (left.state, left.report, outbox.pending_count()) == (GradingState.RUNNING, None, 0)
    assert queue.release_all("dying") == 1
    claimed = queue.claim("next", 60)
    assert claimed and queue.finish(claimed.grading_id, "next", {"status": "correct"}, 1.0, {})
    assert outbox.pending_count() == 1
    store.close()
