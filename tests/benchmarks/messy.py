"""Correct work in messy notebooks, graded by OpenJupyter, nbgrader and Otter-Grader: a score of less than 1 is a false
zero."""

import asyncio
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

from openjupyter_service.errors import OpenJupyterError
from tests.benchmarks.figures import Figure
from tests.benchmarks.peers.nbgrader import Nbgrader
from tests.benchmarks.peers.otter import Otter
from tests.benchmarks.pool import grade_notebook, messy_exercise, warm_pool
from tests.notebook_cases import MESSY, Case, load_cases

Scores = dict[str, float]
"""Score of each case by its name."""


def measure(say: Callable[[str], None]) -> Iterator[Figure]:
    """The score of each case in each tool; the totals at the end."""
    cases = load_cases(MESSY)
    say(f"grading {len(cases)} messy notebooks with three tools …")
    ours = asyncio.run(_ours(cases))
    with tempfile.TemporaryDirectory() as folder:
        peers = {"nbgrader": _nbgrader(Path(folder) / "nbgrader", cases, say)}
        peers["otter"] = _otter(Path(folder) / "otter", cases, say)
    for peer, scores in peers.items():
        for case in cases:
            yield Figure(case.name, ours[case.name], "score", scores[case.name], peer)
    for peer, scores in peers.items():
        yield Figure("all points kept", _full(ours), "notebooks", _full(scores), peer)


def _full(scores: Scores) -> float:
    return float(sum(score > 0.999 for score in scores.values()))


async def _ours(cases: list[Case]) -> Scores:
    exercise = messy_exercise()
    scores: Scores = {}
    async with warm_pool(2) as pool:
        for case in cases:
            try:
                graded = await grade_notebook(pool, exercise, case.notebook)
                scores[case.name] = graded.report.score or 0.0
            except OpenJupyterError:
                scores[case.name] = 0.0
    return scores


def _nbgrader(folder: Path, cases: list[Case], say: Callable[[str], None]) -> Scores:
    peer = Nbgrader(folder, say)
    for case in cases:
        peer.submit(case.name, case.notebook)
        peer.autograde(case.name)
    found = peer.scores()
    return {case.name: found.get(case.name, 0.0) for case in cases}


def _otter(folder: Path, cases: list[Case], say: Callable[[str], None]) -> Scores:
    peer = Otter(folder, say)
    return {case.name: peer.grade(case.name, case.notebook)[0] for case in cases}
