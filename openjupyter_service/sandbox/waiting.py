"""A pair that waits for a submission, and whether it still lives."""

import asyncio
import contextlib
from collections.abc import Callable

from openjupyter_service.sandbox.pair import Pair


class WaitingPair:
    """One pair, from its start until it is given away or removed.

    Args:
        opening: starts and removes it
        changed: called when it is ready, has failed, or has died
    """

    def __init__(
        self, opening: contextlib.AbstractAsyncContextManager[Pair], changed: Callable[[], None] = lambda: None
    ) -> None:
        self.born = asyncio.get_running_loop().time()
        self._changed = changed
        self._dead = False
        self._stack = contextlib.AsyncExitStack()
        self._start = asyncio.create_task(self._stack.enter_async_context(opening))
        self._watch = asyncio.create_task(self._watch_both())

    @property
    def starting(self) -> bool:
        """Not there yet."""
        return not self._start.done()

    @property
    def ready(self) -> bool:
        """It waits, and both containers live."""
        return not self.starting and not self.failed and not self._dead

    @property
    def failed(self) -> bool:
        """It could not be started."""
        return self._start.done() and (self._start.cancelled() or self._start.exception() is not None)

    @property
    def trouble(self) -> str:
        """Why it could not be started, or that it has died."""
        return str(self._start.exception()) if self.failed and not self._start.cancelled() else "it has ended"

    async def started(self) -> Pair:
        """The pair, once it is there; SandboxError when it could not be started."""
        return await asyncio.shield(self._start)

    async def close(self) -> None:
        """Remove it, started or not."""
        self._watch.cancel()
        self._start.cancel()
        await asyncio.gather(self._start, self._watch, return_exceptions=True)
        await self._stack.aclose()

    async def _watch_both(self) -> None:
        try:
            pair = await asyncio.shield(self._start)
        except Exception:
            self._changed()
            return
        self._changed()
        ends = [asyncio.ensure_future(container.ended.wait()) for container in (pair.sandbox, pair.judge)]
        try:
            await asyncio.wait(ends, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for end in ends:
                end.cancel()
        self._dead = True
        self._changed()
