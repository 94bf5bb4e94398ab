import pytest
from sqlalchemy import func, select
from sqlalchemy.exc import SQLAlchemyError

from openjupyter_service.store import GradingState, Launches, PassbackState, Queue, Store, Submissions
from openjupyter_service.store.tables import gradings, submission_files
from openjupyter_service.store.tables import submissions as table
from tests.unit.store.conftest import Clock
from tests.unit.store.steps import grade, launch, submit


def test_an_accepted_submission_is_stored_and_queued(submissions: Submissions, queue: Queue, clock: Clock) -> None:
    accepted = submit(submissions)
    assert submissions.get(accepted.id) == accepted
    assert accepted.state == GradingState.QUEUED and accepted.created_at == clock()
    assert submissions.files(accepted.id) == {"warm-up.ipynb": b"{}", "data.csv": b"a,b\n1,2\n"}
    claimed = queue.claim("worker", 60)
    assert claimed and (claimed.submission_id, claimed.commit) == (accepted.id, "c0ffee")


def test_a_submission_that_cannot_be_stored_whole_is_not_stored(submissions: Submissions, store: Store) -> None:
    broken = {"a.ipynb": b"{}", "b.txt": None}
    with pytest.raises(SQLAlchemyError):
        submissions.accept(
            learner="ada",
            course="python",
            exercise="e",
            commit=None,
            notebook_path="a.ipynb",
            files=broken,  # type: ignore[arg-type]
        )
    with store.read() as connection:
        for each in (table, submission_files, gradings):
            assert connection.scalar(select(func.count()).select_from(each)) == 0


def test_the_notebook_is_among_the_files(submissions: Submissions) -> None:
    with pytest.raises(ValueError, match="notebook"):
        submissions.accept(
            learner="ada", course="python", exercise="e", commit=None, notebook_path="a.ipynb", files={"b": b""}
        )


def test_ids_sort_by_time_and_differ(submissions: Submissions, clock: Clock) -> None:
    ids = []
    for _ in range(5):
        ids.append(submit(submissions).id)
        clock.pass_(0.01)
    assert ids == sorted(ids) and len(set(ids)) == 5
    assert all(each.isalnum() and len(each) == 32 for each in ids)


def test_an_unknown_submission_is_none(submissions: Submissions) -> None:
    assert submissions.get("nobody") is None
    assert submissions.files("nobody") == {}
    assert submissions.position("nobody") == 0


def test_a_graded_submission_has_report_and_passbacks(
    submissions: Submissions, queue: Queue, launches: Launches, clock: Clock
) -> None:
    launch(launches)
    launch(launches, link="link-2", outcome=False)
    graded = submissions.get(grade(submissions, queue, 0.5).id)
    assert graded
    assert (graded.state, graded.score, graded.attempts) == (GradingState.DONE, 0.5, 1)
    assert graded.report == {"status": "correct"} and graded.timings == {"run": 1.0}
    (passback,) = graded.passbacks
    assert (passback.platform, passback.context_title, passback.state) == (
        "moodle",
        "Data science",
        PassbackState.PENDING,
    )


def test_a_learners_submissions_come_newest_first(submissions: Submissions, queue: Queue, clock: Clock) -> None:
    first = grade(submissions, queue, 0.5)
    clock.pass_(1)
    second = submit(submissions)
    clock.pass_(1)
    other = submit(submissions, exercise="figures")
    submit(submissions, learner="bob")
    assert [each.id for each in submissions.for_learner("ada")] == [other.id, second.id, first.id]
    summaries = submissions.for_learner("ada", "python", "warm-up")
    assert [(each.id, each.score) for each in summaries] == [(second.id, None), (first.id, 0.5)]
    assert not hasattr(summaries[0], "report")
    assert len(submissions.for_learner("ada", limit=1)) == 1


def test_the_position_counts_down_to_zero(submissions: Submissions, queue: Queue, clock: Clock) -> None:
    ids = []
    for learner in ("ada", "bob", "cem"):
        ids.append(submit(submissions, learner).id)
        clock.pass_(1)
    assert [submissions.position(each) for each in ids] == [1, 2, 3]
    claimed = queue.claim("worker", 60)
    assert claimed
    assert [submissions.position(each) for each in ids] == [0, 1, 2]
    queue.finish(claimed.grading_id, "worker", {}, 1.0, {})
    assert [submissions.position(each) for each in ids] == [0, 1, 2]


def test_the_position_is_the_order_of_claims(submissions: Submissions, queue: Queue, clock: Clock) -> None:
    for learner in ("ada", "ada", "ada", "bob", "cem", "bob"):
        submit(submissions, learner)
        clock.pass_(1)
    positions = submissions.positions()
    assert sorted(positions.values()) == [1, 2, 3, 4, 5, 6]
    claimed = []
    while (item := queue.claim("worker", 60)) is not None:
        claimed.append(item.submission_id)
        clock.pass_(1)
        queue.finish(item.grading_id, "worker", {}, 1.0, {})
    assert claimed == sorted(positions, key=positions.__getitem__)
