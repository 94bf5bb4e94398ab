"""Which score counts, line items, timestamps, attempts."""

import threading

import pytest

from openjupyter_service.errors import AttemptsUsedUp
from openjupyter_service.store import Counts, Launches, Outbox, PassbackState, Queue, Submissions
from tests.unit.store.conftest import Clock
from tests.unit.store.steps import launch, submit

AGS = {
    "platform": "canvas", "deployment": "1", "context_id": "c", "resource_link_id": "l", "course": "python",
    "exercise": "warm-up", "subject": "person-7", "lineitems_url": "https://lms.example/lineitems",
    "scopes": ["https://purl.imsglobal.org/spec/lti-ags/scope/score"],
}  # fmt: skip


def finish(queue: Queue, score: float | None, late_factor: float = 1.0, counts: Counts = Counts.BEST) -> None:
    claimed = queue.claim("worker", 60)
    assert claimed is not None
    assert queue.finish(claimed.grading_id, "worker", {}, score, {}, late_factor=late_factor, counts=counts)


def credits(outbox: Outbox) -> list[float]:
    return [item.score for item in outbox.list(PassbackState.PENDING)]


def test_late_work_counts_a_part(launches: Launches, submissions: Submissions, queue: Queue, outbox: Outbox) -> None:
    launch(launches)
    late = submit(submissions)
    finish(queue, 0.8, late_factor=0.5)
    assert credits(outbox) == [0.4]
    read = submissions.get(late.id)
    assert read is not None and (read.score, read.credit) == (0.8, 0.4)


def test_work_that_does_not_count_is_never_sent(
    launches: Launches, submissions: Submissions, queue: Queue, outbox: Outbox
) -> None:
    launch(launches)
    submit(submissions)
    finish(queue, 0.8, late_factor=0.0)
    assert credits(outbox) == []
    launch(launches)
    assert credits(outbox) == []


def test_the_latest_counts_even_when_it_is_worse(
    launches: Launches, submissions: Submissions, queue: Queue, outbox: Outbox, clock: Clock
) -> None:
    launch(launches)
    for score in (0.9, 0.3):
        submit(submissions)
        finish(queue, score, counts=Counts.LATEST)
        clock.pass_(1)
    assert credits(outbox) == [0.3]


def test_the_latest_is_the_one_handed_in_last(
    launches: Launches, submissions: Submissions, queue: Queue, outbox: Outbox, clock: Clock
) -> None:
    launch(launches)
    submit(submissions)
    first = queue.claim("slow", 600)
    clock.pass_(1)
    submit(submissions)
    second = queue.claim("quick", 600)
    assert first and second and first.created_at < second.created_at
    queue.finish(second.grading_id, "quick", {}, 0.3, {}, counts=Counts.LATEST)
    queue.finish(first.grading_id, "slow", {}, 0.9, {}, counts=Counts.LATEST)
    assert credits(outbox) == [0.3]


def test_a_line_item_is_a_place_for_a_score(
    launches: Launches, submissions: Submissions, queue: Queue, outbox: Outbox
) -> None:
    placement = launches.record(learner="ada", **AGS)  # type: ignore[arg-type]
    assert placement.has_score_service
    submit(submissions)
    finish(queue, 1.0)
    (item,) = outbox.due(2e9, 10)
    assert (item.subject, item.deployment, item.sourcedid, item.lineitems_url) == (
        "person-7", "1", None, "https://lms.example/lineitems",
    )  # fmt: skip
    assert item.scopes == tuple(AGS["scopes"]) and "person-7" not in repr(item)


def test_a_line_item_is_found_once_for_all_who_have_the_link(launches: Launches) -> None:
    first = launches.record(learner="ada", **AGS)  # type: ignore[arg-type]
    launches.record(learner="bob", **AGS)  # type: ignore[arg-type]
    launches.record(learner="cleo", **AGS | {"deployment": "2"})  # type: ignore[arg-type]
    launches.set_lineitem(first.id, "https://lms.example/lineitems/7")

    def known() -> list[str | None]:
        return [launches.placements(name)[0].lineitem_url for name in ("ada", "bob", "cleo")]

    assert known() == ["https://lms.example/lineitems/7"] * 2 + [None]
    launches.record(learner="ada", **AGS)  # type: ignore[arg-type]  # a launch that tells of none takes none away
    assert known()[0] == "https://lms.example/lineitems/7"
    launches.forget_lineitem(first.id, "https://lms.example/lineitems/8")
    assert known()[1] == "https://lms.example/lineitems/7"
    launches.forget_lineitem(first.id, "https://lms.example/lineitems/7")
    assert known() == [None] * 3


def test_deployments_are_kept_apart(launches: Launches) -> None:
    launches.record(learner="ada", **AGS)  # type: ignore[arg-type]
    launches.record(learner="ada", **AGS | {"deployment": "2"})  # type: ignore[arg-type]
    assert len(launches.placements("ada")) == 2


def test_timestamps_rise_strictly(launches: Launches, clock: Clock) -> None:
    placement = launch(launches)
    times: list[float] = []

    def take() -> None:
        times.extend(launches.next_timestamp(placement.id) for _ in range(10))

    threads = [threading.Thread(target=take) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted({round(time * 1000) for time in times}) == [round(clock() * 1000) + number for number in range(40)]
    clock.pass_(-3600)
    assert launches.next_timestamp(placement.id) > max(times)


def test_staff_is_staff_of_a_course(launches: Launches) -> None:
    launches.record(learner="ada", **AGS, is_staff=True)  # type: ignore[arg-type]
    assert launches.is_staff("ada", "python") and not launches.is_staff("ada", "other")
    assert launches.contexts_of_staff("ada") == [("canvas", "c", "python")]
    launches.record(learner="ada", **AGS)  # type: ignore[arg-type]
    assert not launches.is_staff("ada", "python") and launches.contexts_of_staff("ada") == []


def test_attempts_run_out(submissions: Submissions, queue: Queue) -> None:
    given = {"learner": "ada", "course": "python", "exercise": "warm-up", "commit": None, "notebook_path": "a"}
    for _ in range(2):
        submissions.accept(**given, files={"a": b""}, max_attempts=2)  # type: ignore[arg-type]
    with pytest.raises(AttemptsUsedUp, match="all 2 attempts"):
        submissions.accept(**given, files={"a": b""}, max_attempts=2)  # type: ignore[arg-type]
    claimed = queue.claim("worker", 60)
    assert claimed is not None and queue.fail(claimed.grading_id, "worker", {})  # our fault, not an attempt
    assert submissions.attempts("ada", "python", "warm-up") == 1
    submissions.accept(**given, files={"a": b""}, max_attempts=2)  # type: ignore[arg-type]


def test_a_refused_score_is_listed_retried_and_dropped(
    launches: Launches, submissions: Submissions, queue: Queue, outbox: Outbox
) -> None:
    launch(launches)
    submit(submissions)
    finish(queue, 0.5)
    (item,) = outbox.list()
    outbox.failed(item.id, "no such person")
    assert [each.last_error for each in outbox.list(PassbackState.FAILED, "moodle", [("moodle", "course-7")])] == [
        "no such person"
    ]
    assert outbox.list(platform="canvas") == outbox.list(contexts=[("moodle", "other")]) == []
    assert outbox.retry_now([item.id]) == 1 and credits(outbox) == [0.5]
    assert outbox.drop([item.id]) == 1 and credits(outbox) == []
    assert outbox.drop([item.id]) == 0
    submit(submissions)
    finish(queue, 0.7)
    assert outbox.retry_now([item.id]) == 0  # a newer score has taken its place
    assert credits(outbox) == [0.7]


def test_a_platform_that_is_down_is_left_alone(
    launches: Launches, submissions: Submissions, queue: Queue, outbox: Outbox, clock: Clock
) -> None:
    launch(launches)
    launches.record(learner="ada", **AGS)  # type: ignore[arg-type]
    submit(submissions)
    finish(queue, 0.5)
    assert outbox.postpone("canvas", clock() + 60, "down") == 1
    assert [item.platform for item in outbox.due(clock(), 10)] == ["moodle"]
    assert {item.platform for item in outbox.due(clock() + 61, 10)} == {"moodle", "canvas"}
