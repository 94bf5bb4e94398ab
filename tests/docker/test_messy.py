"""No false zeros: correct work in a messy notebook has full marks."""

import json
from collections.abc import Iterator

import jsonschema
import pytest

from openjupyter_service.exercises.course import load_exercise
from openjupyter_service.report import SCHEMA_PATH, Status
from openjupyter_service.settings import GradingSettings
from tests.notebook_cases import MESSY, load_case

from .background import Gradings, Work
from .conftest import SITE

pytestmark = pytest.mark.docker

CASES = [path.parent.name for path in sorted(MESSY.glob("*/case.toml"))]
SCHEMA = json.loads(SCHEMA_PATH.read_text())


@pytest.fixture(scope="module")
def gradings(request: pytest.FixtureRequest, grading_settings: GradingSettings) -> Iterator[Gradings]:
    """Gradings of all cases that this run has chosen."""
    items = [item for item in request.session.items if item.module is request.module]  # type: ignore[attr-defined]
    names = [item.callspec.params["case"] for item in items if hasattr(item, "callspec")]
    exercise = load_exercise(MESSY, "exercise")
    works = {name: Work(exercise, load_case(MESSY / name).notebook) for name in names}
    with Gradings(grading_settings, f"{SITE}-messy", works).running() as gradings:
        yield gradings


@pytest.mark.parametrize("case", CASES)
def test_messy_notebook_has_full_marks(case: str, gradings: Gradings) -> None:
    ended = gradings.result(case)
    assert ended.graded is not None, ended.refused
    report = ended.graded.report
    failed = [(test.title, test.outcome, test.message) for test in report.tests if test.outcome != "passed"]
    assert failed == [], (str(report.status), report.failing_cell, ended.graded.timings, report.staff)
    assert (report.status, report.score) == (Status.CORRECT, 1.0)
    assert ended.left == ()
    jsonschema.validate(report.model_dump(mode="json"), SCHEMA)
