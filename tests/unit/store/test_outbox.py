from openjupyter_service.store import Launches, Outbox, PassbackState, Queue, Submissions
from tests.unit.store.conftest import Clock
from tests.unit.store.steps import grade, launch


def test_an_item_says_where_the_score_goes(
    submissions: Submissions, queue: Queue, launches: Launches, outbox: Outbox, clock: Clock
) -> None:
    placement = launch(launches)
    grade(submissions, queue, 0.5)
    (item,) = outbox.due(clock(), 10)
    assert (item.platform, item.outcome_url, item.sourcedid) == ("moodle", "https://lms.example/outcome", "row-1")
    assert (item.placement_id, item.learner, item.course, item.exercise) == (placement.id, "ada", "python", "warm-up")
    assert (item.score, item.attempts, item.created_at) == (0.5, 0, clock())


def test_a_sent_item_is_done(
    submissions: Submissions, queue: Queue, launches: Launches, outbox: Outbox, clock: Clock
) -> None:
    launch(launches)
    submission = grade(submissions, queue, 0.5)
    (item,) = outbox.due(clock(), 10)
    outbox.sent(item.id, clock() + 1)
    assert outbox.due(clock() + 1e6, 10) == [] and outbox.pending_count() == 0
    stored = submissions.get(submission.id)
    assert stored
    (passback,) = stored.passbacks
    assert (passback.state, passback.sent_at, passback.attempts) == (PassbackState.SENT, clock() + 1, 1)


def test_a_retry_waits_and_keeps_its_error(
    submissions: Submissions, queue: Queue, launches: Launches, outbox: Outbox, clock: Clock
) -> None:
    launch(launches)
    submission = grade(submissions, queue, 0.5)
    (item,) = outbox.due(clock(), 10)
    outbox.retry(item.id, "x" * 5000, clock() + 60)
    assert outbox.due(clock() + 59, 10) == []
    (again,) = outbox.due(clock() + 60, 10)
    assert (again.id, again.attempts) == (item.id, 1)
    assert outbox.next_attempt_at() == clock() + 60
    stored = submissions.get(submission.id)
    assert stored and stored.passbacks[0].last_error == "x" * 1000
    outbox.sent(item.id, clock())
    stored = submissions.get(submission.id)
    assert stored and stored.passbacks[0].last_error is None
    assert outbox.next_attempt_at() is None


def test_a_newer_score_cannot_be_overtaken(
    submissions: Submissions, queue: Queue, launches: Launches, outbox: Outbox, clock: Clock
) -> None:
    launch(launches)
    grade(submissions, queue, 0.5)
    (old,) = outbox.due(clock(), 10)
    grade(submissions, queue, 1.0)
    outbox.retry(old.id, "too late", clock())
    outbox.failed(old.id, "too late")
    (new,) = outbox.due(clock(), 10)
    assert (new.score, new.id != old.id) == (1.0, True)


def test_a_superseded_item_that_was_on_its_way_counts_as_sent(
    submissions: Submissions, queue: Queue, launches: Launches, outbox: Outbox, clock: Clock
) -> None:
    launch(launches)
    submission = grade(submissions, queue, 0.5)
    (item,) = outbox.due(clock(), 10)
    grade(submissions, queue, 1.0)
    outbox.sent(item.id, clock())
    stored = submissions.get(submission.id)
    assert stored and stored.passbacks[0].state == PassbackState.SENT
    assert outbox.pending_count() == 1


def test_placements_that_are_being_served_are_left_out(
    submissions: Submissions, queue: Queue, launches: Launches, outbox: Outbox, clock: Clock
) -> None:
    first, second = launch(launches), launch(launches, link="link-2")
    grade(submissions, queue, 0.5)
    assert [each.placement_id for each in outbox.due(clock(), 10, {first.id})] == [second.id]
    assert outbox.due(clock(), 10, [first.id, second.id]) == []
    assert len(outbox.due(clock(), 1)) == 1
