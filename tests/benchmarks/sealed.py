"""From submission to report with a warm pool, beside other graders on the same notebooks and the same assertions."""

import asyncio
import statistics
import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from openjupyter_service.exercises.course import Exercise
from openjupyter_service.sandbox.pair import FreshPairs
from tests.benchmarks.figures import Figure, median_seconds
from tests.benchmarks.peers.nbgrader import Nbgrader
from tests.benchmarks.peers.otter import Otter
from tests.benchmarks.peers.result import Result
from tests.benchmarks.peers.task import Task, messy_task, warm_up_task
from tests.benchmarks.pool import (
    grade_notebook,
    messy_exercise,
    new_engine,
    wait_for_warm,
    warm_pool,
    warm_up_exercise,
)

RUNS = 21
PEER_RUNS = 5
STAGES = {"start": "take a warm pair", "notebook": "notebook", "tests": "tests"}


@dataclass(frozen=True)
class Medians:
    """Seconds: submission to report, its stages, and the report without the notebook's own run time."""

    total: float
    stages: dict[str, float]
    own: float


def measure(say: Callable[[str], None]) -> Iterator[Figure]:
    """The plain notebook of tests/messy, which imports numpy and pandas, and the warm-up, which imports nothing."""
    yield from _measure("numpy and pandas", messy_exercise(), messy_task(), say)
    yield from _measure("warm-up", warm_up_exercise(), warm_up_task(), say)


def _measure(name: str, exercise: Exercise, task: Task, say: Callable[[str], None]) -> Iterator[Figure]:
    say(f"{name}: OpenJupyter")
    ours = asyncio.run(_with_pool(exercise, task.solution))
    cold = asyncio.run(_without_pool(exercise, task.solution))
    with tempfile.TemporaryDirectory() as folder:
        say(f"{name}: nbgrader")
        peers = {"nbgrader autograde": _nbgrader(Path(folder) / "nbgrader", task, say)}
        say(f"{name}: otter")
        peers["otter run"] = _otter(Path(folder) / "otter", task, say)
    for peer, seconds in peers.items():
        yield Figure(f"{name}: submission to report", ours.total, "s", seconds, peer)
    yield Figure("  report - notebook's own run time", ours.own, "s", ours.total, "submission to report")
    for stage, label in STAGES.items():
        yield Figure(f"  {label}", ours.stages[stage], "s", ours.total, "submission to report")
    for peer, seconds in peers.items():
        yield Figure(f"{name}: the same without a pool", cold, "s", seconds, peer)


async def _with_pool(exercise: Exercise, notebook: bytes) -> Medians:
    totals: list[float] = []
    own: list[float] = []
    stages: dict[str, list[float]] = {stage: [] for stage in STAGES}
    async with warm_pool(2) as pool:
        for _ in range(RUNS):
            await wait_for_warm(pool, 2)
            started = time.perf_counter()
            graded = await grade_notebook(pool, exercise, notebook)
            totals.append(time.perf_counter() - started)
            assert graded.report.score == 1, graded.report
            own.append(totals[-1] - graded.report.usage.notebook_seconds)
            for stage in STAGES:
                stages[stage].append(graded.timings[stage])
    median = statistics.median
    return Medians(median(totals), {stage: median(seconds) for stage, seconds in stages.items()}, median(own))


async def _without_pool(exercise: Exercise, notebook: bytes) -> float:
    """Median of submission to report with containers that are started for it, in seconds."""
    containers = FreshPairs(new_engine())
    totals: list[float] = []
    for _ in range(PEER_RUNS + 1):
        started = time.perf_counter()
        graded = await grade_notebook(containers, exercise, notebook)
        totals.append(time.perf_counter() - started)
        assert graded.report.score == 1, graded.report
    return statistics.median(totals[1:])  # the first one reads images from disk


def _nbgrader(folder: Path, task: Task, say: Callable[[str], None]) -> float:
    peer = Nbgrader(folder, task, say)
    result = peer.grade("learner", task.solution)
    assert result == Result(1.0), result
    return median_seconds(PEER_RUNS, lambda _: peer.autograde("learner"))


def _otter(folder: Path, task: Task, say: Callable[[str], None]) -> float:
    peer = Otter(folder, task, say)
    result = peer.grade("learner", task.solution)
    assert result == Result(1.0), result
    return median_seconds(PEER_RUNS, lambda _: peer.grade("learner", task.solution))
