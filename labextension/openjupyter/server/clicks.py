"""Clicks become submissions: each exactly one, however often a click is sent, from however many tabs."""

import asyncio
from collections import OrderedDict
from collections.abc import Awaitable, Callable
from typing import Any

Json = dict[str, Any]

REMEMBERED = 100
"""Clicks, and exercises."""
_UNDER_WAY = ("queued", "running")


class Clicks:
    """What was submitted from this server since it started."""

    def __init__(self) -> None:
        self._lock = asyncio.Lock()
        self._by_key: OrderedDict[str, asyncio.Task[Json]] = OrderedDict()
        self._latest: OrderedDict[tuple[str, str], tuple[str, str]] = OrderedDict()

    async def once(self, key: str, submit: Callable[[], Awaitable[Json]]) -> Json:
        """The answer to the click `key`; sent again, because its answer was lost, it gets the same one.

        A click that failed may be tried again.
        """
        task = self._by_key.get(key)
        if task is None or (task.done() and (task.cancelled() or task.exception() is not None)):
            task = asyncio.ensure_future(submit())
            self._by_key[key] = task
            _forget_oldest(self._by_key)
        # The browser that asked may go away; what was begun goes on.
        return await asyncio.shield(task)

    async def unless_under_way(
        self,
        exercise: tuple[str, str],
        digest: str,
        state: Callable[[str], Awaitable[Json]],
        send: Callable[[], Awaitable[Json]],
    ) -> Json:
        """Send, unless the very same content is being graded: then that submission, with `"again": true`."""
        async with self._lock:
            submission, sent = self._latest.get(exercise, ("", ""))
            if submission and sent == digest:
                found = await state(submission)
                if found["state"] in _UNDER_WAY:
                    return {**found, "again": True}
            answer = await send()
            self._latest[exercise] = (str(answer["id"]), digest)
            _forget_oldest(self._latest)
            return {**answer, "again": False}


def _forget_oldest(remembered: "OrderedDict[Any, Any]") -> None:
    while len(remembered) > REMEMBERED:
        remembered.popitem(last=False)
