"""Work beside the service's own event loop, so that it never holds up a learner's request."""

import asyncio
import contextlib
import logging
import threading
from collections.abc import AsyncIterator, Callable, Coroutine
from concurrent.futures import Future
from functools import partial
from typing import Any, TypeVar

log = logging.getLogger(__name__)

T = TypeVar("T")


@contextlib.asynccontextmanager
async def running_aside(main: Callable[[], Coroutine[Any, Any, None]]) -> AsyncIterator[None]:
    """Inside this block `main` runs in a thread with an event loop of its own; it is cancelled at the end."""
    started: Future[tuple[asyncio.AbstractEventLoop, asyncio.Task[Any]]] = Future()

    async def run() -> None:
        task = asyncio.current_task()
        assert task is not None
        started.set_result((asyncio.get_running_loop(), task))
        await main()

    def body() -> None:
        try:
            asyncio.run(run())
        except asyncio.CancelledError:
            pass
        except Exception:
            log.exception("%s ended", main)

    thread = threading.Thread(target=body, daemon=True)
    thread.start()
    loop, task = await asyncio.wrap_future(started)
    try:
        yield
    finally:
        with contextlib.suppress(RuntimeError):  # it has ended by itself
            loop.call_soon_threadsafe(task.cancel)
        await asyncio.to_thread(thread.join)


async def in_thread(function: Callable[..., T], *arguments: Any) -> T:
    """What a blocking function gives, from a thread of its own.

    Unlike with `asyncio.to_thread` one that hangs takes the place of no other, and keeps no process from ending.
    """
    loop = asyncio.get_running_loop()
    result: asyncio.Future[T] = loop.create_future()

    def settle(end: Callable[[], None]) -> None:
        if not result.done():  # else nobody waits any more
            end()

    def body() -> None:
        end: Callable[[], None]
        try:
            end = partial(result.set_result, function(*arguments))
        except BaseException as error:
            end = partial(result.set_exception, error)
        with contextlib.suppress(RuntimeError):  # the loop is closed
            loop.call_soon_threadsafe(settle, end)

    threading.Thread(target=body, daemon=True).start()
    return await result
