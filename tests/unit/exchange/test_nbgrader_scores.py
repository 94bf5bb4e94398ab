"""Scores of an imported assignment are those that nbgrader gave to the same notebooks (nbgrader/make_scores.py)."""

import json
from pathlib import Path
from typing import Any

import pytest

from openjupyter_service.exchange.draft import write_drafts
from openjupyter_service.exchange.nbgrader import import_nbgrader
from tests.unit.exchange.grading import grade
from tests.unit.exchange.percent import notebook_of
from tests.unit.exchange.submitted import submitted

HERE = Path(__file__).parent / "nbgrader"
SCORES: dict[str, dict[str, float]] = json.loads((HERE / "scores.json").read_text())["scores"]
BY_HAND = {"essay", "by-hand"}


@pytest.fixture(scope="module", params=[False, True], ids=["sealed", "in kernel"])
def course(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("lab")
    (folder / "lab.ipynb").write_text(json.dumps(notebook_of((HERE / "lab.txt").read_text())))
    write_drafts(import_nbgrader(folder / "lab.ipynb", in_kernel=request.param), folder / "course")
    return folder / "course"


@pytest.mark.parametrize("name", SCORES)
def test_each_cell_has_the_points_that_nbgrader_gave(name: str, course: Path, tmp_path: Path) -> None:
    release = json.loads((course / "notebooks/lab/lab.ipynb").read_text())
    notebook = tmp_path / "lab.ipynb"
    notebook.write_text(json.dumps(submitted(release, (HERE / "submissions" / f"{name}.txt").read_text())))
    report = grade(course, "lab", notebook, tmp_path)
    wanted = {id: score for id, score in SCORES[name].items() if id not in BY_HAND}
    assert points(report.staff.tests, report.tests) == pytest.approx(wanted)


def points(staff: Any, tests: Any) -> dict[str, float]:
    """Points by nbgrader's id: the name of each test is made of it."""
    return {staff[test.id].name.partition("::test_")[2].replace("_", "-"): test.points for test in tests}
