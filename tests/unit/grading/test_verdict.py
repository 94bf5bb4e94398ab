"""Reports: from what the two containers say to a status, a score, and a staff part that learners never get."""

import json
import math
from typing import Any

import pytest

from openjupyter_service.errors import SandboxError
from openjupyter_service.exercises.file import Style
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
        "id": f"{outcome}-{points}",
        "name": f"test_a.py::test_{outcome}_{points}",
        "title": "A title",
        "points": points,
        "earned": points if outcome == "passed" else 0.0,
        "hint": "A hint",
        "outcome": outcome,
        "message": "" if outcome == "passed" else "Words.",
        "seconds": 0.12345,
        "staff": "" if outcome == "passed" else "assert 1 == SECRET",
        "sealed": True,
        "place": None,
        "details": None,
    } | changes


def verdict(*records: dict[str, Any], **changes: Any) -> dict[str, Any]:
    return {"tests": list(records), "seed": None, "style": None} | changes


def finding(**changes: Any) -> dict[str, Any]:
    place = {"cell": 3, "number": 2, "cell_id": "abc", "line": 4, "column": 1}
    return place | {"code": "E711", "message": "Comparison to None"} | changes


def test_a_report_tells_all_to_staff_and_the_rest_to_learners() -> None:
    report = make_report(RUN | {"failure": FAILURE, "status": "runtime error"}, verdict(record(), record("failed", 3)))
    assert (report.score, report.points, report.max_points) == (0.25, 1, 4)
    passed, failed = report.tests
    assert (passed.outcome, passed.hint, passed.message) == (Outcome.PASSED, "", "")
    assert (failed.outcome, failed.hint, failed.points, failed.max_points) == (Outcome.FAILED, "A hint", 0, 3)
    assert failed.seconds == 0.1
    assert report.usage.model_dump() == {
        "notebook_seconds": 1.5,
        "tests_seconds": 0.0,
        "cpu_seconds": None,
        "peak_memory_bytes": 100_000_000,
    }
    assert report.staff.tests["failed-3"].model_dump() == {
        "name": "test_a.py::test_failed_3",
        "sealed": True,
        "text": "assert 1 == SECRET",
    }
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
        ("ran", ["passed", "partial"], Status.WRONG),
        ("runtime error", ["passed"], Status.CORRECT),
        ("syntax error", ["passed"], Status.CORRECT),
        ("runtime error", ["passed", "failed"], Status.RUNTIME_ERROR),
        ("runtime error", ["time limit"], Status.RUNTIME_ERROR),
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
        {"tests": None},
        {"tests": []},
        {"tests": [1]},
        {"tests": [{}]},
        {"tests": [record(outcome="splendid")]},
        {"tests": [record(points="many", earned=1)]},
        {"tests": [record(points=0.0)]},
        {"tests": [record(earned=1.5)]},
        {"tests": [record(earned=-1.0)]},
        {"tests": [record(earned=math.nan)]},
        {"tests": [record(points=math.inf, earned=1.0)]},
        {"tests": [record(points=math.nan, earned=1.0)]},
        {"tests": [{**record(), "seconds": "x"}]},
        {"tests": [record(title=3)]},
        {"tests": [record(place={"cell": "x"})]},
        {"tests": [record(place=[1])]},
        {"tests": [record(details={"called": 3})]},
        {"tests": [record(details={"table": {"columns": [], "rows": [{}] * 21}})]},
        {"style": {}},
        {"style": [1]},
        {"style": [finding(line="x")]},
        {"seed": "x"},
        {"seed": -1},
    ],
    ids=lambda changes: str(changes)[:40],
)
def test_a_verdict_that_is_none_is_a_fault(changes: dict[str, Any]) -> None:
    with pytest.raises(SandboxError, match="malformed result"):
        make_report(RUN, verdict(record()) | changes)


@pytest.mark.parametrize("missing", ["tests"])
def test_a_verdict_with_a_part_missing_is_a_fault(missing: str) -> None:
    with pytest.raises(SandboxError, match="malformed result"):
        make_report(RUN, {key: value for key, value in verdict(record()).items() if key != missing})


@pytest.mark.parametrize(
    "missing", ["id", "name", "title", "points", "earned", "outcome", "message", "staff", "seconds"]
)
def test_a_record_with_a_part_missing_is_a_fault(missing: str) -> None:
    half = {key: value for key, value in record().items() if key != missing}
    with pytest.raises(SandboxError, match="malformed result"):
        make_report(RUN, verdict(record(), half))


def test_parts_of_points_add_up_to_the_whole() -> None:
    report = make_report(RUN, verdict(*[record(points=0.1, earned=0.1) for _ in range(10)]))
    assert (report.score, report.points, report.max_points) == (1.0, 1.0, 1.0)
    third = make_report(RUN, verdict(record("partial", 3, earned=1.0), record("failed", 1)))
    assert (third.score, third.points, third.tests[0].points) == (0.25, 1.0, 1.0)
    assert third.tests[0].hint == "A hint"


def test_style_counts_as_much_as_the_exercise_says() -> None:
    rules = Style(weight=0.2, points_off=0.25)
    two = make_report(RUN, verdict(record(), record("failed"), style=[finding(), finding(line=9)]), rules)
    assert two.score == pytest.approx(0.8 * 0.5 + 0.2 * 0.5)
    assert two.style is not None
    assert (two.style.score, two.style.weight, two.style.more) == (0.5, 0.2, 0)
    assert two.style.findings[1].model_dump() == finding(line=9)
    many = make_report(RUN, verdict(record(), style=[finding()] * 60), rules)
    assert many.style is not None and (many.style.score, len(many.style.findings), many.style.more) == (0.0, 50, 10)
    assert (many.score, many.status) == (pytest.approx(0.8), Status.CORRECT)


def test_without_a_check_of_style_tests_alone_count() -> None:
    report = make_report(RUN, verdict(record(), style=None), Style(weight=0.9))
    assert (report.style, report.score) == (None, 1.0)
    assert make_report(RUN, verdict(record(), style=[])).score == 1.0


def test_what_the_judge_tells_of_a_test_comes_through() -> None:
    details = {"called": "f(1)", "returned": "2", "expected": "3", "table": None}
    told = record("failed", place={"cell": 4, "number": 3, "line": 2}, details=details, sealed=False)
    report = make_report(RUN | {"cpu_seconds": 1.25}, verdict(told, seed=77), tests_seconds=0.5)
    (test,) = report.tests
    assert test.place is not None and test.place.model_dump() == {"cell": 4, "number": 3, "file": None, "line": 2}
    assert test.details is not None and (test.details.called, test.details.printed) == ("f(1)", None)
    assert report.staff.tests[test.id].sealed is False
    assert (report.seed, report.usage.tests_seconds, report.usage.cpu_seconds) == (77, 0.5, 1.25)


def test_texts_of_learners_are_made_harmless() -> None:
    details = {"printed": "a\x1b[31mb\u202ec\ud800d\te\n👩\u200d🔬", "called": "x" * 9_000}
    (test,) = make_report(RUN, verdict(record("failed", details=details, title="\0"))).tests
    assert test.details is not None and test.details.called is not None
    assert test.details.printed == "a\\x1b[31mb\\u202ec\\ud800d\te\n👩\u200d🔬"
    assert len(test.details.called) == 2_000 and test.title == "\\x00"
    test.model_dump_json()
