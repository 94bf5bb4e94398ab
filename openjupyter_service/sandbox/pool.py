"""Warm pairs: started before a submission arrives, given away once, replaced in the background."""

import asyncio
import contextlib
import logging
import time
from collections import defaultdict
from collections.abc import AsyncIterator, Callable
from dataclasses import replace

from openjupyter_service.errors import SandboxError
from openjupyter_service.sandbox.demand import Demand, Size
from openjupyter_service.sandbox.engine import Engine
from openjupyter_service.sandbox.limits import PairSpec
from openjupyter_service.sandbox.pair import Pair, open_pair

STARTS_AT_ONCE = 2
"""Pairs that are being started side by side; more would take the processors from gradings that run."""
LOOK_SECONDS = 5.0
MAX_BACK_OFF_SECONDS = 60.0

log = logging.getLogger(__name__)

OpenPair = Callable[[Engine, PairSpec, bool], contextlib.AbstractAsyncContextManager[Pair]]


class Pool:
    """Pairs kept ready for each spec in use.

    Args:
        engine: the Docker engine
        default: the spec of an ordinary exercise, which is always in use
        size: pairs for each spec, or "adaptive"
        most: pairs of all specs together
        max_age_seconds: a pair that has waited so long is replaced
    """

    def __init__(
        self,
        engine: Engine,
        default: PairSpec,
        size: Size = "adaptive",
        most: int = 4,
        max_age_seconds: float = 3600,
        open_pair: OpenPair = open_pair,
    ) -> None:
        self._engine = engine
        self._default = default
        self._demand = Demand(size, most)
        self._max_age = max_age_seconds
        self._open_pair = open_pair
        self._waiting: defaultdict[PairSpec, list[_Entry]] = defaultdict(list)
        self._failures: dict[PairSpec, tuple[int, float]] = {}
        self._leaving: set[asyncio.Task[None]] = set()
        self._changed = asyncio.Event()

    def resize(self, size: Size, most: int) -> None:
        """Keep another number of pairs from now on."""
        self._demand.resize(size, most)
        self._changed.set()

    def counts(self) -> dict[PairSpec, int]:
        """Ready pairs of each spec."""
        return {spec: sum(entry.ready for entry in entries) for spec, entries in self._waiting.items() if entries}

    @contextlib.asynccontextmanager
    async def pair(self, spec: PairSpec) -> AsyncIterator[Pair]:
        """A pair that served nobody before: a waiting one, else one that is just being started, else a new one."""
        exact = await self._exact(spec)
        self._demand.took(spec)
        self._changed.set()
        while True:
            waiting = self._next(exact)
            entry = waiting or _Entry(self._open_pair(self._engine, exact, False), self._changed.set)
            try:
                pair = await entry.started()
                if entry.ready or waiting is None:  # a new one that has died at once tells why when it is used
                    yield pair
                    return
            except SandboxError:
                if waiting is None:
                    raise
            finally:
                self._leave(entry)  # nobody waits for what is no longer needed to be gone

    def _next(self, spec: PairSpec) -> "_Entry | None":
        entries = self._waiting[spec]
        ready = next((entry for entry in entries if entry.ready), None)
        chosen = ready or next((entry for entry in entries if entry.starting), None)
        if chosen is not None:
            entries.remove(chosen)
        return chosen

    @contextlib.asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        """Pairs are kept ready inside this block; at its end all that wait are removed."""
        keeper = asyncio.create_task(self._keep())
        try:
            yield
        finally:
            keeper.cancel()
            await asyncio.gather(keeper, return_exceptions=True)
            for entries in self._waiting.values():
                self._drop(entries, list(entries))
            await asyncio.gather(*self._leaving, return_exceptions=True)

    async def _keep(self) -> None:
        while True:
            self._changed.clear()
            try:
                await self._adjust()
            except SandboxError as error:
                log.warning("no warm grading containers for now: %s", error)
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self._changed.wait(), LOOK_SECONDS)

    async def _adjust(self) -> None:
        """Let go of what is dead, old or too much; start what is missing, a few at a time."""
        targets: dict[PairSpec, int] = {}
        for spec, count in self._demand.targets(self._default).items():
            with contextlib.suppress(SandboxError):  # an image that is missing is told to the grading that needs it
                targets[await self._exact(spec)] = count
        now = time.monotonic()
        for spec, entries in self._waiting.items():
            for entry in entries:
                if entry.failed:
                    count, _ = self._failures.get(spec, (0, 0.0))
                    self._failures[spec] = (count + 1, now + min(2.0**count, MAX_BACK_OFF_SECONDS))
                    log.warning("a warm grading container did not start: %s", entry.failure)
                elif entry.ready:
                    self._failures.pop(spec, None)
            useless = [entry for entry in entries if not entry.starting and not entry.ready]
            old = [entry for entry in entries if now - entry.born > self._max_age]
            self._drop(entries, {*useless, *old})
            self._drop(entries, entries[targets.get(spec, 0) :])
        starting = sum(entry.starting for entries in self._waiting.values() for entry in entries)
        for spec, count in targets.items():
            entries = self._waiting[spec]
            while len(entries) < count and starting < STARTS_AT_ONCE and self._failures.get(spec, (0, 0.0))[1] <= now:
                entries.append(_Entry(self._open_pair(self._engine, spec, True), self._changed.set))
                starting += 1

    def _drop(self, entries: "list[_Entry]", dropped: "set[_Entry] | list[_Entry]") -> None:
        for entry in list(dropped):
            entries.remove(entry)
            self._leave(entry)

    def _leave(self, entry: "_Entry") -> None:
        task = asyncio.create_task(entry.close())
        self._leaving.add(task)
        task.add_done_callback(self._leaving.discard)

    async def _exact(self, spec: PairSpec) -> PairSpec:
        """The spec with its images by id, so that a tag that has moved is a new spec."""
        sandbox, judge = await asyncio.gather(
            self._engine.image_id(spec.sandbox.image), self._engine.image_id(spec.judge.image)
        )
        return PairSpec(replace(spec.sandbox, image=sandbox), replace(spec.judge, image=judge))


class _Entry:
    """One pair, from its start until it is given away or removed. `changed` is called when its state has changed."""

    def __init__(self, opening: contextlib.AbstractAsyncContextManager[Pair], changed: Callable[[], None]) -> None:
        self.born = time.monotonic()
        self._stack = contextlib.AsyncExitStack()
        self._start = asyncio.create_task(self._stack.enter_async_context(opening))
        self._start.add_done_callback(lambda _: changed())
        self._watch = asyncio.create_task(self._watch_both(changed))
        self._dead = False

    @property
    def starting(self) -> bool:
        """Not there yet."""
        return not self._start.done()

    @property
    def failed(self) -> bool:
        """It could not be started."""
        return self._start.done() and (self._start.cancelled() or self._start.exception() is not None)

    @property
    def failure(self) -> BaseException | None:
        """Why it could not be started."""
        return None if self._start.cancelled() else self._start.exception()

    @property
    def ready(self) -> bool:
        """It waits, and both containers live."""
        return not self.starting and not self.failed and not self._dead

    async def started(self) -> Pair:
        """The pair, once it is there; SandboxError when it could not be started."""
        return await asyncio.shield(self._start)

    async def close(self) -> None:
        """Remove it."""
        self._watch.cancel()
        if not self._start.done():
            self._start.cancel()
        await asyncio.gather(self._start, self._watch, return_exceptions=True)
        with contextlib.suppress(SandboxError):
            await self._stack.aclose()

    async def _watch_both(self, changed: Callable[[], None]) -> None:
        with contextlib.suppress(SandboxError):
            pair = await asyncio.shield(self._start)
            ends = [asyncio.ensure_future(container.ended.wait()) for container in (pair.sandbox, pair.judge)]
            try:
                await asyncio.wait(ends, return_when=asyncio.FIRST_COMPLETED)
                self._dead = True
                changed()
            finally:
                for end in ends:
                    end.cancel()
