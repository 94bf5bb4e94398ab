"""No report is longer than 200 kB of JSON, whatever learners and authors do; points and score stay right."""

import json
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from openjupyter_service.exercises.file import Style
from openjupyter_service.grading.capped import MAX_BYTES, capped
from openjupyter_service.grading.verdict import make_report
from openjupyter_service.report import SCHEMA_PATH, Report, internal_error

LIMIT = 200_000
EMOJI = "😀"
"""Twelve bytes of ASCII JSON."""

CELL = {"got": EMOJI * 200, "expected": EMOJI * 200, "same": False}
DETAILS = {
    **dict.fromkeys(("called", "returned", "raised", "printed", "changed", "expected", "compared"), EMOJI * 5_000),
    "table": {
        "columns": [EMOJI * 100] * 12,
        "rows": [{"label": EMOJI * 100, "cells": [CELL] * 12}] * 20,
        "more": 3,
    },
}
FINDING = {
    **{"cell": 1, "number": 1, "cell_id": EMOJI * 200, "line": 1, "column": 1},
    **{"code": EMOJI * 200, "message": EMOJI * 500},
}
RUN: dict[str, Any] = {
    **{"status": "runtime error", "alive": True, "seconds": 1.0, "peak_memory_bytes": 1},
    "failure": {
        **{"cell": 3, "number": 2, "cell_id": EMOJI * 200, "line": 4},
        **{"error": EMOJI * 500, "message": EMOJI * 5_000, "traceback": EMOJI * 50_000},
    },
}


def record(number: int, **changes: Any) -> dict[str, Any]:
    passed = number % 2
    return {
        **{"id": f"{number:08x}", "name": f"test_{number}", "title": "t", "points": 2.0, "earned": 2.0 * passed},
        **{"outcome": "passed" if passed else "failed", "message": "m", "hint": "h", "seconds": 0.1, "staff": "s"},
        **{"sealed": True, "place": None, "details": None, **changes},
    }


CASES: dict[str, list[dict[str, Any]]] = {
    "ten thousand tests with long titles": [record(n, title="T" * 300) for n in range(10_000)],
    "ten thousand tests with everything": [
        record(n, title=EMOJI * 300, message=EMOJI * 3_000, hint=EMOJI * 3_000, staff="s" * 100) for n in range(10_000)
    ],
    "huge staff part": [record(n, staff="s" * 30_000, name="n" * 300) for n in range(100)],
    "emoji in the staff part": [record(n, staff=EMOJI * 30_000) for n in range(30)],
    "emoji in messages": [record(n, message=EMOJI * 5_000, hint=EMOJI * 5_000) for n in range(100)],
    "tables": [record(n, details=DETAILS) for n in range(60)],
    "one test": [record(0, details=DETAILS, staff=EMOJI * 30_000, title=EMOJI * 500, message=EMOJI * 5_000)],
    "control characters": [record(n, staff="\0" * 30_000, message="\ud800" * 5_000) for n in range(50)],
    "no room for any test": [record(n, title=EMOJI * 300, id=EMOJI * 300) for n in range(3_000)],
}


@pytest.mark.parametrize("case", CASES)
def test_no_report_is_longer_than_the_limit(case: str) -> None:
    records = CASES[case]
    verdict = {"tests": records, "seed": 1, "style": [FINDING] * 200}
    report = make_report(RUN, verdict, Style(weight=0.5, points_off=0.001))
    data = report.model_dump(mode="json")
    assert MAX_BYTES == LIMIT and len(json.dumps(data)) <= LIMIT
    assert len(report.model_dump_json()) <= LIMIT
    share = sum(each["earned"] for each in records) / (2.0 * len(records))
    assert (report.points, report.max_points) == (share * 2.0 * len(records), 2.0 * len(records))
    assert report.score == pytest.approx(0.5 * share + 0.5 * 0.8)
    assert len(report.tests) + report.tests_left_out == len(records)
    assert report.style is not None and len(report.style.findings) + report.style.more == 200
    assert len(report.tests) > 0
    jsonschema.validate(data, json.loads(Path(SCHEMA_PATH).read_text()))


def test_tests_that_did_not_pass_are_kept_first_and_in_order() -> None:
    records = CASES["ten thousand tests with long titles"]
    report = make_report(RUN, {"tests": records, "seed": None, "style": None})
    assert report.tests_left_out > 5_000
    assert {test.outcome for test in report.tests} == {"failed"}
    ids = [test.id for test in report.tests]
    assert ids == sorted(ids) and set(report.staff.tests) == set(ids)


def test_what_has_room_is_left_as_it_is() -> None:
    report = make_report(RUN, {"tests": [record(0), record(1)], "seed": None, "style": None})
    assert capped(report) is report


def test_staff_texts_go_before_anything_of_the_learners() -> None:
    records = [record(n, staff="s" * 20_000, message="m" * 1_000, title="T" * 50) for n in range(50)]
    report = make_report(RUN, {"tests": records, "seed": None, "style": None})
    assert all(len(test.message) == 1_000 and len(test.title) == 50 for test in report.tests)
    assert {len(test.text) for test in report.staff.tests.values()} == {1_000}


def test_the_fault_of_an_internal_error_is_short_enough() -> None:
    report: Report = internal_error(EMOJI * 1_000_000)
    assert len(json.dumps(report.model_dump(mode="json"))) <= LIMIT
