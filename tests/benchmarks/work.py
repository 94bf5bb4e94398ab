"""Processor time of one grading, from starting its containers to removing them: who uses it?

Containers by their cgroups; the whole machine by /proc/stat, others' work included, so measure when it is quiet.
"""

import asyncio
import itertools
import statistics
import time
from collections import defaultdict
from collections.abc import Callable, Iterator

from openjupyter_service.grading.session import grade
from openjupyter_service.sandbox.engine import Engine
from openjupyter_service.sandbox.limits import pair_spec
from openjupyter_service.sandbox.pair import FreshPairs
from tests.benchmarks.counters import Given, PairCounters
from tests.benchmarks.figures import Figure
from tests.benchmarks.pool import SETTINGS, messy_exercise, new_engine, submission
from tests.benchmarks.processors import busy_seconds
from tests.notebook_cases import plain_notebook

RUNS = 9
PAUSE_SECONDS = 0.3
WHOLE = "a grading, all of it"
BARE = SETTINGS.model_copy(update={"preload": []})

Laps = defaultdict[str, list[float]]
"""Seconds of each run by the name of the part."""


def measure(say: Callable[[str], None]) -> Iterator[Figure]:
    """Medians of gradings one after the other, each in a new pair; shares of the whole."""
    laps: Laps = defaultdict(list)
    wall: list[float] = []
    asyncio.run(_gradings(laps, wall))
    medians = {name: statistics.median(seconds) for name, seconds in laps.items()}
    whole = medians.pop(WHOLE)
    yield Figure(WHOLE, whole, "s")
    for name, seconds in medians.items():
        yield Figure(f"  {name}", seconds, "s", whole, WHOLE)
    yield Figure("start of a pair, by the clock", statistics.median(wall), "s")


async def _gradings(laps: Laps, wall: list[float]) -> None:
    engine = new_engine()
    for run in range(RUNS + 1):
        ignored: Laps = defaultdict(list)  # the first run reads files from disk
        await _grading(engine, laps if run else ignored, wall if run else [])


async def _grading(engine: Engine, laps: Laps, wall: list[float]) -> None:
    exercise = messy_exercise()
    files = submission(exercise, plain_notebook())
    async with FreshPairs(engine).pair(pair_spec(BARE)) as pair:
        bare, _ = PairCounters(pair).read()
    await asyncio.sleep(PAUSE_SECONDS)
    began, busy = time.perf_counter(), [busy_seconds()]
    async with FreshPairs(engine).pair(pair_spec(SETTINGS)) as pair:
        wall.append(time.perf_counter() - began)
        busy.append(busy_seconds())
        counters = PairCounters(pair)
        sandbox, judge = counters.read()
        graded = await grade(Given(pair), SETTINGS, exercise, files, exercise.notebook, counters.watch, seed=1)
        busy.append(busy_seconds())
        assert graded.report.score == 1 and counters.last, graded.report
    await asyncio.sleep(PAUSE_SECONDS)
    busy.append(busy_seconds())
    started, grading, removal = (end - start for start, end in itertools.pairwise(busy))
    notebook = graded.report.usage.cpu_seconds or 0.0
    in_sandbox = counters.last[0].processor - sandbox.processor
    in_judge = counters.last[1].processor - judge.processor
    for name, seconds in (
        (WHOLE, started + grading + removal),
        ("start: imports of numpy and pandas in the sandbox", sandbox.processor - bare.processor),
        ("start: all else in the sandbox", bare.processor),
        ("start: the judge", judge.processor),
        ("start: engine, runtime, service", started - sandbox.processor - judge.processor),
        ("notebook", notebook),
        ("tests, and what the agent does, in the sandbox", in_sandbox - notebook),
        ("tests in the judge", in_judge),
        ("engine and service meanwhile", grading - in_sandbox - in_judge),
        ("removal of both containers", removal),
    ):
        laps[name].append(seconds)
