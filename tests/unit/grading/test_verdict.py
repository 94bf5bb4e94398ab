"""Reports: from what the two containers say to a status, a score, and a staff part that learners never get."""

import json
import math
from typing import Any

import pytest

from openjupyter_service.errors import SandboxError
from openjupyter_service.grading.verdict import make_report
from openjupyter_service.report import Outcome, Status

RUN: dict[str, Any] = {
    "status": "ran",
    "failure": None,
    "seconds": 1.5,
    "alive": True,
    "peak_memory_bytes": 100_000_000,
}
FAILURE: dict[str, Any] = {
    "cell": 3,
    "number": 2,
    "cell_id": "abc",
    "line": 4,
    "error": "ValueError",
    "message": "no",
    "traceback": "all of it",
}


def record(outcome: str = "passed", points: float = 1.0, **changes: Any) -> dict[str, Any]:
    return {
        "name": f"test_a.py::test_{outcome}_{points}",
        "title": "A title",
        "points": points,
        "earned": points if outcome == "passed" else 0.0,
        "hint": "A hint",
        "outcome": outcome,
        "message": "" if outcome == "passed" else "Words.",
        "seconds": 0.12345,
        "staff": "" if outcome == "passed" else "assert 1 == SECRET",
    } | changes


def verdict(*records: dict[str, Any], **changes: Any) -> dict[str, Any]:
    points, most = sum(each["earned"] for each in records), sum(each["points"] for each in records)
    return {"tests": list(records), "points": points, "max_points": most, "score": points / most} | changes


def test_a_report_tells_all_to_staff_and_the_rest_to_learners() -> None:
    report = make_report(RUN | {"failure": FAILURE, "status": "runtime error"}, verdict(record(), record("failed", 3)))
    assert (report.score, report.points, report.max_points) == (0.25, 1, 4)
    passed, failed = report.tests
    assert (passed.outcome, passed.hint, passed.message) == (Outcome.PASSED, "", "")
    assert (failed.outcome, failed.hint, failed.points, failed.max_points) == (Outcome.FAILED, "A hint", 0, 3)
    assert failed.seconds == 0.123
    assert report.usage.model_dump() == {"notebook_seconds": 1.5, "peak_memory_bytes": 100_000_000}
    assert report.staff.tests == {"test_a.py::test_failed_3": "assert 1 == SECRET"}
    assert report.staff.traceback == "all of it"
    shown = json.dumps(report.for_learner())
    assert "SECRET" not in shown and "all of it" not in shown and "test_a.py" not in shown


@pytest.mark.parametrize(
    ("run", "outcomes", "status"),
    [
        ("ran", ["passed"], Status.CORRECT),
        ("ran", ["passed", "failed"], Status.WRONG),
        ("ran", ["error"], Status.WRONG),
        ("ran", ["crashed"], Status.WRONG),
        ("ran", ["failed", "time limit"], Status.TIME_LIMIT),
        ("ran", ["memory limit", "passed"], Status.MEMORY_LIMIT),
        ("ran", ["memory limit", "time limit"], Status.TIME_LIMIT),
        ("runtime error", ["passed"], Status.RUNTIME_ERROR),
        ("syntax error", ["time limit"], Status.SYNTAX_ERROR),
        ("time limit", ["not run"], Status.TIME_LIMIT),
        ("memory limit", ["not run"], Status.MEMORY_LIMIT),
        ("output limit", ["not run"], Status.OUTPUT_LIMIT),
    ],
)
def test_status(run: str, outcomes: list[str], status: Status) -> None:
    report = make_report(RUN | {"status": run}, verdict(*[record(outcome) for outcome in outcomes]))
    assert report.status is status


def test_a_test_that_was_skipped_costs_nothing() -> None:
    skipped = record("not run", points=0.0)
    assert make_report(RUN, verdict(record(), skipped)).status is Status.CORRECT


def test_texts_of_a_failing_cell_are_cut() -> None:
    failure = FAILURE | {"error": "E" * 1_000, "message": "m" * 5_000, "traceback": "t" * 50_000}
    report = make_report(RUN | {"failure": failure}, verdict(record()))
    assert report.failing_cell is not None
    assert (len(report.failing_cell.error), len(report.failing_cell.message)) == (100, 2_000)
    assert len(report.staff.traceback) == 10_000


@pytest.mark.parametrize(
    "run",
    [
        {},
        RUN | {"status": "excellent"},
        RUN | {"status": None},
        RUN | {"status": ["ran"]},
        RUN | {"seconds": "long"},
        RUN | {"failure": {"cell": "x"}},
        RUN | {"failure": {**FAILURE, "line": "x"}},
        RUN | {"peak_memory_bytes": "much"},
        {key: value for key, value in RUN.items() if key != "seconds"},
    ],
    ids=str,
)
def test_a_run_that_is_none_is_the_sandboxs_fault(run: dict[str, Any]) -> None:
    with pytest.raises(SandboxError, match="malformed result"):
        make_report(run, verdict(record()))


@pytest.mark.parametrize(
    "changes",
    [
        {"score": 1.01},
        {"score": -0.01},
        {"score": math.nan},
        {"score": math.inf},
        {"score": "much"},
        {"score": None},
        {"points": None},
        {"points": "x"},
        {"tests": None},
        {"tests": [1]},
        {"tests": [{}]},
        {"tests": [record(outcome="splendid")]},
        {"tests": [record(points="many", earned=1)]},
        {"tests": [{**record(), "seconds": "x"}]},
    ],
    ids=lambda changes: str(changes)[:40],
)
def test_a_verdict_that_is_none_is_a_fault(changes: dict[str, Any]) -> None:
    with pytest.raises(SandboxError, match="malformed result"):
        make_report(RUN, verdict(record()) | changes)


@pytest.mark.parametrize("missing", ["tests", "points", "max_points", "score"])
def test_a_verdict_with_a_part_missing_is_a_fault(missing: str) -> None:
    with pytest.raises(SandboxError, match="malformed result"):
        make_report(RUN, {key: value for key, value in verdict(record()).items() if key != missing})
