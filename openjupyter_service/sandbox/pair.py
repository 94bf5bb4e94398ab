"""A sandbox and a judge for one submission: started together, removed together."""

import asyncio
import contextlib
from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Any, Protocol

from openjupyter_service.sandbox.container import GradingContainer, open_container
from openjupyter_service.sandbox.engine import Engine
from openjupyter_service.sandbox.limits import LINK_SOCKET, PairSpec


@dataclass(frozen=True)
class Pair:
    """Both containers, ready; `link` is the path of the agent's socket in the judge, None when they share none."""

    sandbox: GradingContainer
    judge: GradingContainer
    link: str | None
    warm: bool


class Containers(Protocol):
    """Where pairs come from."""

    def pair(self, spec: PairSpec) -> contextlib.AbstractAsyncContextManager[Pair]:
        """A pair that served nobody before, removed at the end of the block."""


class FreshPairs:
    """Starts each pair when it is asked for."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    @contextlib.asynccontextmanager
    async def pair(self, spec: PairSpec) -> AsyncIterator[Pair]:
        """Start both side by side."""
        async with open_pair(self._engine, spec) as pair:
            yield pair


@contextlib.asynccontextmanager
async def open_pair(engine: Engine, spec: PairSpec, warm: bool = False) -> AsyncIterator[Pair]:
    """Both containers of a pair, started side by side."""
    volume = await engine.create_link() if spec.linked else None
    try:
        async with contextlib.AsyncExitStack() as stack:
            sandbox, judge = await _open_both(
                stack, open_container(engine, spec.sandbox, volume), open_container(engine, spec.judge, volume)
            )
            yield Pair(sandbox, judge, LINK_SOCKET if volume else None, warm)
    finally:
        if volume:
            await asyncio.shield(engine.remove_link(volume))


async def _open_both(stack: contextlib.AsyncExitStack, *openings: Any) -> list[GradingContainer]:
    results = await asyncio.gather(*(opening.__aenter__() for opening in openings), return_exceptions=True)
    opened: list[GradingContainer] = []
    for opening, result in zip(openings, results, strict=True):
        if isinstance(result, GradingContainer):
            stack.push_async_exit(opening)
            opened.append(result)
    for result in results:
        if isinstance(result, BaseException):
            raise result
    return opened
