"""A report on a terminal: everything a learner may see of it, and nothing that a terminal would obey."""

import io
from typing import Any

import pytest
from rich.console import Console

from openjupyter_service.cli.report import plain, print_report
from openjupyter_service.report import (
    Details,
    Finding,
    Outcome,
    Place,
    Report,
    Status,
    Style,
    Table,
    TableCell,
    TableRow,
    TestResult,
    Usage,
    internal_error,
)


def printed(report: Report, width: int = 160) -> str:
    file = io.StringIO()
    print_report(Console(file=file, width=width, color_system=None), report.model_dump(mode="json"))
    return file.getvalue()


def a_test(**changes: Any) -> TestResult:
    values = {"id": "1", "title": "T", "outcome": Outcome.FAILED, "points": 0, "max_points": 2}
    return TestResult(**{**values, **changes})


def report(**changes: Any) -> Report:
    return Report(**{"status": Status.WRONG, "score": 0.25, "points": 1, "max_points": 4, **changes})


def test_tests_with_messages_hints_and_places() -> None:
    tests = [
        a_test(title="One", message="It went wrong.", hint="Think.", place=Place(cell=4, number=2, line=7)),
        a_test(title="Two", outcome=Outcome.PARTIAL, points=1, place=Place(file="helper.py", line=3)),
    ]
    text = printed(report(tests=tests, seed=17, tests_left_out=3))
    for words in (
        "wrong: 1 of 4 points, score 0.25", "One", "failed", "0/2", "It went wrong.", "Hint: Think.",
        "in code cell 2, line 7", "partial", "1/2", "in helper.py, line 3", "seed 17", "and 3 more tests",
    ):  # fmt: skip
        assert words in text


def test_details_and_differences() -> None:
    table = Table(
        columns=["a", "b"],
        rows=[
            TableRow(
                label="row 1",
                cells=[TableCell(got="1", expected="1", same=True), TableCell(got="2", expected="[3]", same=False)],
            )
        ],
        more=5,
    )
    details = Details(called="total({})", returned="4", printed="x", expected="5", table=table)
    text = printed(report(tests=[a_test(details=details)]))
    for words in ("called: total({})", "returned: 4", "printed: x", "expected: 5", "row 1", "2 → [3]", "and 5 more"):
        assert words in text
    assert "raised" not in text


def test_style_and_usage() -> None:
    finding = Finding(cell=3, number=2, cell_id="a", line=1, column=1, code="F401", message="`os` imported [unused]")
    usage = Usage(notebook_seconds=1.25, tests_seconds=0.5, cpu_seconds=0.75, peak_memory_bytes=50 * 2**20)
    text = printed(report(style=Style(score=0.9, weight=0.2, findings=[finding], more=4), usage=usage))
    for words in ("style: 0.9, counts 20%, 5 findings", "code cell 2, line 1: F401 `os` imported [unused]"):
        assert words in text
    for words in ("notebook 1.2 s", "tests 0.5 s", "processor 0.8 s", "memory 50 MB"):
        assert words in text
    assert "does not count" in printed(report(style=Style(score=1, weight=0)))


def test_without_a_score() -> None:
    assert "internal error: no score" in printed(internal_error("x"))


@pytest.mark.parametrize(
    ("text", "shown"), [("a\x1b[2Jb", "a\\x1b[2Jb"), ("ä\n\tö", "ä\n\tö"), ("\r", "\\x0d"), ("\u202e", "\\x202e")]
)
def test_control_characters_are_shown_not_obeyed(text: str, shown: str) -> None:
    assert plain(text) == shown
    assert "\x1b" not in printed(report(tests=[a_test(title=text, message=text)]))
