"""Work beside the event loop: results and errors come back, and what hangs holds up nobody."""

import asyncio
import threading

import pytest

from openjupyter_service.grading.aside import in_thread, running_aside


async def test_what_a_blocking_function_gives_or_raises() -> None:
    def divide(first: int, second: int) -> float:
        assert threading.current_thread().daemon
        return first / second

    assert await in_thread(divide, 1, 2) == 0.5
    with pytest.raises(ZeroDivisionError):
        await in_thread(divide, 1, 0)


async def test_one_that_hangs_can_be_left_alone() -> None:
    go = threading.Event()
    waiting = asyncio.ensure_future(in_thread(go.wait, 30))
    assert await asyncio.gather(*(in_thread(abs, -number) for number in range(50))) == list(range(50))
    waiting.cancel()
    await asyncio.gather(waiting, return_exceptions=True)
    go.set()
    assert await in_thread(abs, -1) == 1


async def test_a_loop_of_its_own_is_cancelled_at_the_end() -> None:
    told: list[str] = []
    here = threading.current_thread()
    begun = threading.Event()

    async def main() -> None:
        assert threading.current_thread() is not here
        begun.set()
        try:
            await asyncio.sleep(1000)
        finally:
            await asyncio.sleep(0)  # what is cleaned up is waited for
            told.append("ended")

    async with running_aside(main):
        assert await asyncio.to_thread(begun.wait, 20)
        assert told == []
    assert told == ["ended"]


async def test_one_that_ends_by_itself_is_told_of(caplog: pytest.LogCaptureFixture) -> None:
    async def main() -> None:
        raise ZeroDivisionError

    async with running_aside(main):
        async with asyncio.timeout(20):
            while "ZeroDivisionError" not in caplog.text:  # noqa: ASYNC110
                await asyncio.sleep(0.01)
