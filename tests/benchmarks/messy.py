"""Correct work in messy notebooks, graded by OpenJupyter, nbgrader and Otter-Grader: a score of less than 1 is a false
zero."""

import asyncio
import statistics
import tempfile
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from openjupyter_service.errors import OpenJupyterError
from openjupyter_service.report import Report
from tests.benchmarks.figures import Figure
from tests.benchmarks.peers.nbgrader import Nbgrader
from tests.benchmarks.peers.otter import Otter
from tests.benchmarks.peers.result import Result, from_tests
from tests.benchmarks.peers.task import messy_task
from tests.benchmarks.pool import grade_notebook, messy_exercise, warm_pool
from tests.notebook_cases import MESSY, Case, load_cases

KEPT = "notebooks that keep all points"
POINTS = "points of all notebooks together"

Results = dict[str, Result]
"""Result of each case by its name."""


def measure(say: Callable[[str], None]) -> Iterator[Figure]:
    """The score of each case in each tool, as soon as all have graded it; the totals at the end."""
    cases = load_cases(MESSY)
    with tempfile.TemporaryDirectory() as folder:
        nbgrader = Nbgrader(Path(folder) / "nbgrader", messy_task(), say)
        otter = Otter(Path(folder) / "otter", messy_task(), say)
        ours = asyncio.run(_ours(cases, say))
        peers: dict[str, Results] = {"nbgrader": {}, "otter": {}}
        with ThreadPoolExecutor(len(peers)) as pool:
            for number, case in enumerate(cases, 1):
                say(f"nbgrader and otter: {case.name} ({number} of {len(cases)})")
                # No times are told, so that they may run side by side.
                running = [pool.submit(peer.grade, case.name, case.notebook) for peer in (nbgrader, otter)]
                for (name, results), graded in zip(peers.items(), running, strict=True):
                    results[case.name] = graded.result()
                    yield _figure(case.name, ours[case.name], results[case.name], name)
    for name, results in peers.items():
        yield Figure(KEPT, _kept(ours), f"of {len(cases)}", _kept(results), name)
        yield Figure(POINTS, _share(ours), "score", _share(results), name)


def _figure(case: str, own: Result, theirs: Result, peer: str) -> Figure:
    return Figure(case, own.score, "score", theirs.score, peer, note=own.note, baseline_note=theirs.note)


def _share(results: Results) -> float:
    return statistics.fmean(result.score for result in results.values())


def _kept(results: Results) -> float:
    return float(sum(result.score > 0.999 for result in results.values()))


async def _ours(cases: list[Case], say: Callable[[str], None]) -> Results:
    exercise = messy_exercise()
    results: Results = {}
    async with warm_pool(2) as pool:
        for number, case in enumerate(cases, 1):
            say(f"OpenJupyter: {case.name} ({number} of {len(cases)})")
            try:
                results[case.name] = as_result((await grade_notebook(pool, exercise, case.notebook)).report)
            except OpenJupyterError as error:
                results[case.name] = Result(0.0, str(error)[:100])
    return results


def as_result(report: Report) -> Result:
    """Our report as the peers' results are, by the same names of tests; a report without a score is a zero."""
    if report.score is None or not report.tests:
        return Result(0.0, str(report.status))
    return from_tests({test.title: (test.points, test.max_points) for test in report.tests})
