"""Passback: take scores from the outbox and bring them to their LMS, again and again until each is accepted."""

import asyncio
import contextlib
import logging
import random
import time
from collections import Counter, defaultdict
from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from openjupyter_service.lti.delivery import Delivery
from openjupyter_service.store.outbox import Outbox
from openjupyter_service.store.records import OutboxItem

POLL_SECONDS = 1.0
MAX_AT_ONCE = 20
MAX_AT_ONCE_TO_ONE = 8
"""To one platform: an LMS that hangs, with a whole class waiting for it, leaves room for the others."""
FIRST_DELAY_SECONDS = 2.0
MAX_DELAY_SECONDS = 3600.0
GIVE_UP_SECONDS = 7 * 24 * 3600.0
TROUBLES = 3
"""So many failures of one platform, each begun after the last one, and nothing arrives in between: it is down.

Then one call at a time tries it. What fails together is one failure, since it may have one cause: a token, say.
"""
MAX_PAUSE_SECONDS = 300.0

log = logging.getLogger(__name__)


@dataclass
class _Health:
    """How a platform has been doing."""

    troubles: int = 0
    last_trouble: float = 0.0
    """When the last one was counted, by the monotonic clock."""
    paused_until: float = 0.0

    @property
    def is_down(self) -> bool:
        return self.troubles >= TROUBLES


class Sender:
    """Sends what the outbox holds. Each score travels alone: an LMS that hangs delays only its own.

    Args:
        outbox: scores that wait.
        deliver: sends one of them once.
    """

    def __init__(self, outbox: Outbox, deliver: Callable[[OutboxItem], Awaitable[Delivery]]) -> None:
        self._outbox = outbox
        self._deliver_once = deliver
        self._under_way: dict[int, str] = {}
        """Platform by placement."""
        self._health: defaultdict[str, _Health] = defaultdict(_Health)
        self._tasks: set[asyncio.Task[None]] = set()

    async def run(self, wake: asyncio.Event) -> None:
        """Send until cancelled; `wake` tells that there may be something to send."""
        while True:
            try:
                await self._start_due(wake)
            except Exception:  # the store was away: what is in the outbox stays there
                log.exception("the outbox could not be read")
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(POLL_SECONDS):
                    await wake.wait()
            wake.clear()

    async def _start_due(self, wake: asyncio.Event) -> None:
        while (free := MAX_AT_ONCE - len(self._under_way)) > 0:
            counts = Counter(self._under_way.values())
            busy = [platform for platform in {*counts, *self._health} if not self._room(platform, counts)]
            items = await asyncio.to_thread(self._outbox.due, time.time(), free, list(self._under_way), busy)
            if not items:
                return
            for item in items:
                if self._room(item.platform, counts):
                    counts[item.platform] += 1
                    self._start(item, wake)

    def _room(self, platform: str, counts: Counter[str]) -> bool:
        """May another score be sent there now?"""
        health = self._health[platform]
        if time.time() < health.paused_until:
            return False
        return counts[platform] < (1 if health.is_down else MAX_AT_ONCE_TO_ONE)

    def _start(self, item: OutboxItem, wake: asyncio.Event) -> None:
        self._under_way[item.placement_id] = item.platform
        task = asyncio.create_task(self._deliver(item, wake))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _deliver(self, item: OutboxItem, wake: asyncio.Event) -> None:
        begun = time.monotonic()
        try:
            delivery = await self._deliver_once(item)
            self._note(item.platform, delivery, begun)
            await self._record(item, delivery)
        except Exception:  # the store was away, or a bug: the item is still pending, and due again
            log.exception("the passback of grading %d could not be recorded", item.grading_id)
            self._health[item.platform].paused_until = time.time() + FIRST_DELAY_SECONDS
        finally:
            del self._under_way[item.placement_id]
            wake.set()  # there is room for the next one

    def _note(self, platform: str, delivery: Delivery, begun: float) -> None:
        health = self._health[platform]
        if not delivery.of_platform:
            health.troubles = 0
            return
        if begun >= health.last_trouble:
            health.troubles += 1
            health.last_trouble = time.monotonic()
        if delivery.retry_after is not None:
            health.paused_until = time.time() + min(delivery.retry_after, MAX_PAUSE_SECONDS)
        elif health.is_down:
            pause = min(FIRST_DELAY_SECONDS * 2.0 ** min(health.troubles - TROUBLES, 20), MAX_PAUSE_SECONDS)
            health.paused_until = time.time() + pause * _jitter()

    async def _record(self, item: OutboxItem, delivery: Delivery) -> None:
        now = time.time()
        if delivery.accepted:
            await asyncio.to_thread(self._outbox.sent, item.id, now)
            log.info("score of grading %d arrived at %s", item.grading_id, item.platform)
        elif delivery.final or now - item.created_at > GIVE_UP_SECONDS:
            await asyncio.to_thread(self._outbox.failed, item.id, delivery.description)
            log.error("score of grading %d is refused by %s: %s", item.grading_id, item.platform, delivery.description)
        else:
            delay = min(FIRST_DELAY_SECONDS * 2.0 ** min(item.attempts, 20), MAX_DELAY_SECONDS) * _jitter()
            if self._health[item.platform].is_down:
                delay = min(delay, MAX_PAUSE_SECONDS)  # the pause of the platform is what holds it back
            if delivery.retry_after is not None:
                delay = delivery.retry_after
            await asyncio.to_thread(self._outbox.retry, item.id, delivery.description, now + delay)
            log.warning(
                "score of grading %d did not arrive at %s, next try in %.0f s: %s",
                item.grading_id, item.platform, delay, delivery.description,
            )  # fmt: skip


def _jitter() -> float:
    """So that a class does not return as one."""
    return random.uniform(0.5, 1.0)  # noqa: S311
