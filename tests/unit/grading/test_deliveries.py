"""Scores of LTI 1.3 from the outbox to a platform that is played, with the real store."""

import asyncio
import json
from collections.abc import Mapping
from typing import Any

import pytest

from openjupyter_service.grading import passback
from openjupyter_service.grading.deliveries import MAX_CONFLICTS, Deliveries
from openjupyter_service.grading.passback import MAX_AT_ONCE_TO_ONE, TROUBLES, Sender
from openjupyter_service.lti.delivery import Delivery, accepted, failed
from openjupyter_service.lti.fetch import Answer
from openjupyter_service.platforms import Platform13
from openjupyter_service.report import Report, Status
from openjupyter_service.store import Launches, OutboxItem, PassbackState, Platforms, SecretBox, ToolKeys
from tests.unit.grading.course import CourseSite, until

CAMPUS = Platform13(
    name="campus", issuer="https://lms.example", client_id="c", deployments=("1",),
    authorization_url="https://lms.example/auth", token_url="https://lms.example/token",
    jwks_url="https://lms.example/keys",
)  # fmt: skip
ITEMS, ITEM = "https://lms.example/items", "https://lms.example/items/1"


class Lms:
    """Keeps line items and scores; `status` makes a kind of call fail."""

    def __init__(self) -> None:
        self.items: dict[str, dict[str, Any]] = {}
        self.scores: list[dict[str, Any]] = []
        self.status: dict[str, int] = {}
        self.made = 0

    async def __call__(
        self, method: str, url: str, *, headers: Mapping[str, str] | None = None, body: bytes | None = None, **_: Any
    ) -> Answer:
        await asyncio.sleep(0)
        path = url.partition("?")[0]
        if path.endswith("/token"):
            return Answer(200, body=b'{"access_token": "t", "expires_in": 3600}')
        kind = "score" if path.endswith("/scores") else "items" if path == ITEMS else "item"
        if f"{method} {kind}" in self.status:
            return Answer(self.status[f"{method} {kind}"])
        if kind == "score":
            self.scores.append(json.loads(body or b"{}"))
            return Answer(200)
        if kind == "item":
            return Answer(200 if path in self.items else 404, body=b"{}")
        if method == "POST":
            self.made += 1
            made = json.loads(body or b"{}") | {"id": f"{ITEMS}/{self.made}"}
            self.items[made["id"]] = made
            return Answer(201, body=json.dumps(made).encode())
        return Answer(200, body=json.dumps(list(self.items.values())).encode())


@pytest.fixture
def lms() -> Lms:
    return Lms()


def deliveries_of(site: CourseSite, lms: Lms) -> Deliveries:
    box = SecretBox(b"k" * 32)
    platforms = Platforms(site.store, box)
    platforms.add(CAMPUS)
    return Deliveries(platforms, ToolKeys(site.store, box), Launches(site.store), lms)


def launched(site: CourseSite, learner: str, lineitem: str | None = None, lineitems: str | None = ITEMS) -> None:
    Launches(site.store).record(
        platform="campus", deployment="1", context_id="course-7", resource_link_id="link-1", learner=learner,
        course="python", exercise="means", subject=f"person-{learner}", lineitem_url=lineitem, lineitems_url=lineitems,
        scopes=["s"], resource_title="Means",
    )  # fmt: skip


def graded(site: CourseSite, learner: str, score: float) -> OutboxItem:
    site.submissions.accept(
        learner=learner, course="python", exercise="means", commit=None, notebook_path="n", files={"n": b"{}"}
    )
    claimed = site.queue.claim("worker", 60)
    assert claimed is not None
    report = Report(status=Status.WRONG, score=score, points=4 * score, max_points=4).model_dump(mode="json")
    assert site.queue.finish(claimed.grading_id, "worker", report, score, {})
    return next(item for item in site.outbox.list(PassbackState.PENDING) if item.learner == learner)


async def test_a_score_goes_to_the_line_item_of_the_launch(site: CourseSite, lms: Lms) -> None:
    launched(site, "ada", ITEM)
    assert (await deliveries_of(site, lms).deliver(graded(site, "ada", 0.75))).accepted
    (score,) = lms.scores
    assert (score["userId"], score["scoreGiven"], score["scoreMaximum"]) == ("person-ada", 3.0, 4.0)
    assert lms.items == {}


async def test_a_class_that_finishes_at_once_gets_one_column(site: CourseSite, lms: Lms) -> None:
    deliveries, items = deliveries_of(site, lms), []
    for number in range(12):
        launched(site, f"learner-{number}")
        items.append(graded(site, f"learner-{number}", 0.5))
    assert all(delivery.accepted for delivery in await asyncio.gather(*map(deliveries.deliver, items)))
    assert lms.made == 1 and len(lms.scores) == 12
    (column,) = lms.items.values()
    assert (column["label"], column["scoreMaximum"], column["resourceId"]) == ("Means", 4.0, "python/means")
    # Another process, or this one after a restart, makes none either.
    assert (await deliveries_of_again(site, lms).deliver(graded(site, "learner-3", 0.75))).accepted and lms.made == 1


def deliveries_of_again(site: CourseSite, lms: Lms) -> Deliveries:
    box = SecretBox(b"k" * 32)
    return Deliveries(Platforms(site.store, box), ToolKeys(site.store, box), Launches(site.store), lms)


async def test_times_rise_even_when_nothing_arrives(site: CourseSite, lms: Lms) -> None:
    launched(site, "ada", ITEM)
    item, deliveries = graded(site, "ada", 0.5), deliveries_of(site, lms)
    for _ in range(3):
        await deliveries.deliver(item)
    times = [score["timestamp"] for score in lms.scores]
    assert times == sorted(set(times)) and len(times) == 3


async def test_a_score_of_the_same_second_is_sent_anew_and_not_for_ever(site: CourseSite, lms: Lms) -> None:
    launched(site, "ada", ITEM)
    item, deliveries = graded(site, "ada", 0.5), deliveries_of(site, lms)
    lms.status["POST score"] = 409
    first = await deliveries.deliver(item)
    assert not first.final and first.retry_after is not None and first.retry_after > 1
    for _ in range(MAX_CONFLICTS):
        site.outbox.retry(item.id, "conflict", 0)
    (item,) = site.outbox.list(PassbackState.PENDING)
    last = await deliveries.deliver(item)
    assert last.final and not last.accepted and "newer score" in last.description


async def test_a_column_that_was_deleted_is_forgotten_and_told(site: CourseSite, lms: Lms) -> None:
    launched(site, "ada", f"{ITEMS}/77")
    launched(site, "bob")
    lms.status["POST score"] = 404
    delivery = await deliveries_of(site, lms).deliver(graded(site, "ada", 0.5))
    assert delivery.final and "column of the gradebook was deleted" in delivery.description
    assert {placement.lineitem_url for placement in Launches(site.store).placements("ada")} == {None}


async def test_a_person_who_cannot_be_graded_costs_the_others_no_column(site: CourseSite, lms: Lms) -> None:
    launched(site, "teacher")
    item, deliveries = graded(site, "teacher", 1.0), deliveries_of(site, lms)
    lms.status["POST score"] = 404
    delivery = await deliveries.deliver(item)
    assert delivery.final and lms.made == 1
    (placement,) = Launches(site.store).placements("teacher")
    assert placement.lineitem_url == ITEM


async def test_a_platform_that_is_gone_keeps_its_score(site: CourseSite, lms: Lms) -> None:
    launched(site, "ada", ITEM)
    item = graded(site, "ada", 0.5)
    deliveries = deliveries_of(site, lms)
    Platforms(site.store, SecretBox(b"k" * 32)).remove("campus")
    delivery = await deliveries.deliver(item)
    assert not delivery.final and "no longer registered" in delivery.description


async def test_a_platform_that_is_down_is_tried_by_one_and_then_gets_all(site: CourseSite) -> None:
    for number in range(60):
        launched(site, f"learner-{number}", ITEM)
        graded(site, f"learner-{number}", 0.5)
    asked, down = 0, True

    async def deliver(item: OutboxItem) -> Delivery:
        nonlocal asked
        asked += 1
        await asyncio.sleep(0.001)
        return failed("HTTP 503", of_platform=True) if down else accepted()

    sender = Sender(site.outbox, deliver)
    task = asyncio.create_task(sender.run(asyncio.Event()))
    try:
        await until(lambda: asked >= TROUBLES)
        await asyncio.sleep(0.3)
        assert asked <= (TROUBLES + 1) * MAX_AT_ONCE_TO_ONE, "a platform that is down must not be hammered"
        down = False
        sender._health.clear()
        for item in site.outbox.list(PassbackState.PENDING):
            site.outbox.retry_now([item.id])
        await until(lambda: not site.outbox.pending_count())
    finally:
        task.cancel()


async def test_what_fails_together_is_one_failure(site: CourseSite, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(passback, "FIRST_DELAY_SECONDS", 60.0)
    for number in range(2 * MAX_AT_ONCE_TO_ONE):
        launched(site, f"learner-{number}", ITEM)
        graded(site, f"learner-{number}", 0.5)
    asked, cause = 0, asyncio.Event()

    async def deliver(item: OutboxItem) -> Delivery:
        nonlocal asked
        asked += 1
        if asked == MAX_AT_ONCE_TO_ONE:
            cause.set()
        if asked <= MAX_AT_ONCE_TO_ONE:
            await cause.wait()
            return failed("no token", of_platform=True)
        return accepted()

    task = asyncio.create_task(Sender(site.outbox, deliver).run(asyncio.Event()))
    try:
        await until(lambda: site.outbox.pending_count() == MAX_AT_ONCE_TO_ONE)
    finally:
        task.cancel()
