"""Passback: take scores from the outbox and bring them to their LMS, again and again until each is accepted."""

import asyncio
import contextlib
import logging
import random
import time
from collections import Counter

from tornado.httpclient import AsyncHTTPClient, HTTPClientError
from tornado.simple_httpclient import SimpleAsyncHTTPClient

from openjupyter_service.lti.outcomes import MAX_ANSWER_BYTES, OutcomeResult, build_replace_result, parse_answer
from openjupyter_service.platforms import Platform11
from openjupyter_service.settings import Settings
from openjupyter_service.store.outbox import Outbox
from openjupyter_service.store.records import OutboxItem

POLL_SECONDS = 1.0
REQUEST_SECONDS = 20.0
MAX_AT_ONCE = 20
MAX_AT_ONCE_TO_ONE = 8
"""To one platform: an LMS that hangs, with a whole class waiting for it, leaves room for the others."""
FIRST_DELAY_SECONDS = 2.0
MAX_DELAY_SECONDS = 3600.0
GIVE_UP_SECONDS = 7 * 24 * 3600.0

log = logging.getLogger(__name__)


class Sender:
    """Sends what the outbox holds. Each score travels alone: an LMS that hangs delays only its own."""

    def __init__(self, settings: Settings, outbox: Outbox) -> None:
        self._settings = settings
        self._outbox = outbox
        self._under_way: dict[int, str] = {}
        """Platform by placement."""
        self._tasks: set[asyncio.Task[None]] = set()
        # An own client: the shared one would queue all requests behind ten slow ones, and follow redirects.
        self._http: AsyncHTTPClient = SimpleAsyncHTTPClient(
            force_instance=True,
            max_clients=MAX_AT_ONCE,
            max_body_size=MAX_ANSWER_BYTES,
            max_buffer_size=MAX_ANSWER_BYTES,
        )

    async def run(self, wake: asyncio.Event) -> None:
        """Send until cancelled; `wake` tells that there may be something to send."""
        while True:
            try:
                await self._start_due()
            except Exception:  # the store was away: what is in the outbox stays there
                log.exception("the outbox could not be read")
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(POLL_SECONDS):
                    await wake.wait()
            wake.clear()

    async def _start_due(self) -> None:
        while (free := MAX_AT_ONCE - len(self._under_way)) > 0:
            counts = Counter(self._under_way.values())
            busy = [platform for platform, count in counts.items() if count >= MAX_AT_ONCE_TO_ONE]
            items = await asyncio.to_thread(self._outbox.due, time.time(), free, list(self._under_way), busy)
            if not items:
                return
            for item in items:
                if counts[item.platform] < MAX_AT_ONCE_TO_ONE:
                    counts[item.platform] += 1
                    self._start(item)

    def _start(self, item: OutboxItem) -> None:
        self._under_way[item.placement_id] = item.platform
        task = asyncio.create_task(self._deliver(item))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _deliver(self, item: OutboxItem) -> None:
        try:
            await self._deliver_once(item)
        except Exception:  # the store was away: the item is still pending, and due again
            log.exception("the passback of grading %d could not be recorded", item.grading_id)
        finally:
            del self._under_way[item.placement_id]

    async def _deliver_once(self, item: OutboxItem) -> None:
        result = await self._post(item)
        now = time.time()
        if result.accepted:
            await asyncio.to_thread(self._outbox.sent, item.id, now)
            log.info("score of grading %d arrived at %s", item.grading_id, item.platform)
        elif result.final or now - item.created_at > GIVE_UP_SECONDS:
            await asyncio.to_thread(self._outbox.failed, item.id, result.description)
            log.error("score of grading %d is refused by %s: %s", item.grading_id, item.platform, result.description)
        else:
            delay = min(FIRST_DELAY_SECONDS * 2.0 ** min(item.attempts, 20), MAX_DELAY_SECONDS)
            delay *= random.uniform(0.5, 1.0)  # noqa: S311  # jitter, so that a class does not return as one
            await asyncio.to_thread(self._outbox.retry, item.id, result.description, now + delay)
            log.warning(
                "score of grading %d did not arrive at %s, next try in %.0f s: %s",
                item.grading_id, item.platform, delay, result.description,
            )  # fmt: skip

    async def _post(self, item: OutboxItem) -> OutcomeResult:
        platform = self._settings.platform(item.platform)
        if not isinstance(platform, Platform11) or item.outcome_url is None or item.sourcedid is None:
            return OutcomeResult(False, False, "its platform is no longer in the settings")
        try:
            headers, body = build_replace_result(
                item.outcome_url, item.sourcedid, item.score, platform.consumer_key, platform.shared_secret()
            )
            answer = await self._http.fetch(
                item.outcome_url,
                method="POST",
                headers=headers,
                body=body,
                follow_redirects=False,
                raise_error=False,
                connect_timeout=REQUEST_SECONDS,
                request_timeout=REQUEST_SECONDS,
            )
        except (HTTPClientError, OSError, ValueError) as error:
            return OutcomeResult(False, False, f"not reached: {error}")
        return parse_answer(answer.code, answer.body or b"")
