"""What a pair costs in memory: warm, and at the end of a grading."""

import asyncio
import statistics
from collections.abc import Callable, Iterator

from openjupyter_service.grading.session import grade
from openjupyter_service.sandbox.limits import pair_spec
from openjupyter_service.sandbox.pair import FreshPairs
from tests.benchmarks.counters import Given, PairCounters, Reading, lingering_exercise
from tests.benchmarks.figures import Figure
from tests.benchmarks.pool import SETTINGS, new_engine, submission
from tests.notebook_cases import plain_notebook

RUNS = 5
SETTLE_SECONDS = 0.5
LIMIT_MB = 200.0
LIMIT = "200 MB for both"


def measure(say: Callable[[str], None]) -> Iterator[Figure]:
    """Medians of pairs that grade one notebook each, which imports numpy and pandas as its tests do."""
    warm, graded, peaks = asyncio.run(_pairs())
    for name, readings in (("warm", warm), ("when all tests have ended", graded)):
        for part, memory in (("sandbox + judge", (0, 1)), ("  sandbox", (0,)), ("  judge", (1,))):
            both = len(memory) == 2
            used = statistics.median(sum(reading[index].anonymous for index in memory) for reading in readings)
            yield Figure(f"{part}, {name}", used, "MB", LIMIT_MB if both else None, LIMIT if both else "")
        shown = statistics.median(sandbox.shown + judge.shown for sandbox, judge in readings)
        yield Figure(f"sandbox + judge, {name}, by docker stats", shown, "MB", LIMIT_MB, LIMIT)
    yield Figure("  sandbox at its highest, as a report tells it", statistics.median(peaks), "MB")


async def _pairs() -> tuple[list[Reading], list[Reading], list[float]]:
    """Readings of each pair, warm and when its last test has ended; the peak that its report tells, in MB."""
    engine = new_engine()
    warm: list[Reading] = []
    after: list[Reading] = []
    peaks: list[float] = []
    with lingering_exercise() as exercise:
        files = submission(exercise, plain_notebook())
        for _ in range(RUNS):
            async with FreshPairs(engine).pair(pair_spec(SETTINGS)) as pair:
                await asyncio.sleep(SETTLE_SECONDS)
                counters = PairCounters(pair)
                warm.append(counters.read())
                graded = await grade(Given(pair), SETTINGS, exercise, files, exercise.notebook, counters.watch, seed=1)
                assert graded.report.score == 1 and counters.at_end, graded.report
                after.append(counters.at_end)
                peaks.append((graded.report.usage.peak_memory_bytes or 0) / 2**20)
    return warm, after, peaks
