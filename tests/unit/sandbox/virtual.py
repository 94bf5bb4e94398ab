"""An event loop whose clock jumps to the next event, and pairs that nobody has to start."""

import asyncio
import contextlib
import selectors
from collections.abc import AsyncIterator, Awaitable
from dataclasses import dataclass, field
from typing import Any, TypeVar

from openjupyter_service.errors import SandboxError
from openjupyter_service.sandbox.engine import ImageMissing
from openjupyter_service.sandbox.limits import PairSpec, pair_spec
from openjupyter_service.settings import GradingSettings

T = TypeVar("T")
START_SECONDS = 1.0
REMOVE_SECONDS = 0.2


class _Selector(selectors.SelectSelector):
    now = 0.0

    def select(self, timeout: float | None = None) -> list[Any]:
        assert timeout is not None, "everybody waits for somebody else"
        self.now += max(timeout, 0)
        return super().select(0)


class VirtualLoop(asyncio.SelectorEventLoop):
    """Nobody waits in it: an hour takes as long as what happens within it."""

    def __init__(self) -> None:
        self._clock = _Selector()
        super().__init__(self._clock)

    def time(self) -> float:
        return self._clock.now


def run_virtually(story: Awaitable[T]) -> T:
    loop = VirtualLoop()
    try:
        return loop.run_until_complete(story)
    finally:
        assert not asyncio.all_tasks(loop)
        loop.close()


@dataclass
class PlayedContainer:
    ended: asyncio.Event = field(default_factory=asyncio.Event)


@dataclass(eq=False)
class PlayedPair:
    """As far as the pool looks at a pair."""

    spec: PairSpec
    warm: bool
    sandbox: PlayedContainer = field(default_factory=PlayedContainer)
    judge: PlayedContainer = field(default_factory=PlayedContainer)

    @property
    def alive(self) -> bool:
        return not (self.sandbox.ended.is_set() or self.judge.ended.is_set())


class PlayedEngine:
    """Images by tag, pairs that exist, and the troubles an engine can have."""

    def __init__(self, *tags: str) -> None:
        self.images = {tag: f"sha256:{tag}-1" for tag in tags}
        self.crashing: set[str] = set()
        """Ids of images whose containers end before they are ready."""
        self.short_lived: set[str] = set()
        """Ids of images whose containers end right after they were ready."""
        self.away = False
        self.pairs: set[PlayedPair] = set()
        self.starts = 0
        self.starting_warm = 0
        self.most_starting_warm = 0
        self.tidied = 0

    async def image_id(self, tag: str) -> str:
        await asyncio.sleep(0.005)
        self._check()
        if tag not in self.images:
            raise ImageMissing(f"a grading image is missing: {tag}")
        return self.images[tag]

    async def remove_orphans(self) -> int:
        self._check()
        self.tidied += 1
        return 0

    def _check(self) -> None:
        if self.away:
            raise SandboxError("the Docker engine failed: it is away")

    @contextlib.asynccontextmanager
    async def open_pair(self, engine: object, spec: PairSpec, warm: bool) -> AsyncIterator[PlayedPair]:
        assert engine is self
        self.starts += 1
        self.starting_warm += warm
        self.most_starting_warm = max(self.most_starting_warm, self.starting_warm)
        try:
            await asyncio.sleep(START_SECONDS)
            self._check()
            if self.crashing & {spec.sandbox.image, spec.judge.image}:
                raise SandboxError(f"the sandbox container of {spec.sandbox.image} ended early")
        finally:
            self.starting_warm -= warm
        pair = PlayedPair(spec, warm)
        self.pairs.add(pair)
        if self.short_lived & {spec.sandbox.image, spec.judge.image}:
            asyncio.get_running_loop().call_later(0.1, pair.judge.ended.set)
        try:
            yield pair
        finally:
            await asyncio.sleep(REMOVE_SECONDS)
            self.pairs.discard(pair)

    def living(self) -> set[PlayedPair]:
        return {pair for pair in self.pairs if pair.alive}


def spec_of(tag: str) -> PairSpec:
    return pair_spec(GradingSettings(judge_image="judge"), tag)
