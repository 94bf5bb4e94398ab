"""Gradings a minute under constant load, numpy and pandas imported by notebook and tests."""

import asyncio
import time
from collections.abc import Callable, Iterator

from tests.benchmarks.figures import Figure
from tests.benchmarks.pool import grade_notebook, messy_exercise, warm_pool
from tests.benchmarks.processors import busy_seconds
from tests.notebook_cases import plain_notebook

SECONDS = 60
WORKERS = (2, 3)


def measure(say: Callable[[str], None]) -> Iterator[Figure]:
    """So many workers that each take the next submission at once, for a minute, beside a single one."""
    single, _ = asyncio.run(_load(1))
    for workers in WORKERS:
        a_minute, processor = asyncio.run(_load(workers))
        yield Figure(f"gradings a minute, {workers} workers", a_minute, "/min", single, "one worker")
        yield Figure("  processor time of each, whole machine", processor, "s")


async def _load(workers: int) -> tuple[float, float]:
    """Gradings a minute, and seconds of processor time for each."""
    exercise, notebook = messy_exercise(), plain_notebook()
    done = 0
    async with warm_pool("adaptive", workers + 1) as pool:
        deadline = time.perf_counter() + SECONDS
        started, busy = time.perf_counter(), busy_seconds()

        async def work() -> None:
            nonlocal done
            while time.perf_counter() < deadline:
                graded = await grade_notebook(pool, exercise, notebook)
                assert graded.report.score == 1, graded.report
                done += 1

        await asyncio.gather(*(work() for _ in range(workers)))
        seconds, busy = time.perf_counter() - started, busy_seconds() - busy
    return 60 * done / seconds, busy / done
