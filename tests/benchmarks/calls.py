"""Calls of a learner's function from a hidden test, one after the other."""

import asyncio
import json
import multiprocessing
import tempfile
import time
from collections.abc import Callable, Iterator
from multiprocessing.connection import Connection
from pathlib import Path

from openjupyter_service.exercises.course import load_exercise
from tests.benchmarks.figures import Figure
from tests.benchmarks.pool import grade_notebook, warm_pool
from tests.notebook_cases import cells_of, notebook_of

CALLS = 10_000
TEST = f"""
import time

def test_calls(learner, learner_points):
    twice = learner.twice
    assert twice(1.5) == 3
    started = time.perf_counter()
    for _ in range({CALLS}):
        twice(2.5)
    learner_points(0.5, str(time.perf_counter() - started))
"""
NOTEBOOK = "# %%\ndef twice(number):\n    return 2 * number\n"


def measure(say: Callable[[str], None]) -> Iterator[Figure]:
    """Beside two processes of this machine that pickle the same numbers through a pipe."""
    seconds = asyncio.run(_ours())
    baseline = _pipe()
    yield Figure(
        "proxied calls", CALLS / seconds, "calls/s", CALLS / baseline, "two processes with multiprocessing.Pipe"
    )


async def _ours() -> float:
    with tempfile.TemporaryDirectory() as folder:
        exercise = Path(folder) / "twice"
        exercise.mkdir()
        (exercise / "exercise.toml").write_text('title = "Twice"\n[limits]\ntest_seconds = 60\n')
        (exercise / "test_twice.py").write_text(TEST)
        notebook = json.dumps(notebook_of(cells_of(NOTEBOOK))).encode()
        async with warm_pool(1) as pool:
            graded = await grade_notebook(pool, load_exercise(Path(folder), "twice"), notebook)
    return float(graded.report.tests[0].message)


def _pipe() -> float:
    ours, theirs = multiprocessing.Pipe()
    process = multiprocessing.get_context("fork").Process(target=_answer, args=(theirs,))
    process.start()
    started = time.perf_counter()
    for _ in range(CALLS):
        ours.send(("twice", (2.5,), {}))
        ours.recv()
    seconds = time.perf_counter() - started
    ours.send(None)
    process.join()
    return seconds


def _answer(connection: Connection) -> None:
    while (call := connection.recv()) is not None:
        connection.send(2 * call[1][0])
