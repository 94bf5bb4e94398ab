"""An exercise in nbgrader, graded by its normal flow: generate_assignment, autograde, gradebook.

Hidden tests are in locked cells, each behind the cell that defines what it tests. nbgrader lets nobody delete or edit
them, so they stay there whatever a learner does with the cells around.
"""

import json
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from tests.benchmarks.peers.bindings import bound_names
from tests.benchmarks.peers.environments import Environment
from tests.benchmarks.peers.result import Result, from_tests
from tests.benchmarks.peers.task import Check, Task

ASSIGNMENT = "assignment"
_BYTE_ORDER_MARK = b"\xef\xbb\xbf"
_PREFIX = "test_"
_SCORES = """
import json, sys
from nbgrader.api import Gradebook, MissingEntry
with Gradebook("sqlite:///gradebook.db") as gradebook:
    try:
        grades = gradebook.find_submission(sys.argv[1], sys.argv[2]).notebooks[0].grades
    except (MissingEntry, IndexError):
        grades = []
    print(json.dumps({grade.name: (grade.score, grade.max_score) for grade in grades}))
"""


class Nbgrader:
    """A course of one assignment in a folder of its own."""

    def __init__(self, folder: Path, task: Task, say: Callable[[str], None]) -> None:
        self._environment = Environment("nbgrader", say)
        self._folder = folder
        self._tests = task.tests
        source = folder / "source" / ASSIGNMENT
        source.mkdir(parents=True)
        (source / f"{ASSIGNMENT}.ipynb").write_bytes(with_tests(task.solution, task.tests, hidden=True))
        made = self._environment.run("nbgrader", "generate_assignment", ASSIGNMENT, "--create", cwd=folder)
        assert made.code == 0, made.errors

    def submit(self, student: str, notebook: bytes) -> None:
        """A learner has worked on the release version and hands in this notebook."""
        folder = self._folder / "submitted" / student / ASSIGNMENT
        folder.mkdir(parents=True)
        (folder / f"{ASSIGNMENT}.ipynb").write_bytes(with_tests(notebook, self._tests, hidden=False))

    def autograde(self, student: str) -> str:
        """Grade one submission, as an instructor does on the command line; why it could not be graded, or nothing."""
        ended = self._environment.run(
            "nbgrader", "autograde", ASSIGNMENT, "--create", "--force", f"--student={student}", cwd=self._folder
        )
        return ended.reason if ended.code else ""

    def result(self, student: str) -> Result:
        """What the gradebook says; no result when there are no grades."""
        python = str(self._environment.folder / "bin/python")
        told = self._environment.run(python, "-c", _SCORES, ASSIGNMENT, student, cwd=self._folder)
        assert told.code == 0, told.errors
        points = {name.removeprefix(_PREFIX): tuple(pair) for name, pair in json.loads(told.output).items()}
        return from_tests(points) if points else Result(0.0, "no grades")

    def grade(self, student: str, notebook: bytes) -> Result:
        """All of it for one learner."""
        self.submit(student, notebook)
        trouble = self.autograde(student)
        return Result(0.0, trouble) if trouble else self.result(student)


def with_tests(notebook: bytes, tests: Sequence[Check], hidden: bool) -> bytes:
    """The notebook with a test cell behind the last cell that defines what it tests, at the end if none does.

    What is no JSON of a notebook stays as it is: nobody could have put cells into it.
    """
    try:
        data = json.loads(notebook)
        cells = data["cells"] if "cells" in data else data["worksheets"][-1]["cells"]
        places = places_of_tests(cells, tests)
    except (ValueError, KeyError, TypeError):
        return notebook
    for test, place in reversed(sorted(places.items(), key=lambda item: item[1])):
        cells.insert(place, _test_cell(test, hidden, old="cells" not in data))
    if (data.get("nbformat"), data.get("nbformat_minor", 0)) < (4, 5):
        for cell in cells:
            cell.pop("id", None)
    mark = _BYTE_ORDER_MARK if notebook.startswith(_BYTE_ORDER_MARK) else b""
    return mark + json.dumps(data).encode()


def places_of_tests(cells: list[dict[str, Any]], tests: Sequence[Check]) -> dict[Check, int]:
    """Index of the cell before which each test belongs."""
    last: dict[str, int] = {}
    for number, cell in enumerate(cells):
        if cell.get("cell_type") == "code":
            source = "".join(cell.get("source") or cell.get("input") or "")
            last |= dict.fromkeys(bound_names(source), number)
    return {test: last.get(test.function, len(cells) - 1) + 1 for test in tests}


def _test_cell(test: Check, hidden: bool, old: bool) -> dict[str, Any]:
    """A cell of format 4, or of the old format 3."""
    code = f"\n### BEGIN HIDDEN TESTS\n{test.code}\n### END HIDDEN TESTS" if hidden else ""
    source = f"# {test.name}{code}"
    marks = {"grade": True, "grade_id": f"{_PREFIX}{test.name}", "locked": True, "points": test.points}
    cell = {
        "cell_type": "code",
        "metadata": {"nbgrader": {**marks, "schema_version": 3, "solution": False, "task": False}},
        "outputs": [],
    }
    if old:
        return {**cell, "collapsed": False, "input": source, "language": "python", "prompt_number": None}
    return {**cell, "execution_count": None, "id": f"test-{test.name.replace('_', '-')}", "source": source}
