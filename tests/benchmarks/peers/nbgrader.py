"""The messy exercise in nbgrader: hidden tests in cells behind the functions they test, graded by its normal flow."""

import json
import re
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from tests.benchmarks.peers.environments import Environment
from tests.notebook_cases import Assertion, assertions, plain_notebook

ASSIGNMENT = "messy"
_SCORES = """
import json, sys
from nbgrader.api import Gradebook
with Gradebook("sqlite:///gradebook.db") as gradebook:
    print(json.dumps({s.student.id: s.score / s.max_score for s in gradebook.assignment_submissions(sys.argv[1])}))
"""


class Nbgrader:
    """A course of one assignment in a folder of its own."""

    def __init__(self, folder: Path, say: Callable[[str], None]) -> None:
        self._environment = Environment("nbgrader", say)
        self._folder = folder
        source = folder / "source" / ASSIGNMENT
        source.mkdir(parents=True)
        (source / f"{ASSIGNMENT}.ipynb").write_bytes(with_tests(plain_notebook(), hidden=True))
        made = self._environment.run("nbgrader", "generate_assignment", ASSIGNMENT, "--create", cwd=folder)
        assert made.returncode == 0, made.stderr

    def submit(self, student: str, notebook: bytes) -> None:
        """A learner has worked on the release version and hands in this notebook."""
        folder = self._folder / "submitted" / student / ASSIGNMENT
        folder.mkdir(parents=True)
        (folder / f"{ASSIGNMENT}.ipynb").write_bytes(with_tests(notebook, hidden=False))

    def autograde(self, student: str) -> None:
        """Grade one submission, as an instructor does on the command line."""
        self._environment.run(
            "nbgrader", "autograde", ASSIGNMENT, "--create", "--force", f"--student={student}", cwd=self._folder
        )

    def scores(self) -> dict[str, float]:
        """Score of each student that was graded, 0..1."""
        python = str(self._environment.folder / "bin/python")
        told = self._environment.run(python, "-c", _SCORES, ASSIGNMENT, cwd=self._folder)
        assert told.returncode == 0, told.stderr
        return dict(json.loads(told.stdout))


def with_tests(notebook: bytes, hidden: bool) -> bytes:
    """The notebook with a test cell behind the cell that defines each function last, at the end where none is found.

    What is no JSON of a notebook stays as it is: nobody could have put cells into it.
    """
    try:
        data = json.loads(notebook)
        cells = data["cells"]
        places = {test: _place(cells, test.function) for test in assertions()}
    except (ValueError, KeyError, TypeError):
        return notebook
    for test in reversed(places):
        cells.insert(places[test], _test_cell(test, hidden))
    if data.get("nbformat_minor", 0) < 5:
        for cell in cells:
            cell.pop("id", None)
    return json.dumps(data).encode()


def _place(cells: list[Mapping[str, Any]], name: str) -> int:
    defines = re.compile(rf"^\s*(?:async )?def {name}\(|^{name} = ", re.MULTILINE)
    found = [
        number
        for number, cell in enumerate(cells)
        if cell.get("cell_type") == "code" and defines.search("".join(cell.get("source", "")))
    ]
    return found[-1] + 1 if found else len(cells)


def _test_cell(test: Assertion, hidden: bool) -> dict[str, Any]:
    code = f"\n### BEGIN HIDDEN TESTS\n{test.code}\n### END HIDDEN TESTS" if hidden else ""
    marks = {"grade": True, "grade_id": f"test_{test.function}", "locked": True, "points": test.points}
    return {
        "cell_type": "code",
        "execution_count": None,
        "id": f"test-{test.function.replace('_', '-')}",
        "metadata": {"nbgrader": {**marks, "schema_version": 3, "solution": False, "task": False}},
        "outputs": [],
        "source": f"# {test.title}{code}",
    }
