"""Imported exercises in real containers, whose images have less than the machine that tests run on."""

import json
from pathlib import Path

import pytest

from openjupyter_service.exchange.draft import Draft, write_drafts
from openjupyter_service.exchange.nbgrader import import_nbgrader
from openjupyter_service.exchange.otter import import_otter
from openjupyter_service.exchange.proforma import import_proforma
from openjupyter_service.exercises.course import load_exercise
from openjupyter_service.grading.local import gather_files
from openjupyter_service.grading.session import grade
from openjupyter_service.sandbox.engine import Engine
from openjupyter_service.sandbox.pair import FreshPairs
from openjupyter_service.settings import GradingSettings
from tests.notebook_cases import TESTS
from tests.unit.exchange.percent import notebook_of

from .conftest import SITE

SOURCES = TESTS / "unit" / "exchange"

pytestmark = pytest.mark.docker


def imported(tool: str, folder: Path, in_kernel: bool) -> Draft:
    if tool == "proforma":
        (draft,) = import_proforma(SOURCES / "proforma" / "stack-2.1.xml")
        return draft
    lab = {"nbgrader": "nbgrader/values/lab.txt", "otter": "otter/exceptions/lab.txt"}[tool]
    (folder / "lab.ipynb").write_text(json.dumps(notebook_of((SOURCES / lab).read_text())))
    importer = import_nbgrader if tool == "nbgrader" else import_otter
    (draft,) = importer(folder / "lab.ipynb", None, in_kernel)
    return draft


@pytest.mark.parametrize(
    ("tool", "in_kernel"),
    [("nbgrader", False), ("nbgrader", True), ("otter", False), ("otter", True), ("proforma", False)],
)
async def test_the_solution_of_an_imported_exercise_has_all_points(
    tool: str, in_kernel: bool, tmp_path: Path, grading_settings: GradingSettings
) -> None:
    draft = imported(tool, tmp_path, in_kernel)
    (folder,) = write_drafts([draft], tmp_path / "course")
    exercise = load_exercise(folder.parent, draft.name)
    solution = folder / "solution" / f"{draft.name}.ipynb"
    files = gather_files(exercise, solution, tmp_path / "course" / "notebooks")
    pairs = FreshPairs(Engine(SITE))
    graded = await grade(pairs, grading_settings, exercise, files, exercise.notebook, lambda event: None)
    assert graded.report.score == 1, [test for test in graded.report.tests if test.outcome != "passed"]
