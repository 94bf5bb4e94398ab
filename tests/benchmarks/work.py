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
from tests.benchmarks.counters import Given, PairCounters, lingering_exercise
from tests.benchmarks.figures import Figure
from tests.benchmarks.pool import SETTINGS, grade_notebook, messy_exercise, new_engine, submission
from tests.benchmarks.processors import busy_seconds
from tests.notebook_cases import plain_notebook

RUNS = 9
PAUSE_SECONDS = 0.3
"""For what goes on in the engine after a call of it has ended."""
BARE = SETTINGS.model_copy(update={"preload": []})
WHOLE = "a grading, all of it"
START, GRADING, REMOVAL = "start of both containers", "grading", "removal of both containers"

Laps = defaultdict[str, list[float]]
"""Seconds of each run by the name of the part."""


def measure(say: Callable[[str], None]) -> Iterator[Figure]:
    """Medians of gradings one after the other, each in a new pair; shares of the whole."""
    laps: Laps = defaultdict(list)
    asyncio.run(_gradings(laps))
    part = {name: statistics.median(seconds) for name, seconds in laps.items()}
    whole = part[START] + part[GRADING] + part[REMOVAL]
    start_parts = {
        "  sandbox: numpy and pandas": part["warm sandbox"] - part["bare sandbox"],
        "  sandbox: all else": part["bare sandbox"],
        "  judge": part["warm judge"],
    }
    grading_parts = {
        "  sandbox: notebook": part["notebook"],
        "  sandbox: tests, and the agent's work": part["sandbox at work"] - part["notebook"],
        "  judge": part["judge at work"],
    }
    yield Figure(WHOLE, whole, "s")
    for name, parts in ((START, start_parts), (GRADING, grading_parts), (REMOVAL, {})):
        yield Figure(f"  {name}", part[name], "s", whole, WHOLE)
        for inner, seconds in parts.items():
            yield Figure(f"  {inner}", seconds, "s", whole, WHOLE)
        if parts:
            yield Figure("    engine and service", part[name] - sum(parts.values()), "s", whole, WHOLE)
    yield Figure("start of a pair, by the clock", part["start by the clock"], "s")


async def _gradings(laps: Laps) -> None:
    engine = new_engine()
    for run in range(RUNS + 1):
        of_run: Laps = laps if run else defaultdict(list)  # the first run reads files from disk
        await _whole_machine(engine, of_run)
        await _inside(engine, of_run)


async def _whole_machine(engine: Engine, laps: Laps) -> None:
    began, busy = time.perf_counter(), [busy_seconds()]
    async with FreshPairs(engine).pair(pair_spec(SETTINGS)) as pair:
        laps["start by the clock"].append(time.perf_counter() - began)
        busy.append(busy_seconds())
        graded = await grade_notebook(Given(pair), messy_exercise(), plain_notebook())
        busy.append(busy_seconds())
        assert graded.report.score == 1, graded.report
    await asyncio.sleep(PAUSE_SECONDS)
    busy.append(busy_seconds())
    for name, (start, end) in zip((START, GRADING, REMOVAL), itertools.pairwise(busy), strict=True):
        laps[name].append(end - start)


async def _inside(engine: Engine, laps: Laps) -> None:
    """The containers' own counters, in a grading that is not measured otherwise: reading them is work, too."""
    async with FreshPairs(engine).pair(pair_spec(BARE)) as pair:
        laps["bare sandbox"].append(PairCounters(pair).read()[0].processor)
    with lingering_exercise() as exercise:
        files = submission(exercise, plain_notebook())
        async with FreshPairs(engine).pair(pair_spec(SETTINGS)) as pair:
            counters = PairCounters(pair)
            sandbox, judge = counters.read()
            graded = await grade(Given(pair), SETTINGS, exercise, files, exercise.notebook, counters.watch, seed=1)
    assert graded.report.score == 1 and counters.at_end, graded.report
    laps["warm sandbox"].append(sandbox.processor)
    laps["warm judge"].append(judge.processor)
    laps["sandbox at work"].append(counters.at_end[0].processor - sandbox.processor)
    laps["judge at work"].append(counters.at_end[1].processor - judge.processor)
    laps["notebook"].append(graded.report.usage.cpu_seconds or 0.0)
