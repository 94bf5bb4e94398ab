"""A pair starts whole or not at all, and whenever it ends nothing of it is left."""

import asyncio
import contextlib
from collections.abc import AsyncIterator
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from openjupyter_service.errors import SandboxError
from openjupyter_service.sandbox import pair as module
from openjupyter_service.sandbox.limits import LINK_SOCKET, ContainerSpec, pair_spec
from openjupyter_service.sandbox.pair import FreshPairs
from openjupyter_service.settings import GradingSettings
from tests.unit.sandbox.virtual import run_virtually

SPEC = pair_spec(GradingSettings())
APART = pair_spec(GradingSettings(runtime="runsc"))
SECONDS = {"link": 0.3, "sandbox": 1.0, "judge": 2.0}


class PlayedEngine:
    """Everything takes its time, and goes on to its end even if nobody waits for it any more."""

    def __init__(self, failing: str = "") -> None:
        self.failing = failing
        self.there: list[str] = []
        self.log: list[str] = []

    async def create_link(self) -> str:
        await asyncio.sleep(SECONDS["link"])
        self.there.append("link")
        return "link"

    async def remove_link(self, volume: str) -> None:
        await asyncio.sleep(0.1)
        assert self.there == [volume], "it is still in use"
        self.there.remove(volume)

    @contextlib.asynccontextmanager
    async def open_container(self, engine: Any, spec: ContainerSpec, volume: str | None) -> AsyncIterator[str]:
        assert engine is self and volume == ("link" if spec.runtime is None else None)
        self.there.append(spec.role)
        try:
            await asyncio.sleep(SECONDS[spec.role])
            if spec.role == self.failing:
                raise SandboxError(f"the {spec.role} does not start")
            yield spec.role
        finally:
            await asyncio.shield(self._remove(spec.role))

    async def _remove(self, role: str) -> None:
        await asyncio.sleep(0.2)
        self.there.remove(role)


async def use(engine: PlayedEngine, spec: Any = SPEC) -> tuple[str | None, float]:
    async with FreshPairs(engine).pair(spec) as pair:  # type: ignore[arg-type]
        assert (pair.sandbox, pair.judge, pair.warm) == ("sandbox", "judge", False)
        ready = asyncio.get_running_loop().time()
        await asyncio.sleep(5)
    assert engine.there == []
    return pair.link, ready


@pytest.fixture(autouse=True)
def played(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "open_container", lambda engine, *rest: engine.open_container(engine, *rest))


def test_both_start_side_by_side_with_a_link_where_there_can_be_one() -> None:
    assert run_virtually(use(PlayedEngine())) == (LINK_SOCKET, SECONDS["link"] + SECONDS["judge"])
    assert run_virtually(use(PlayedEngine(), APART)) == (None, SECONDS["judge"])


@pytest.mark.parametrize("failing", ["sandbox", "judge"])
def test_when_one_does_not_start_the_other_does_not_stay(failing: str) -> None:
    async def story() -> None:
        engine = PlayedEngine(failing)
        with pytest.raises(SandboxError, match=f"the {failing} does not start"):
            await use(engine)
        assert engine.there == []
        failed = SECONDS["link"] + SECONDS[failing]
        assert asyncio.get_running_loop().time() < failed + 1  # nobody waits for the other one first

    run_virtually(story())


@given(st.floats(0, 8))
def test_whenever_a_grading_is_cancelled_nothing_is_left(moment: float) -> None:
    async def story() -> None:
        engine = PlayedEngine()
        task = asyncio.create_task(use(engine))
        await asyncio.sleep(moment)
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
        assert isinstance(task, asyncio.Task) and (task.cancelled() or task.exception() is None)
        await asyncio.sleep(1)  # what is removed by others
        assert engine.there == []

    run_virtually(story())
