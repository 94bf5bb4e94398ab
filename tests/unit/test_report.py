"""The report: one shape for storing, learners and staff."""

import json

import pytest
from pydantic import ValidationError

from openjupyter_service.report import (
    FailingCell,
    Outcome,
    Report,
    Staff,
    Status,
    TestResult,
    Usage,
    internal_error,
)

REPORT = Report(
    status=Status.RUNTIME_ERROR,
    score=0.5,
    points=1,
    max_points=2,
    tests=[TestResult(title="T", outcome=Outcome.ERROR, points=0, max_points=1, message="m", hint="h", seconds=0.25)],
    failing_cell=FailingCell(cell=3, number=2, cell_id="a", line=None, error="E", message="m"),
    usage=Usage(notebook_seconds=1.5, peak_memory_bytes=10),
    staff=Staff(tests={"test_a": "expected 31337"}, traceback="31337", fault="31337"),
)


def test_a_report_survives_being_stored() -> None:
    stored = json.dumps(REPORT.model_dump(mode="json"), allow_nan=False)
    assert Report.model_validate(json.loads(stored)) == REPORT


def test_learners_never_get_the_staff_part() -> None:
    shown = REPORT.for_learner()
    assert set(shown) == set(Report.model_fields) - {"staff"}
    assert "31337" not in json.dumps(shown)
    assert shown["status"] == "runtime error" and shown["tests"][0]["outcome"] == "error"


def test_an_internal_error_carries_no_score() -> None:
    report = internal_error("the engine is gone")
    assert (report.status, report.score, report.points, report.max_points) == (Status.INTERNAL_ERROR, None, 0, 0)
    assert report.staff.fault == "the engine is gone"
    assert "engine" not in json.dumps(report.for_learner())


def test_reports_of_newer_versions_can_be_read() -> None:
    stored = REPORT.model_dump(mode="json") | {"style": [{"rule": "E501"}]}
    assert Report.model_validate(stored) == REPORT


def test_reports_cannot_be_changed() -> None:
    with pytest.raises(ValidationError):
        REPORT.score = 1.0


def test_verdicts_are_those_of_the_design() -> None:
    assert {status.value for status in Status} == {
        *("correct", "wrong", "runtime error", "syntax error", "time limit", "memory limit", "output limit"),
        "internal error",
    }
    with pytest.raises(ValidationError):
        Report.model_validate(REPORT.model_dump(mode="json") | {"status": "perfect"})
