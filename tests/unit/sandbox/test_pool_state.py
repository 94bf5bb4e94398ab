"""Whatever happens to a pool, in whatever order: no pair serves twice, and the count comes right again."""

import asyncio
from contextlib import AsyncExitStack
from typing import Any

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from openjupyter_service.errors import SandboxError
from openjupyter_service.sandbox.pool import STARTS_AT_ONCE, Pool
from tests.unit.sandbox.virtual import PlayedEngine, PlayedPair, VirtualLoop, spec_of

TAGS = st.sampled_from(["a", "b", "c"])
MOST = 5
SETTLED_SECONDS = 400
"""Longer than any back-off, shorter than demand is remembered."""


class PoolMachine(RuleBasedStateMachine):
    def __init__(self) -> None:
        super().__init__()
        self.loop = VirtualLoop()
        self.engine = PlayedEngine("a", "b", "c", "judge")
        self.pool = Pool(
            self.engine,  # type: ignore[arg-type]
            spec_of("a"),
            2,
            MOST,
            3600,
            open_pair=self.engine.open_pair,  # type: ignore[arg-type]
        )
        self.size: int | str = 2
        self.asked: set[str] = set()
        self.used: list[tuple[PlayedPair, AsyncExitStack]] = []
        self.served: set[PlayedPair] = set()
        self.running = AsyncExitStack()
        self.run(self.running.enter_async_context(self.pool.running()))

    def run(self, story: Any) -> Any:
        return self.loop.run_until_complete(story)

    @rule(tag=TAGS)
    def take(self, tag: str) -> None:
        stack = AsyncExitStack()
        possible = not self.engine.away and tag in self.engine.images
        crashing = self.engine.images.get(tag) in self.engine.crashing
        try:
            pair: Any = self.run(stack.enter_async_context(self.pool.pair(spec_of(tag))))
        except SandboxError:
            assert not possible or crashing
            return
        finally:
            if possible:
                self.asked.add(tag)
        assert possible
        assert pair.alive and pair not in self.served
        assert pair.spec.sandbox.image == self.engine.images[tag]
        self.served.add(pair)
        self.used.append((pair, stack))

    @precondition(lambda self: self.used)
    @rule(data=st.data())
    def give_back(self, data: st.DataObject) -> None:
        _, stack = self.used.pop(data.draw(st.integers(0, len(self.used) - 1)))
        self.run(stack.aclose())

    @rule(data=st.data())
    def kill_one(self, data: st.DataObject) -> None:
        waiting = sorted(self.engine.living() - self.served, key=id)
        if waiting:
            data.draw(st.sampled_from(waiting)).sandbox.ended.set()
            self.run(asyncio.sleep(0))

    @rule(size=st.one_of(st.integers(0, 7), st.just("adaptive")))
    def resize(self, size: Any) -> None:
        self.size = size
        self.pool.resize(size)

    @rule(tag=TAGS, number=st.integers(1, 3))
    def build_image(self, tag: str, number: int) -> None:
        self.engine.images[tag] = f"sha256:{tag}-{number}"

    @rule(tag=TAGS)
    def remove_image(self, tag: str) -> None:
        self.engine.images.pop(tag, None)

    @rule(tag=TAGS, number=st.integers(1, 3))
    def break_image(self, tag: str, number: int) -> None:
        self.engine.crashing.add(f"sha256:{tag}-{number}")

    @rule(away=st.booleans())
    def lose_the_engine(self, away: bool) -> None:
        self.engine.away = away

    @rule(seconds=st.sampled_from([0.01, 0.3, 1, 3, 30]))
    def wait(self, seconds: float) -> None:
        self.run(asyncio.sleep(seconds))

    @rule()
    def mend_and_settle(self) -> None:
        """All is well again: as many wait as should, no more exist, and what is there is right."""
        self.engine.away = False
        self.engine.crashing.clear()
        for tag in ("a", "b", "c"):
            self.engine.images.setdefault(tag, f"sha256:{tag}-1")
        self.run(asyncio.sleep(SETTLED_SECONDS))
        counts = {spec.sandbox.image: count for spec, count in self.pool.counts().items()}
        assert set(counts) <= set(self.engine.images.values())
        in_use = {"a"} | self.asked
        if isinstance(self.size, int):
            assert all(count <= self.size for count in counts.values())
            assert sum(counts.values()) == min(self.size * len(in_use), max(MOST, self.size))
        else:
            assert {self.engine.images[tag] for tag in in_use} == set(counts)
            assert len(in_use) <= sum(counts.values()) <= MOST
        assert len(self.engine.pairs) == sum(counts.values()) + len(self.used)
        self.run(asyncio.sleep(1000))  # what was asked for until now is forgotten
        self.asked.clear()

    @invariant()
    def never_more_starts_at_once(self) -> None:
        assert self.engine.most_starting_warm <= STARTS_AT_ONCE

    def teardown(self) -> None:
        for _, stack in self.used:
            self.run(stack.aclose())
        self.run(self.running.aclose())
        assert not self.engine.pairs
        assert not asyncio.all_tasks(self.loop)
        self.loop.close()


TestPool = PoolMachine.TestCase
TestPool.settings = settings(max_examples=60, stateful_step_count=25, deadline=None)
