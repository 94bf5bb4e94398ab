"""From submission to report with a warm pool, beside other graders on the same notebook and the same assertions."""

import asyncio
import statistics
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path

from openjupyter_service.sandbox.pair import FreshPairs
from tests.benchmarks.figures import Figure, median_seconds
from tests.benchmarks.peers.nbgrader import Nbgrader
from tests.benchmarks.peers.otter import Otter
from tests.benchmarks.peers.result import Result
from tests.benchmarks.pool import grade_notebook, messy_exercise, new_engine, wait_for_warm, warm_pool
from tests.notebook_cases import plain_notebook

RUNS = 21
PEER_RUNS = 5
STAGES = {"start": "take a warm pair", "notebook": "notebook", "tests": "tests"}


def measure(say: Callable[[str], None]) -> Iterator[Figure]:
    """The plain notebook of tests/messy, which imports numpy and pandas."""
    total, stages, own = asyncio.run(_ours())
    cold = asyncio.run(_without_pool())
    with tempfile.TemporaryDirectory() as folder:
        peers = {"nbgrader autograde": _nbgrader(Path(folder) / "nbgrader", say)}
        peers["otter run"] = _otter(Path(folder) / "otter", say)
    for name, seconds in peers.items():
        yield Figure("submission to report", total, "s", seconds, name)
    yield Figure("  report - notebook's own run time", own, "s", total, "submission to report")
    for stage, name in STAGES.items():
        yield Figure(f"  {name}", stages[stage], "s", total, "submission to report")
    for name, seconds in peers.items():
        yield Figure("the same without a pool", cold, "s", seconds, name)


async def _ours() -> tuple[float, dict[str, float], float]:
    """Medians: submission to report, its stages, and the report without the notebook's own run time; in seconds."""
    exercise, notebook = messy_exercise(), plain_notebook()
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
    return median(totals), {stage: median(seconds) for stage, seconds in stages.items()}, median(own)


async def _without_pool() -> float:
    """Median of submission to report with containers that are started for it, in seconds."""
    exercise, notebook, containers = messy_exercise(), plain_notebook(), FreshPairs(new_engine())
    totals: list[float] = []
    for _ in range(PEER_RUNS + 1):
        started = time.perf_counter()
        graded = await grade_notebook(containers, exercise, notebook)
        totals.append(time.perf_counter() - started)
        assert graded.report.score == 1, graded.report
    return statistics.median(totals[1:])  # the first one reads images from disk


def _nbgrader(folder: Path, say: Callable[[str], None]) -> float:
    peer = Nbgrader(folder, say)
    assert peer.grade("learner", plain_notebook()) == Result(1.0)
    return median_seconds(PEER_RUNS, lambda _: peer.autograde("learner"))


def _otter(folder: Path, say: Callable[[str], None]) -> float:
    peer = Otter(folder, say)
    assert peer.grade("learner", plain_notebook()) == Result(1.0)
    return median_seconds(PEER_RUNS, lambda _: peer.grade("learner", plain_notebook()))
