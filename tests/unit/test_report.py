"""The report: one shape for storing, learners and staff."""

import json
from typing import Any

import jsonschema
import pytest
from pydantic import ValidationError

from openjupyter_service.report import (
    SCHEMA_PATH,
    FailingCell,
    Outcome,
    Report,
    Staff,
    StaffTest,
    Status,
    TestResult,
    Usage,
    harmless,
    internal_error,
    schema_text,
)

REPORT = Report(
    status=Status.RUNTIME_ERROR,
    score=0.5,
    points=1,
    max_points=2,
    tests=[TestResult(title="T", outcome=Outcome.ERROR, points=0, max_points=1, message="m", hint="h", seconds=0.25)],
    failing_cell=FailingCell(cell=3, number=2, cell_id="a", line=None, error="E", message="m"),
    usage=Usage(notebook_seconds=1.5, peak_memory_bytes=10),
    staff=Staff(tests={"t1": StaffTest(name="test_a", text="expected 31337")}, traceback="31337", fault="31337"),
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
    stored = REPORT.model_dump(mode="json") | {"badges": [{"name": "first"}]}
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


def test_reports_of_the_first_version_can_be_read() -> None:
    old = {"status": "wrong", "score": 0.5, "points": 1, "max_points": 2, "staff": {"tests": {"test_a": "expected 3"}}}
    assert Report.model_validate(old).staff.tests == {"test_a": StaffTest(name="test_a", text="expected 3")}


def test_the_schema_is_that_of_the_model() -> None:
    assert SCHEMA_PATH.read_text() == schema_text(), "run python -m openjupyter_service.report"


FULL: dict[str, Any] = {
    **{"status": "runtime error", "score": 0.55, "points": 1.5, "max_points": 3.0, "seed": 12345, "tests_left_out": 0},
    "tests": [
        {
            **{"id": "0a1b2c3d", "title": "The total", "outcome": "partial", "points": 1.5, "max_points": 2.0},
            **{"message": "`total(...)` did not give what this test expects.", "hint": "Add up.", "seconds": 0.02},
            "place": {"cell": 4, "number": 3, "file": None, "line": 2},
            "details": {
                **{"called": "total([1, 2])", "returned": "[1, 3]", "raised": None, "printed": "hi\n"},
                **{"changed": None, "expected": "[1, 2]", "compared": None},
                "table": {
                    "columns": ["value"],
                    "rows": [{"label": "1", "cells": [{"got": "3", "expected": "2", "same": False}]}],
                    "more": 1,
                },
            },
        },
        {
            **{"id": "4e5f6071", "title": "A file", "outcome": "error", "points": 0.0, "max_points": 1.0},
            **{"message": "m", "hint": "", "seconds": 0.0, "details": None},
            "place": {"cell": None, "number": None, "file": "shapes.py", "line": 7},
        },
    ],
    "failing_cell": {"cell": 0, "number": 1, "cell_id": "", "line": None, "error": "KeyError", "message": "'a'"},
    "style": {
        **{"score": 0.9, "weight": 0.1, "more": 0},
        "findings": [
            {"cell": 1, "number": 1, "cell_id": "x", "line": 1, "column": 8, "code": "F401", "message": "`os` unused"}
        ],
    },
    "usage": {"notebook_seconds": 1.5, "tests_seconds": 0.25, "cpu_seconds": 1.0, "peak_memory_bytes": 2**40},
    "staff": {
        "tests": {"0a1b2c3d": {"name": "test_a.py::test_total", "sealed": False, "text": "assert 1"}},
        **{"traceback": "t", "fault": ""},
    },
}


@pytest.mark.parametrize("report", [Report.model_validate(FULL), REPORT, internal_error("lost" * 9_000)], ids=str)
def test_every_report_fits_the_schema(report: Report) -> None:
    schema = json.loads(SCHEMA_PATH.read_text())
    jsonschema.Draft202012Validator.check_schema(schema)
    data = report.model_dump(mode="json")
    jsonschema.validate(data, schema, cls=jsonschema.Draft202012Validator)
    jsonschema.validate(report.for_learner(), schema, cls=jsonschema.Draft202012Validator)


def test_a_full_report_keeps_every_part() -> None:
    assert Report.model_validate(FULL).model_dump(mode="json") == FULL


@pytest.mark.parametrize(
    "change",
    [
        {"more": 1},
        {"score": 1.5},
        {"status": "perfect"},
        {"points": "1"},
        {"tests": [{**FULL["tests"][0], "answer": 42}]},
        {"tests": [{**FULL["tests"][0], "outcome": "fine"}]},
        {"usage": {}},
        {"staff": {**FULL["staff"], "password": "x"}},
        {"style": {**FULL["style"], "findings": FULL["style"]["findings"] * 51}},
    ],
    ids=lambda change: str(change)[:40],
)
def test_what_is_no_report_does_not_fit_the_schema(change: dict[str, Any]) -> None:
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate(FULL | change, json.loads(SCHEMA_PATH.read_text()))


def test_texts_are_made_harmless_and_cut() -> None:
    assert harmless("plain", 3) == "pla"
    assert harmless("a\r\nb\tc\u00a0d", 20) == "a\nb\tc\u00a0d"
    assert harmless("\x1b[2J\x00\u2028\u2066\ud83d", 99) == "\\x1b[2J\\x00\\u2028\\u2066\\ud83d"
    assert len(harmless("\x00" * 50, 60)) == 60
