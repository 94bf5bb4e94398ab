"""Put a report together: the notebook's run as the sandbox tells it, points and score as the judge computed them."""

from typing import Any

from pydantic import ValidationError

from openjupyter.wire.frames import Frame
from openjupyter_service.errors import SandboxError
from openjupyter_service.report import FailingCell, Outcome, Report, Staff, Status, TestResult, Usage

MAX_REPORT_TEXT = 2_000

_LIMITS = {Outcome.TIME_LIMIT: Status.TIME_LIMIT, Outcome.MEMORY_LIMIT: Status.MEMORY_LIMIT}


def make_report(run: Frame, verdict: Frame) -> Report:
    """The report of one grading; SandboxError when a container sent something that is none."""
    try:
        tests = [_test(data) for data in verdict["tests"]]
        return Report(
            status=_status(run, tests),
            score=_score(verdict),
            points=verdict["points"],
            max_points=verdict["max_points"],
            tests=tests,
            failing_cell=_failing_cell(run.get("failure")),
            usage=Usage(notebook_seconds=run["seconds"], peak_memory_bytes=run["peak_memory_bytes"]),
            staff=Staff(
                tests={data["name"]: data["staff"] for data in verdict["tests"] if data["staff"]},
                traceback=str((run.get("failure") or {}).get("traceback", ""))[:10_000],
            ),
        )
    except (ValidationError, KeyError, TypeError, ValueError) as error:
        raise SandboxError(f"a grading container sent a malformed result: {error}") from None


def _test(data: dict[str, Any]) -> TestResult:
    passed = data["outcome"] == Outcome.PASSED
    return TestResult(
        title=data["title"],
        outcome=data["outcome"],
        points=data["earned"],
        max_points=data["points"],
        message=data["message"],
        hint="" if passed else data["hint"],
        seconds=round(data["seconds"], 3),
    )


def _status(run: Frame, tests: list[TestResult]) -> Status:
    """A cell that failed or was stopped decides; then a test that ran into a limit; then right or wrong."""
    if run["status"] != "ran":
        return Status(run["status"])
    outcomes = {test.outcome for test in tests}
    for outcome, status in _LIMITS.items():
        if outcome in outcomes:
            return status
    return Status.CORRECT if all(test.points == test.max_points for test in tests) else Status.WRONG


def _score(verdict: Frame) -> float:
    score = float(verdict["score"])
    if not 0.0 <= score <= 1.0:
        raise ValueError("a score outside 0..1")
    return score


def _failing_cell(failure: Any) -> FailingCell | None:
    if not isinstance(failure, dict):
        return None
    cell = FailingCell.model_validate(failure)
    return cell.model_copy(update={"error": cell.error[:100], "message": cell.message[:MAX_REPORT_TEXT]})
