"""Put a report together: the notebook's run as the sandbox tells it, tests and style as the judge found them."""

import math
from typing import Any

from pydantic import ValidationError

from openjupyter.wire.frames import Frame
from openjupyter_service.errors import SandboxError
from openjupyter_service.exercises.file import Style as Rules
from openjupyter_service.grading.capped import capped
from openjupyter_service.report import (
    Details,
    FailingCell,
    Finding,
    Outcome,
    Place,
    Report,
    Staff,
    StaffTest,
    Status,
    Style,
    TestResult,
    Usage,
)

MAX_FINDINGS = 50
NO_STYLE = Rules()
"""Style that counts for nothing."""

_ALL = 1 - 1e-9
"""Sums of parts such as 0.1 may miss the whole by a little."""
_LIMITS = {Outcome.TIME_LIMIT: Status.TIME_LIMIT, Outcome.MEMORY_LIMIT: Status.MEMORY_LIMIT}


def make_report(run: Frame, verdict: Frame, style: Rules = NO_STYLE, tests_seconds: float = 0.0) -> Report:
    """The report of one grading, never longer than `capped` allows.

    Args:
        run: the agent's account of the notebook's run
        verdict: the judge's records
        style: what style counts for in this exercise
        tests_seconds: wall clock of all tests

    Raises:
        SandboxError: a container sent something that is none
    """
    try:
        tests = [_test(record) for record in verdict["tests"]]
        points, max_points = (math.fsum(each) for each in ((t.points for t in tests), (t.max_points for t in tests)))
        if not 0 < max_points < math.inf:
            raise ValueError("tests without points")
        share = points / max_points if points / max_points < _ALL else 1.0
        found = _style(verdict.get("style"), style)
        return capped(
            Report(
                status=_status(run, tests, share),
                score=share if found is None else (1 - found.weight) * share + found.weight * found.score,
                points=points if share < 1 else max_points,
                max_points=max_points,
                tests=tests,
                failing_cell=_failing_cell(run.get("failure")),
                style=found,
                usage=_usage(run, tests_seconds),
                seed=verdict.get("seed"),
                staff=_staff(run, verdict["tests"]),
            )
        )
    except (ValidationError, KeyError, TypeError, ValueError, AttributeError, OverflowError) as error:
        raise SandboxError(f"a grading container sent a malformed result: {str(error)[:2_000]}") from None


def _test(record: dict[str, Any]) -> TestResult:
    if record["earned"] > record["points"]:
        raise ValueError("a test that earned more than its points")
    passed = record["outcome"] == Outcome.PASSED
    details, place = record.get("details"), record.get("place")
    return TestResult(
        id=record["id"],
        title=record["title"],
        outcome=record["outcome"],
        points=record["earned"],
        max_points=record["points"],
        message=record["message"],
        hint="" if passed else record["hint"],
        # Coarse, or learner code could tell a test's input by how long it sleeps.
        seconds=round(float(record["seconds"]), 1),
        place=None if place is None else Place.model_validate(place),
        details=None if details is None else Details.model_validate(details),
    )


def _status(run: Frame, tests: list[TestResult], share: float) -> Status:
    """Full points are correct, whatever else a notebook holds that came to its end. Else a cell that failed or was
    stopped decides; then a test that ran into a limit; then it is wrong. Style never changes it."""
    status = Status.CORRECT if run["status"] == "ran" else Status(run["status"])
    if share == 1.0 and run["alive"] is True:
        return Status.CORRECT
    if status is not Status.CORRECT:
        return status
    outcomes = {test.outcome for test in tests}
    return next((limit for outcome, limit in _LIMITS.items() if outcome in outcomes), Status.WRONG)


def _style(findings: Any, rules: Rules) -> Style | None:
    """None when there was no check, or the notebook could not be read as Python."""
    if findings is None:
        return None
    if not isinstance(findings, list):
        raise ValueError("findings that are no list")
    return Style(
        score=max(0.0, 1 - rules.points_off * len(findings)),
        weight=rules.weight,
        findings=[Finding.model_validate(finding) for finding in findings[:MAX_FINDINGS]],
        more=max(0, len(findings) - MAX_FINDINGS),
    )


def _usage(run: Frame, tests_seconds: float) -> Usage:
    return Usage(
        notebook_seconds=round(float(run["seconds"]), 3),
        tests_seconds=round(tests_seconds, 1),
        cpu_seconds=run.get("cpu_seconds"),
        peak_memory_bytes=run["peak_memory_bytes"],
    )


def _failing_cell(failure: Any) -> FailingCell | None:
    return None if failure is None else FailingCell.model_validate(failure)


def _staff(run: Frame, records: list[dict[str, Any]]) -> Staff:
    """A text for each test that did not pass, and a word about each that was not sealed."""
    tests = {
        record["id"]: StaffTest(name=record["name"], sealed=record.get("sealed", True), text=record["staff"])
        for record in records
    }
    failure = run.get("failure") or {}
    return Staff(tests=tests, traceback=str(failure.get("traceback") or "")[:20_000])
