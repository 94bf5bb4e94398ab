import threading

from openjupyter_service.store import Launches, Outbox, PassbackState, Queue, Store, Submissions
from tests.unit.store.conftest import Clock
from tests.unit.store.steps import grade, launch


def test_a_nonce_serves_once_for_each_platform(launches: Launches, clock: Clock) -> None:
    expires_at = clock() + 600
    assert launches.use_nonce("moodle", "n1", expires_at)
    assert not launches.use_nonce("moodle", "n1", expires_at)
    assert launches.use_nonce("openhpi", "n1", expires_at)
    assert launches.use_nonce("moodle", "n2", expires_at)


def test_a_nonce_is_kept_until_it_expires_and_then_forgotten(launches: Launches, clock: Clock) -> None:
    assert launches.use_nonce("moodle", "n1", clock() + 600)
    clock.pass_(600)
    assert not launches.use_nonce("moodle", "n1", clock() + 600)
    clock.pass_(1)
    assert launches.use_nonce("moodle", "n2", clock() + 600)
    assert launches.use_nonce("moodle", "n1", clock() + 600)


def test_of_many_at_once_one_uses_the_nonce(launches: Launches, clock: Clock) -> None:
    used: list[bool] = []
    threads = [
        threading.Thread(target=lambda: used.append(launches.use_nonce("moodle", "n", clock() + 600)))
        for _ in range(12)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(used) == [False] * 11 + [True]


def test_a_launch_becomes_a_placement(launches: Launches, clock: Clock) -> None:
    placement = launch(launches)
    assert launches.placements("ada", "python", "warm-up") == [placement]
    assert placement.has_score_service
    assert (placement.context_title, placement.resource_title) == ("Data science", "Warm-up")
    assert placement.created_at == placement.last_launched_at == clock()


def test_a_second_launch_renews_the_placement(launches: Launches, clock: Clock) -> None:
    first = launch(launches)
    clock.pass_(60)
    second = launch(launches, sourcedid="row-2")
    assert second.id == first.id
    assert second.sourcedid == "row-2"
    assert (second.created_at, second.last_launched_at) == (clock() - 60, clock())
    assert launches.placements("ada") == [second]


def test_a_launch_without_outcome_service_keeps_the_known_one(launches: Launches) -> None:
    launch(launches)
    again = launch(launches, outcome=False)
    assert (again.outcome_url, again.sourcedid) == ("https://lms.example/outcome", "row-1")


def test_half_an_outcome_service_is_none(launches: Launches) -> None:
    placement = launches.record(
        platform="moodle",
        context_id="",
        resource_link_id="link",
        learner="ada",
        course="python",
        exercise="warm-up",
        outcome_url="https://lms.example/outcome",
    )
    assert placement.outcome_url is None and not placement.has_score_service


def test_links_courses_platforms_and_learners_are_kept_apart(launches: Launches) -> None:
    assert len({launch(launches).id, launch(launches, link="link-2").id, launch(launches, learner="bob").id}) == 3
    assert len(launches.placements("ada")) == 2
    assert len(launches.placements("bob", "python")) == 1
    assert launches.placements("ada", "python", "other") == []


def test_a_placement_that_comes_late_gets_the_best_score_so_far(
    launches: Launches, submissions: Submissions, queue: Queue, outbox: Outbox, clock: Clock
) -> None:
    for score in (0.25, 0.75, 0.5):
        grade(submissions, queue, score)
    assert outbox.pending_count() == 0
    placement = launch(launches)
    (item,) = outbox.due(clock(), 10)
    assert (item.placement_id, item.score, item.sourcedid) == (placement.id, 0.75, "row-1")


def test_a_launch_sends_nothing_that_the_lms_has_heard(
    launches: Launches, submissions: Submissions, queue: Queue, outbox: Outbox, clock: Clock
) -> None:
    launch(launches)
    grade(submissions, queue, 0.5)
    (item,) = outbox.due(clock(), 10)
    launch(launches, sourcedid="row-2")
    (again,) = outbox.due(clock(), 10)
    assert again.id == item.id
    assert again.sourcedid == "row-2"
    outbox.sent(item.id, clock())
    launch(launches)
    assert outbox.pending_count() == 0


def test_a_launch_revives_a_score_that_was_refused_for_good(
    launches: Launches, submissions: Submissions, queue: Queue, outbox: Outbox, clock: Clock
) -> None:
    launch(launches)
    grade(submissions, queue, 0.5)
    (item,) = outbox.due(clock(), 10)
    outbox.failed(item.id, "unknown sourcedid")
    assert outbox.pending_count() == 0
    launch(launches, sourcedid="row-2")
    (again,) = outbox.due(clock(), 10)
    assert again.id != item.id
    assert (again.score, again.sourcedid) == (0.5, "row-2")


def test_a_link_that_moves_to_another_exercise_takes_no_old_score_along(
    launches: Launches, submissions: Submissions, queue: Queue, outbox: Outbox, clock: Clock
) -> None:
    first = launch(launches)
    submission = grade(submissions, queue, 1.0)
    moved = launch(launches, exercise="figures")
    assert moved.id == first.id and moved.exercise == "figures"
    assert outbox.due(clock(), 10) == []
    stored = submissions.get(submission.id)
    assert stored and [each.state for each in stored.passbacks] == [PassbackState.SUPERSEDED]


def test_nothing_is_queued_for_a_learner_without_a_score(
    launches: Launches, submissions: Submissions, queue: Queue, outbox: Outbox, store: Store
) -> None:
    grade(submissions, queue, None)
    grade(submissions, queue, 1.0, learner="bob")
    launch(launches)
    assert outbox.pending_count() == 0
