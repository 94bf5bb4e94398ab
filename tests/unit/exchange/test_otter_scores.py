"""Scores of imported assignments are those that Otter gave to the same notebooks (otter/make_scores.py)."""

import json
from collections import defaultdict
from pathlib import Path

import pytest

from openjupyter_service.exchange.draft import write_drafts
from openjupyter_service.exchange.otter import import_otter
from tests.unit.exchange.grading import grade
from tests.unit.exchange.percent import notebook_of
from tests.unit.exchange.submitted import submitted

HERE = Path(__file__).parent / "otter"
LABS = {path.parent.name: json.loads(path.read_text())["scores"] for path in sorted(HERE.glob("*/scores.json"))}
COURSES = [(lab, form) for lab in LABS for form in ("source", "generated", "in kernel")]
CASES = [
    (lab, form, name)
    for lab, form in COURSES
    for name in LABS[lab]
    if form != "in kernel" or name in ("odd", "wrong")  # one of these takes seconds
]


@pytest.fixture(scope="module")
def courses(tmp_path_factory: pytest.TempPathFactory) -> dict[tuple[str, str], Path]:
    found = {}
    for lab, form in COURSES:
        folder = tmp_path_factory.mktemp("lab")
        if form == "generated":
            path = generated(HERE / lab, folder / "dist")
        else:
            path = folder / "lab.ipynb"
            path.write_text(json.dumps(notebook_of((HERE / lab / "lab.txt").read_text())))
        write_drafts(import_otter(path, "lab", in_kernel=form == "in kernel"), folder / "course")
        found[lab, form] = folder / "course"
    return found


def generated(lab: Path, folder: Path) -> Path:
    """The folder that `otter assign` makes, as far as it was kept."""
    (folder / "student").mkdir(parents=True)
    (folder / "student" / "lab.ipynb").write_bytes((lab / "student.ipynb").read_bytes())
    (folder / "autograder" / "tests").mkdir(parents=True)
    for path in (lab / "tests").glob("*.txt"):
        (folder / "autograder" / "tests" / path.stem).write_bytes(path.read_bytes())
    seed = {"seed": 42, "seed_variable": "rng_seed"} if lab.name == "doctests" else {"seed": 3}
    (folder / "autograder" / "otter_config.json").write_text(json.dumps(seed))
    return folder


@pytest.mark.parametrize(("lab", "form", "name"), CASES)
def test_each_question_has_the_points_that_otter_gave(
    lab: str, form: str, name: str, courses: dict[tuple[str, str], Path], tmp_path: Path
) -> None:
    course = courses[lab, form]
    release = json.loads((course / "notebooks/lab/lab.ipynb").read_text())
    notebook = tmp_path / "lab.ipynb"
    notebook.write_text(json.dumps(submitted(release, (HERE / lab / "submissions" / f"{name}.txt").read_text())))
    report = grade(course, "lab", notebook, tmp_path)
    found: dict[str, float] = defaultdict(float)
    for test in report.tests:
        found[test.title.partition(" – ")[0]] += test.points
    assert found == pytest.approx(LABS[lab][name], abs=1e-5)
