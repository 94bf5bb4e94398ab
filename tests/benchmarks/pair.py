"""What a warm pair costs: memory of sandbox and judge, time to start them."""

import asyncio
import statistics
import time
from collections.abc import Callable, Iterator

import docker

from openjupyter_service.grading.notebook import clean_notebook
from openjupyter_service.grading.session import grade
from openjupyter_service.sandbox.engine import ROLE_LABEL, SITE_LABEL
from openjupyter_service.sandbox.limits import pair_spec
from openjupyter_service.sandbox.pair import FreshPairs
from tests.benchmarks.figures import Figure
from tests.benchmarks.pool import SETTINGS, messy_exercise, new_engine
from tests.benchmarks.processors import busy_seconds
from tests.notebook_cases import plain_notebook

RUNS = 5
LIMIT_MB = 200.0
LIMIT = "the limit for both together"


def measure(say: Callable[[str], None]) -> Iterator[Figure]:
    """One pair after the other; what a grading adds is in the sandbox's own highest mark."""
    warm, peak, seconds, processor = asyncio.run(_pairs())
    yield Figure("sandbox + judge, warm", warm, "MB", LIMIT_MB, LIMIT)
    yield Figure("  sandbox at its highest, the messy exercise's plain notebook", peak, "MB", warm, "the warm pair")
    yield Figure("start of a pair", seconds, "s")
    yield Figure("  processor time, whole machine", processor, "s")


async def _pairs() -> tuple[float, float, float, float]:
    engine = new_engine()
    exercise = messy_exercise()
    files = {exercise.notebook: clean_notebook(plain_notebook())}
    warm: list[float] = []
    peaks: list[float] = []
    seconds: list[float] = []
    processor: list[float] = []
    for _ in range(RUNS):
        started, busy = time.perf_counter(), busy_seconds()
        async with FreshPairs(engine).pair(pair_spec(SETTINGS)):
            seconds.append(time.perf_counter() - started)
            processor.append(busy_seconds() - busy)
            await asyncio.sleep(0.5)
            warm.append(await asyncio.to_thread(_megabytes, engine.site))
        graded = await grade(
            FreshPairs(engine), SETTINGS, exercise, files, exercise.notebook, lambda event: None, seed=1
        )
        peaks.append((graded.report.usage.peak_memory_bytes or 0) / 2**20)
    median = statistics.median
    return median(warm), median(peaks), median(seconds), median(processor)


def _megabytes(site: str) -> float:
    """Anonymous memory of a site's grading containers together, in MB: what cannot be taken back from them."""
    total = 0.0
    for container in docker.from_env().containers.list(filters={"label": [f"{SITE_LABEL}={site}", ROLE_LABEL]}):
        counters = container.stats(stream=False)["memory_stats"]["stats"]
        total += float(counters["anon"] if "anon" in counters else counters["total_rss"]) / 2**20
    return total
