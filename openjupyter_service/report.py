"""The report of a grading: what learners and staff read, and the only shape in which results are stored.

Texts come from learners' code and from tests: whatever enters a report is made harmless and cut here, in one place.
`report.schema.json` is the JSON schema of a report; `python -m openjupyter_service.report` writes it anew.
"""

import json
import unicodedata
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, field_validator

SCHEMA_PATH = Path(__file__).with_name("report.schema.json")

_JOINERS = "\u200c\u200d"
"""Invisible, but part of honest words and emoji."""


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
    PARTIAL = "partial"
    FAILED = "failed"
    ERROR = "error"
    TIME_LIMIT = "time limit"
    MEMORY_LIMIT = "memory limit"
    CRASHED = "crashed"
    NOT_RUN = "not run"


def harmless(text: str, limit: int) -> str:
    """A text in at most `limit` characters, in which what cannot be seen is written out: control characters (but tab
    and newline), marks that turn the direction of a line, halves of surrogate pairs."""
    text = text[:limit] if text.isprintable() else _written_out(text[: limit + 1])
    return text[:limit]


def _written_out(text: str) -> str:
    text = text.replace("\r\n", "\n")
    return "".join(each if _is_harmless(each) else each.encode("unicode_escape").decode("ascii") for each in text)


def _is_harmless(character: str) -> bool:
    if character.isprintable() or character in "\n\t" or character in _JOINERS:
        return True
    return unicodedata.category(character) == "Zs"


def _cleaner(limit: int) -> BeforeValidator:
    return BeforeValidator(lambda value: harmless(value, limit) if isinstance(value, str) else value)


Word = Annotated[str, _cleaner(100), Field(max_length=100)]
Cell = Annotated[str, _cleaner(100), Field(max_length=100)]
Line = Annotated[str, _cleaner(300), Field(max_length=300)]
Paragraph = Annotated[str, _cleaner(2_000), Field(max_length=2_000)]
Log = Annotated[str, _cleaner(10_000), Field(max_length=10_000)]
Count = Annotated[int, Field(ge=0, le=10**9)]
Amount = Annotated[float, Field(ge=0, allow_inf_nan=False)]
Share = Annotated[float, Field(ge=0, le=1, allow_inf_nan=False)]


class _Part(BaseModel):
    # Reports that a newer version stored can be read; the schema is strict all the same.
    model_config = ConfigDict(
        frozen=True,
        extra="ignore",
        json_schema_extra={"additionalProperties": False},
        json_schema_serialization_defaults_required=True,
    )


class Place(_Part):
    """Where in the learner's work: a line of a code cell (`cell` counts all cells from 0, `number` code cells from 1),
    or of a file beside the notebook."""

    cell: Count | None = None
    number: Count | None = None
    file: Line | None = None
    line: Count


class TableCell(_Part):
    """One value beside the expected one; a value that is not there is the empty text."""

    got: Cell
    expected: Cell
    same: bool


class TableRow(_Part):
    """One row of the differences."""

    label: Cell
    cells: Annotated[list[TableCell], Field(max_length=12)]


class Table(_Part):
    """Differences between a learner's value and the expected one; `more` rows were left out."""

    columns: Annotated[list[Cell], Field(max_length=12)]
    rows: Annotated[list[TableRow], Field(max_length=20)]
    more: Count = 0


class Details(_Part):
    """What the exercise's reveal policy lets learners read about a test: its calls, and what it expected."""

    called: Paragraph | None = None
    returned: Paragraph | None = None
    raised: Paragraph | None = None
    printed: Paragraph | None = None
    changed: Paragraph | None = None
    expected: Paragraph | None = None
    compared: Paragraph | None = None
    table: Table | None = None


class TestResult(_Part):
    """One hidden test as its learner sees it; points in the exercise's points, seconds of wall clock."""

    __test__ = False

    id: Word = ""
    title: Line
    outcome: Outcome
    points: Amount
    max_points: Amount
    message: Paragraph = ""
    hint: Paragraph = ""
    seconds: Amount = 0.0
    place: Place | None = None
    details: Details | None = None


class FailingCell(_Part):
    """The first cell that failed: `cell` counts all cells from 0, `number` counts code cells from 1."""

    cell: Count
    number: Count
    cell_id: Word
    line: Count | None
    error: Word
    message: Paragraph


class Finding(_Part):
    """One finding of the style check; line and column count from 1."""

    cell: Count
    number: Count
    cell_id: Word
    line: Count
    column: Count
    code: Word
    message: Line


class Style(_Part):
    """The style check: its own score 0..1, its weight in the whole score, findings, and how many more there are."""

    score: Share
    weight: Share
    findings: Annotated[list[Finding], Field(max_length=50)] = []
    more: Count = 0


class Usage(_Part):
    """What the submission used: seconds of wall clock, of processor, and peak memory of its container in bytes."""

    notebook_seconds: Amount = 0.0
    tests_seconds: Amount = 0.0
    cpu_seconds: Amount | None = None
    peak_memory_bytes: Annotated[int, Field(ge=0)] | None = None


class StaffTest(_Part):
    """What only staff may see of a test; a test that is not `sealed` ran in the learner's kernel."""

    name: Line
    sealed: bool = True
    text: Annotated[str, _cleaner(20_000), Field(max_length=20_000)] = ""


class Staff(_Part):
    """What only staff may see: tests with tracebacks and values by id, the notebook's traceback, faults of ours."""

    tests: dict[str, StaffTest] = {}
    traceback: Log = ""
    fault: Log = ""

    @field_validator("tests", mode="before")
    @classmethod
    def _texts_by_name(cls, tests: Any) -> Any:
        """Reports stored by the first version have a text for each name."""
        if not isinstance(tests, dict):
            return tests
        return {name: {"name": name, "text": each} if isinstance(each, str) else each for name, each in tests.items()}


class Report(_Part):
    """The whole report; `score` is 0..1, and None when there is no verdict (internal error).

    Points are those of all tests, also of the `tests_left_out` for which there was no room. `seed` is what made the
    inputs of tests that draw them at random, None when no test does.
    """

    status: Status
    score: Share | None
    points: Amount
    max_points: Amount
    tests: list[TestResult] = []
    failing_cell: FailingCell | None = None
    style: Style | None = None
    usage: Usage = Usage()
    seed: Annotated[int, Field(ge=0, lt=2**64)] | None = None
    tests_left_out: Count = 0
    staff: Staff = Staff()

    def for_learner(self) -> dict[str, Any]:
        """The report as JSON data without the staff part."""
        return self.model_dump(mode="json", exclude={"staff"})


def internal_error(fault: str) -> Report:
    """The report of a grading that failed for no reason of the learner's; it carries no score."""
    return Report(status=Status.INTERNAL_ERROR, score=None, points=0, max_points=0, staff=Staff(fault=fault))


def schema_text() -> str:
    """The JSON schema of a report, as report.schema.json holds it; without the staff part it is a learner's report."""
    schema = Report.model_json_schema(mode="serialization")
    schema["required"].remove("staff")
    head = {"$schema": "https://json-schema.org/draft/2020-12/schema"}
    return json.dumps(head | schema, indent=2) + "\n"


if __name__ == "__main__":
    SCHEMA_PATH.write_text(schema_text())
