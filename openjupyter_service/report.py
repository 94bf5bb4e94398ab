"""The report of a grading: what learners and staff read, and the only shape in which results are stored."""

from enum import StrEnum
from typing import Any

from pydantic import BaseModel, ConfigDict


class Status(StrEnum):
    """The verdict: a code, apart from all prose."""

    CORRECT = "correct"
    WRONG = "wrong"
    RUNTIME_ERROR = "runtime error"
    SYNTAX_ERROR = "syntax error"
    TIME_LIMIT = "time limit"
    MEMORY_LIMIT = "memory limit"
    OUTPUT_LIMIT = "output limit"
    INTERNAL_ERROR = "internal error"


class Outcome(StrEnum):
    """How one test ended. "error": the learner's code raised; "not run": there was no notebook left to test."""

    PASSED = "passed"
    FAILED = "failed"
    ERROR = "error"
    TIME_LIMIT = "time limit"
    MEMORY_LIMIT = "memory limit"
    CRASHED = "crashed"
    NOT_RUN = "not run"


class _Part(BaseModel):
    model_config = ConfigDict(frozen=True, extra="ignore")


class TestResult(_Part):
    """One hidden test as its learner sees it; points in the exercise's points, seconds of wall clock."""

    __test__ = False

    title: str
    outcome: Outcome
    points: float
    max_points: float
    message: str = ""
    hint: str = ""
    seconds: float = 0.0


class FailingCell(_Part):
    """The first cell that failed: `cell` counts all cells from 0, `number` counts code cells from 1."""

    cell: int
    number: int
    cell_id: str
    line: int | None
    error: str
    message: str


class Usage(_Part):
    """What the submission used: wall-clock seconds of the notebook, peak memory of its container in bytes."""

    notebook_seconds: float = 0.0
    peak_memory_bytes: int | None = None


class Staff(_Part):
    """What only staff may see: tracebacks with values, test names, faults of ours."""

    tests: dict[str, str] = {}
    traceback: str = ""
    fault: str = ""


class Report(_Part):
    """The whole report; `score` is 0..1, and None when there is no verdict (internal error)."""

    status: Status
    score: float | None
    points: float
    max_points: float
    tests: list[TestResult] = []
    failing_cell: FailingCell | None = None
    usage: Usage = Usage()
    staff: Staff = Staff()

    def for_learner(self) -> dict[str, Any]:
        """The report as JSON data without the staff part."""
        return self.model_dump(mode="json", exclude={"staff"})


def internal_error(fault: str) -> Report:
    """The report of a grading that failed for no reason of the learner's; it carries no score."""
    return Report(status=Status.INTERNAL_ERROR, score=None, points=0, max_points=0, staff=Staff(fault=fault))
