"""The report as text and as HTML: the same facts in both, and no text of anybody's becomes markup."""

import re
from html import unescape
from html.parser import HTMLParser
from typing import Any

import pytest

from openjupyter.client.outlook import passback_sentences
from openjupyter.client.render import report_html, report_text

NASTY = "<script>alert(1)</script> & \"quotes\" 'single' <img src=x onerror=alert(1)> ]]> &lt;"


def submission(**changes: Any) -> dict[str, Any]:
    report = {
        "status": "wrong",
        "score": 0.5,
        "points": 1.5,
        "max_points": 3.0,
        "failing_cell": None,
        "tests": [
            {"title": "First", "outcome": "passed", "points": 1.5, "max_points": 1.5, "message": "", "hint": ""},
            {
                "title": "Second",
                "outcome": "failed",
                "points": 0.0,
                "max_points": 1.5,
                "message": "`mean(...)` did not give what this test expects.",
                "hint": "Empty lists?",
            },
        ],
    }
    passback = {"platform": "moodle", "context_title": "Data science", "state": "sent", "score": 0.5, "sent_at": 3661.0}
    return {"report": report | changes.pop("report", {}), "passbacks": [passback]} | changes


class Parsed(HTMLParser):
    """Tags, attributes and visible text of HTML; fails on tags that are not closed."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.attributes: list[tuple[str, str | None]] = []
        self.text = ""
        self._open: list[str] = []
        self.feed(html)
        self.close()
        assert self._open == []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.attributes += attrs
        if tag != "br":
            self._open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self._open.pop() == tag

    def handle_data(self, data: str) -> None:
        self.text += data + " "


HEADS = {"Passed.", "Test", "Points", "What", "happened", "Tests", "of", "this", "exercise"}

NASTY_DETAILS = {
    **dict.fromkeys(
        ("called", "returned", "raised", "printed", "changed", "expected", "compared"), f"{NASTY}\n{NASTY}"
    ),
    "table": {
        "columns": [NASTY, NASTY],
        "rows": [
            {"label": NASTY, "cells": [{"got": NASTY, "expected": NASTY, "same": same}] * 2} for same in (True, False)
        ],
        "more": 3,
    },
}
DETAILS = {
    **{"called": "total({'tea': 2})", "returned": "'a b'", "raised": None, "printed": "one\ntwo\n", "changed": None},
    **{"expected": "[1, 4]", "compared": None},
    "table": {
        "columns": ["name", "n"],
        "rows": [
            {
                "label": "1",
                "cells": [
                    {"got": "x", "expected": "x", "same": True},
                    {"got": "3", "expected": "4", "same": False},
                ],
            },
            {
                "label": "2",
                "cells": [
                    {"got": "", "expected": "y", "same": False},
                    {"got": "5", "expected": "", "same": False},
                ],
            },
        ],
        "more": 7,
    },
}
FINDING = {
    **{"cell": 3, "number": 2, "cell_id": "c", "line": 4, "column": 1, "code": "F401"},
    "message": "`os` imported but unused",
}
WHOLE: dict[str, Any] = {
    "style": {"score": 0.8, "weight": 0.25, "findings": [FINDING, FINDING], "more": 5},
    "usage": {"notebook_seconds": 1.26, "tests_seconds": 0.34, "cpu_seconds": 1.0, "peak_memory_bytes": 130 * 2**20},
    "seed": 12345,
    "tests_left_out": 40,
    "tests": [
        {
            **{"title": "Half", "outcome": "partial", "points": 1.0, "max_points": 2.0, "message": "Sizes are right."},
            **{"hint": "Look again.", "details": DETAILS, "place": {"cell": 3, "number": 2, "line": 1}},
        },
        {
            **{"title": "Raised", "outcome": "error", "points": 0.0, "max_points": 1.0, "message": "No."},
            **{"hint": "", "details": {"called": "f()", "raised": "KeyError: 'a'", "table": None}, "place": None},
        },
    ],
}


def words(text: str) -> set[str]:
    return set(re.findall(r"[\w.:%/()]+", text)) - HEADS


EVERYWHERE_NASTY = submission(
    report={
        "status": NASTY,
        "failing_cell": {"number": 2, "line": 3, "error": NASTY, "message": NASTY},
        "tests": [
            {
                **{"title": NASTY, "outcome": outcome, "points": 0, "max_points": 1, "message": f"`{NASTY}`"},
                **{"hint": NASTY, "details": NASTY_DETAILS},
            }
            for outcome in ("passed", "partial", "failed", "error", "time limit", "not run", NASTY)
        ],
        "style": {
            **{"score": 0.5, "weight": 0.5, "more": 3},
            "findings": [{"number": 1, "line": 1, "message": f"`{NASTY}`", "code": NASTY}],
        },
    },
    passbacks=[
        {"platform": NASTY, "context_title": title, "state": state, "score": 0.5, "sent_at": 0.0}
        for title in (NASTY, "")
        for state in ("sent", "failed", "pending", NASTY)
    ],
)


def test_no_text_becomes_markup() -> None:
    plain, nasty = Parsed(report_html(submission(), "note")), Parsed(report_html(EVERYWHERE_NASTY, NASTY))
    assert set(nasty.tags) <= {*plain.tags, "div", "strong", "p", "table", "code", "em", "br", "ul", "li"}
    assert not {"script", "img"} & set(nasty.tags)
    assert {name for name, _ in nasty.attributes} <= {"class", "style", "scope", "aria-hidden", "lang"}
    assert not any("alert" in (value or "") for _, value in nasty.attributes)
    assert nasty.text.count("<script>alert(1)</script>") >= 20


def test_the_text_is_left_as_it_is() -> None:
    assert report_text(EVERYWHERE_NASTY, NASTY).count(NASTY) >= 20


def test_both_tell_the_same() -> None:
    for case in (
        submission(),
        submission(report=WHOLE),
        EVERYWHERE_NASTY,
        submission(report={"failing_cell": {"number": 2, "error": "E"}}),
    ):
        text, html = report_text(case, "A note."), Parsed(report_html(case, "A note.")).text
        text = text.replace("|", " ")
        if case is not EVERYWHERE_NASTY:
            assert words(text.replace("`", "")) == words(unescape(html)), case


def test_the_text_of_a_report() -> None:
    assert report_text(submission(), "Graded as last saved.").splitlines() == [
        "Graded as last saved.",
        "Some tests did not pass: 1.5 of 3 points (50%)",
        "✓ First  1.5 / 1.5",
        "✗ Second  0 / 1.5",
        "    Not passed. `mean(...)` did not give what this test expects.",
        "    Hint: Empty lists?",
        "Sent to Data science at 01:01:01 UTC: 50% (your best score so far).",
    ]


def test_names_of_code_are_shown_as_code() -> None:
    assert "<code>mean(...)</code> did not give" in report_html(submission())


def test_a_failing_cell_is_named() -> None:
    cell = {"number": 4, "line": 2, "error": "KeyError", "message": "'a'"}
    for status, headline in [
        ("runtime error", "A cell of your notebook ended with an error"),
        ("syntax error", "A cell of your notebook has a syntax error"),
    ]:
        text = report_text(submission(report={"status": status, "failing_cell": cell}))
        assert text.splitlines()[0].startswith(headline)
        assert "Code cell 4, line 2: KeyError: 'a'" in text
    text = report_text(submission(report={"status": "correct", "failing_cell": cell}))
    assert "Code cell 4, line 2: KeyError: 'a' (this costs no points)\n" in text
    stopped = {"number": 4, "line": None, "error": "time limit", "message": ""}
    assert "Code cell 4: time limit\n" in report_text(submission(report={"failing_cell": stopped}))


@pytest.mark.parametrize(
    "status",
    [
        *("correct", "wrong", "runtime error", "syntax error", "time limit", "memory limit", "output limit"),
        "internal error",
    ],
)
def test_every_status_has_words(status: str) -> None:
    from openjupyter_service.report import Status

    assert status in {each.value for each in Status}
    assert len({each.value for each in Status}) == 8
    first = report_text(submission(report={"status": status})).splitlines()[0]
    assert first[0].isupper() and not first.lower().startswith(status)


def test_an_internal_error_is_nobodys_fault_but_ours() -> None:
    case = submission(report={"status": "internal error", "score": None, "points": 0, "max_points": 0, "tests": []})
    text = report_text(case)
    assert text.splitlines() == [
        "Grading failed, and not through your fault.",
        "No score was sent. Please submit again; if it happens once more, tell your course team.",
    ]
    assert "<table" not in report_html(case)


def test_every_way_of_a_score_is_told() -> None:
    def said(*passbacks: dict[str, Any]) -> list[str]:
        return passback_sentences(submission(passbacks=list(passbacks)))

    base = {"platform": "moodle", "context_title": "", "score": 0.5, "sent_at": None}
    assert "No LMS waits for this score" in said()[0]
    assert said({**base, "state": "pending"}) == [
        "Your score (50%) is on its way to moodle; it is sent again until it arrives. You need not wait."
    ]
    assert said({**base, "state": "failed"}) == [
        "moodle does not take the score (50%). It is stored here; tell your course team."
    ]
    assert len(said({**base, "state": "pending"}, {**base, "state": "sent", "sent_at": 0.0})) == 2


def test_outcomes_are_told_without_colour_alone() -> None:
    html = report_html(submission())
    assert "aria-hidden='true'>✓</span>" in html and "Passed" in html
    assert "<th scope='col'" in html and "<th scope='row'" in html and "<caption" in html


def test_the_text_of_a_whole_report() -> None:
    assert report_text(submission(report=WHOLE)).splitlines()[1:-1] == [
        "◐ Half  1 / 2",
        "    Partly passed. Sizes are right.",
        "    Called: total({'tea': 2})",
        "    Returned: 'a b'",
        "    Printed:",
        "        one",
        "        two",
        "    Expected: [1, 4]",
        "    Your values and the expected ones:",
        "        | name | n",
        "        1 | x | yours 3, expected 4",
        "        2 | yours –, expected y | yours 5, expected –",
        "        7 more rows are not shown.",
        "    Hint: Look again.",
        "✗ Raised  0 / 1",
        "    Not passed. No.",
        "    Called: f()",
        "    Raised: KeyError: 'a'",
        "Style: 80%, 7 findings, of which the first 2 are listed. Style counts for 25% of the score.",
        "    Code cell 2, line 4: `os` imported but unused (F401)",
        "    Code cell 2, line 4: `os` imported but unused (F401)",
        "40 more tests are not listed here, for want of room; their points count.",
        "Some tests drew their inputs at random, with the seed 12345.",
        "Used: 1.3 s for your notebook, 0.3 s for the tests, 130 MB of memory.",
    ]


def test_differences_are_a_table_with_heads() -> None:
    html = report_html(submission(report=WHOLE))
    assert html.count("<table") == 2 and html.count("<caption") == 2
    assert "yours 3, expected 4" in html, "colour alone does not tell"
    for head in ("name", "n"):
        assert re.search(f"<th scope='col'[^>]*>{head}</th>", html)
    assert re.search("<th scope='row'[^>]*>2</th>", html)
    assert "<li>Code cell 2, line 4: <code>os</code> imported but unused (F401)</li>" in html


def test_style_that_does_not_count_says_so() -> None:
    for findings, words in ([], "nothing to improve"), ([FINDING], "1 finding"):
        style = {"score": 1.0, "weight": 0.0, "findings": findings, "more": 0}
        assert f"Style: {words}. Style does not count for the score." in report_text(
            submission(report={"style": style})
        )


def test_values_that_look_equal_are_explained() -> None:
    table = {
        "columns": ["a"],
        "rows": [{"label": "0", "cells": [{"got": "1", "expected": "1", "same": True}]}],
        "more": 0,
    }
    test = {**WHOLE["tests"][1], "details": {"table": table}}
    for shown in (report_text(submission(report={"tests": [test]})), report_html(submission(report={"tests": [test]}))):
        assert "the difference is in their types, names or order" in shown
