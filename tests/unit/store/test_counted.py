"""Which grading of a submission counts: the latest that is done. One that was graded anew has no older score left."""

import pytest
from sqlalchemy import insert

from openjupyter_service.store import Counts, Launches, Outbox, Queue, Store, Submissions
from openjupyter_service.store.records import GradingState
from openjupyter_service.store.scores import counted_score
from openjupyter_service.store.tables import gradings
from tests.unit.store.conftest import Clock
from tests.unit.store.steps import grade, launch

OWNER = ("ada", "python", "warm-up")


def again(store: Store, submission: str, credit: float | None, state: GradingState = GradingState.DONE) -> None:
    """Another grading of a submission, newer than those it has."""
    with store.write() as connection:
        connection.execute(
            insert(gradings).values(
                submission_id=submission, state=state, attempts=1, queued_at=0, available_at=0, credit=credit
            )
        )


def counted(store: Store, counts: Counts) -> float | None:
    with store.read() as connection:
        found = counted_score(connection, *OWNER, counts)
    return None if found is None else found.credit


@pytest.mark.parametrize("counts", list(Counts))
def test_a_lower_grading_of_the_same_submission_counts(
    store: Store, submissions: Submissions, queue: Queue, counts: Counts
) -> None:
    submission = grade(submissions, queue, 0.9)
    again(store, submission.id, 0.4)
    assert counted(store, counts) == 0.4


def test_the_best_submission_may_be_another_one_then(
    store: Store, submissions: Submissions, queue: Queue, clock: Clock
) -> None:
    best = grade(submissions, queue, 0.9)
    clock.pass_(1)
    grade(submissions, queue, 0.6)
    again(store, best.id, 0.4)
    assert (counted(store, Counts.BEST), counted(store, Counts.LATEST)) == (0.6, 0.6)


def test_one_that_counts_no_more_leaves_nothing(store: Store, submissions: Submissions, queue: Queue) -> None:
    again(store, grade(submissions, queue, 0.9).id, None)
    assert counted(store, Counts.BEST) is None


@pytest.mark.parametrize("state", [GradingState.QUEUED, GradingState.RUNNING, GradingState.FAILED])
def test_a_grading_that_is_not_done_takes_nothing_away(
    store: Store, submissions: Submissions, queue: Queue, state: GradingState
) -> None:
    again(store, grade(submissions, queue, 0.9).id, None, state)
    assert counted(store, Counts.BEST) == 0.9


def test_what_is_sent_next_is_what_counts_now(
    store: Store, submissions: Submissions, queue: Queue, launches: Launches, outbox: Outbox, clock: Clock
) -> None:
    launch(launches)
    first = grade(submissions, queue, 0.9)
    again(store, first.id, 0.4)
    clock.pass_(1)
    grade(submissions, queue, 0.5)
    assert [item.score for item in outbox.due(clock(), 10)] == [0.5]
