"""Scores of imported assignments are those that nbgrader gave to the same notebooks (nbgrader/make_scores.py)."""

import json
from pathlib import Path

import pytest

from openjupyter_service.exchange.draft import write_drafts
from openjupyter_service.exchange.nbgrader import import_nbgrader
from openjupyter_service.report import Report
from tests.unit.exchange.grading import grade
from tests.unit.exchange.percent import notebook_of
from tests.unit.exchange.submitted import submitted

HERE = Path(__file__).parent / "nbgrader"
LABS = {path.parent.name: json.loads(path.read_text())["scores"] for path in sorted(HERE.glob("*/scores.json"))}
BY_HAND = {"essay", "by-hand"}
SHADOWED = {"count-test": 1, "squares-sorted": 1, "squares-type": 1}
"""What differs by intent: a learner's own `list` and `sum` break tests in their kernel, and no sealed ones."""
CASES = [
    (lab, in_kernel, name)
    for lab, scores in LABS.items()
    for in_kernel in (False, True)
    for name in scores
    if not in_kernel or name in ("odd", "shadows")  # one of these takes seconds
]


@pytest.fixture(scope="module")
def courses(tmp_path_factory: pytest.TempPathFactory) -> dict[tuple[str, bool], Path]:
    found = {}
    for lab in LABS:
        for in_kernel in (False, True):
            folder = tmp_path_factory.mktemp("lab")
            (folder / "lab.ipynb").write_text(json.dumps(notebook_of((HERE / lab / "lab.txt").read_text())))
            write_drafts(import_nbgrader(folder / "lab.ipynb", in_kernel=in_kernel), folder / "course")
            found[lab, in_kernel] = folder / "course"
    return found


@pytest.mark.parametrize(("lab", "in_kernel", "name"), CASES)
def test_each_cell_has_the_points_that_nbgrader_gave(
    lab: str, in_kernel: bool, name: str, courses: dict[tuple[str, bool], Path], tmp_path: Path
) -> None:
    course = courses[lab, in_kernel]
    release = json.loads((course / "notebooks/lab/lab.ipynb").read_text())
    notebook = tmp_path / "lab.ipynb"
    notebook.write_text(json.dumps(submitted(release, (HERE / lab / "submissions" / f"{name}.txt").read_text())))
    report = grade(course, "lab", notebook, tmp_path)
    wanted = {id: score for id, score in LABS[lab][name].items() if id not in BY_HAND}
    if name == "shadows" and not in_kernel:
        wanted |= SHADOWED
    assert points(report) == pytest.approx(wanted)


def points(report: Report) -> dict[str, float]:
    """Points by nbgrader's id: the name of each test is made of it."""
    names = {id: test.name.partition("::test_")[2].replace("_", "-") for id, test in report.staff.tests.items()}
    return {names[test.id]: test.points for test in report.tests}
