"""Warm pairs: started before a submission arrives, given away once, replaced in the background."""

import asyncio
import contextlib
import logging
from collections import defaultdict
from collections.abc import AsyncIterator, Callable
from dataclasses import replace

from openjupyter_service.errors import SandboxError
from openjupyter_service.sandbox.back_off import BackOff
from openjupyter_service.sandbox.demand import Demand, Size
from openjupyter_service.sandbox.engine import Engine, ImageMissing
from openjupyter_service.sandbox.limits import PairSpec
from openjupyter_service.sandbox.pair import Pair, open_pair
from openjupyter_service.sandbox.waiting import WaitingPair

STARTS_AT_ONCE = 2
"""Pairs that are being started side by side, those that gradings wait for among them."""
LOOK_SECONDS = 5.0
"""How often images that have moved and pairs that are too old are looked for; all else is noticed at once."""
PAUSE_SECONDS = 0.05
GRADING_SECONDS = 1.0
"""Most gradings take less: while one has just begun and other pairs wait, no new one is started beside it."""
TIDY_SECONDS = 60.0
LIVED_SECONDS = 30.0
"""A waiting pair that dies sooner counts as one that did not start."""

log = logging.getLogger(__name__)

OpenPair = Callable[[Engine, PairSpec, bool], contextlib.AbstractAsyncContextManager[Pair]]


class Pool:
    """Pairs kept ready for each spec in use. They are kept, and removed, by `running`.

    Args:
        engine: the Docker engine
        default: the spec of an ordinary exercise, which is always in use
        size: pairs for each spec, or "adaptive"
        most: pairs of all specs together, unless a larger size was asked for
        max_age_seconds: a pair that has waited so long is replaced
        open_pair: starts a pair and removes it
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
        self._waiting: defaultdict[PairSpec, list[WaitingPair]] = defaultdict(list)
        self._back_off = BackOff()
        self._awaited = 0
        self._taken_at = float("-inf")
        self._leaving: dict[asyncio.Task[None], WaitingPair] = {}
        self._changed = asyncio.Event()

    def resize(self, size: Size, most: int | None = None) -> None:
        """Keep another number of pairs from now on; gradings that run are not touched."""
        self._demand.resize(size, most)
        self._changed.set()

    def counts(self) -> dict[PairSpec, int]:
        """Ready pairs of each spec, its images by id."""
        ready = {spec: sum(entry.ready for entry in entries) for spec, entries in self._waiting.items()}
        return {spec: count for spec, count in ready.items() if count}

    @contextlib.asynccontextmanager
    async def pair(self, spec: PairSpec) -> AsyncIterator[Pair]:
        """A pair that served nobody before: a waiting one, else one that is just being started, else a new one."""
        exact = await self._exact(spec)
        self._demand.took(spec, _now())
        self._changed.set()
        entry, pair = await self._take(exact)
        self._taken_at = _now()
        try:
            yield pair
        finally:
            self._leave(entry)  # nobody waits for what is no longer needed to be gone

    async def _take(self, spec: PairSpec) -> tuple[WaitingPair, Pair]:
        while (entry := self._next(spec)) is not None:
            with contextlib.suppress(SandboxError):
                pair = await self._started(entry)
                if entry.ready:
                    return entry, pair
                self._leave(entry)
            self._back_off.failed(spec, _now())
        entry = WaitingPair(self._open_pair(self._engine, spec, False))
        try:
            return entry, await self._started(entry)
        except SandboxError:
            self._back_off.failed(spec, _now())
            raise

    async def _started(self, entry: WaitingPair) -> Pair:
        self._awaited += 1
        try:
            return await entry.started()
        except BaseException:
            self._leave(entry)
            raise
        finally:
            self._awaited -= 1
            self._changed.set()

    def _next(self, spec: PairSpec) -> WaitingPair | None:
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
            while self._leaving:
                await asyncio.gather(*self._leaving, return_exceptions=True)

    async def _keep(self) -> None:
        tidied, trouble = float("-inf"), ""
        while True:
            self._changed.clear()
            try:
                if _now() - tidied > TIDY_SECONDS:
                    await self._tidy()
                    tidied = _now()
                await self._adjust()
                trouble = ""
            except SandboxError as error:
                if str(error) != trouble:  # an engine that is away is told once
                    log.warning("no warm grading containers for now: %s", error)
                trouble = str(error)
            except Exception:  # a bug must not leave the site without a pool
                log.exception("the pool of grading containers failed")
            quiet = self._taken_at + GRADING_SECONDS - _now()
            pause = min(
                LOOK_SECONDS if quiet <= 0 else quiet + PAUSE_SECONDS,
                self._back_off.seconds_left(_now()) + PAUSE_SECONDS,
            )
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(pause):  # Python 3.11's wait_for may swallow a cancellation
                    await self._changed.wait()

    async def _tidy(self) -> None:
        if orphans := await self._engine.remove_orphans():
            log.info("removed %d grading containers that were left over", orphans)

    async def _adjust(self) -> None:
        """Let go of what is dead, old or too much; start what is missing, a few at a time."""
        targets: defaultdict[PairSpec, int] = defaultdict(int)
        for spec, count in self._demand.targets(self._default, _now()).items():
            with contextlib.suppress(ImageMissing):  # told to the grading that needs it
                targets[await self._exact(spec)] += count
        now = _now()
        for spec in list(self._waiting):
            self._weed(spec, targets[spec], now)
        # A start that was given up takes its time, too.
        under_way = [*self._leaving.values(), *(entry for entries in self._waiting.values() for entry in entries)]
        starting = self._awaited + sum(entry.starting for entry in under_way)
        for spec, count in targets.items():
            entries = self._waiting[spec]
            missing = count - sum(not self._old(entry, now) for entry in entries)
            if not self._back_off.may_start(spec, now):
                continue
            if now - self._taken_at < GRADING_SECONDS and any(entry.ready for entry in entries):
                continue  # the grading that has just begun gets the processors; nobody waits for a pair yet
            for _ in range(min(missing, STARTS_AT_ONCE - starting)):
                entries.append(WaitingPair(self._open_pair(self._engine, spec, True), self._changed.set))
                starting += 1

    def _weed(self, spec: PairSpec, count: int, now: float) -> None:
        """Keep at most `count` pairs that live; an old one stays until its successor is ready."""
        entries = self._waiting[spec]
        lost = [entry for entry in entries if not entry.starting and not entry.ready]
        for entry in lost:
            log.warning("a warm pair of %s and %s is lost: %s", spec.sandbox.image, spec.judge.image, entry.trouble)
            if now - entry.born < LIVED_SECONDS:
                self._back_off.failed(spec, now)
        if any(entry.ready and now - entry.born >= LIVED_SECONDS for entry in entries):
            self._back_off.worked(spec)
        self._drop(entries, lost)
        fresh = [entry for entry in entries if entry.ready and not self._old(entry, now)][:count]
        old = [entry for entry in entries if entry.ready and self._old(entry, now)][: count - len(fresh)]
        starting = [entry for entry in entries if entry.starting][: count - len(fresh)]
        self._drop(entries, [entry for entry in entries if entry not in (*fresh, *old, *starting)])
        if not entries:
            del self._waiting[spec]

    def _old(self, entry: WaitingPair, now: float) -> bool:
        return now - entry.born > self._max_age

    def _drop(self, entries: list[WaitingPair], dropped: list[WaitingPair]) -> None:
        for entry in dropped:
            entries.remove(entry)
            self._leave(entry)

    def _leave(self, entry: WaitingPair) -> None:
        task = asyncio.create_task(entry.close())
        self._leaving[task] = entry
        task.add_done_callback(self._gone)

    def _gone(self, task: asyncio.Task[None]) -> None:
        del self._leaving[task]
        self._changed.set()

    async def _exact(self, spec: PairSpec) -> PairSpec:
        """The spec with its images by id, so that a tag that has moved is a new spec."""
        sandbox, judge = await asyncio.gather(
            self._engine.image_id(spec.sandbox.image), self._engine.image_id(spec.judge.image)
        )
        return PairSpec(replace(spec.sandbox, image=sandbox), replace(spec.judge, image=judge))


def _now() -> float:
    """The event loop's clock, which tests can turn."""
    return asyncio.get_running_loop().time()
