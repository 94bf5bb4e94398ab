"""A sandbox and a judge for one submission: started together, removed together."""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass
from typing import Protocol

from openjupyter_service.errors import SandboxError
from openjupyter_service.sandbox.container import GradingContainer, open_container
from openjupyter_service.sandbox.engine import Engine
from openjupyter_service.sandbox.limits import LINK_SOCKET, PairSpec

Opening = contextlib.AbstractAsyncContextManager[GradingContainer]


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
    """Both containers of a pair, started side by side; when one fails, the other does not stay."""
    stack = contextlib.AsyncExitStack()
    try:
        volume = await stack.enter_async_context(_open_link(engine)) if spec.linked else None
        openings = [open_container(engine, one, volume) for one in (spec.sandbox, spec.judge)]
        sandbox, judge = await _open_both(stack, openings)
        yield Pair(sandbox, judge, LINK_SOCKET if volume else None, warm)
    finally:
        # As one whole: the volume must outlive the containers, also when nobody waits for their removal any more.
        await asyncio.shield(stack.aclose())


async def _open_both(stack: contextlib.AsyncExitStack, openings: Sequence[Opening]) -> list[GradingContainer]:
    starts = [asyncio.create_task(opening.__aenter__()) for opening in openings]
    try:
        return list(await asyncio.gather(*starts))
    finally:
        for start in starts:
            if not start.cancelling():  # a second time would interrupt its own clean-up
                start.cancel()
        await asyncio.gather(*starts, return_exceptions=True)
        for opening, start in zip(openings, starts, strict=True):
            if not start.cancelled() and start.exception() is None:
                stack.push_async_exit(opening)


@contextlib.asynccontextmanager
async def _open_link(engine: Engine) -> AsyncIterator[str]:
    creation = asyncio.ensure_future(engine.create_link())
    try:
        volume = await asyncio.shield(creation)
    except asyncio.CancelledError:  # the engine's thread goes on: what it makes must not be left behind
        with contextlib.suppress(SandboxError):
            await engine.remove_link(await creation)
        raise
    try:
        yield volume
    finally:
        await asyncio.shield(engine.remove_link(volume))
