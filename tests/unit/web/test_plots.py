"""Plots and CSV: well made, and harmless whatever stands in them."""

from xml.etree import ElementTree

import pytest

from openjupyter_service.web import csv_export, plots
from openjupyter_service.web.csv_export import safe
from tests.unit.web.results_site import HOSTILE


def test_bars_have_heights_like_their_values_and_words_for_those_who_do_not_see_them() -> None:
    drawn = ElementTree.fromstring(plots.bars("scores", "A title", "What there is", ["a", "b", "c"], [0, 5, 10]))
    heights = [float(each.attrib["height"]) for each in drawn.iter("rect")]
    assert heights[0] == 0 and heights[2] == pytest.approx(2 * heights[1]) and heights[1] > 0
    assert drawn.attrib["role"] == "img" and drawn.attrib["aria-labelledby"] == "scores-title"
    assert [drawn.findtext(name) for name in ("title", "desc")] == ["A title", "What there is"]
    assert {text.text for text in drawn.iter("text")} == {"0", "5", "10", "a", "b", "c"}


def test_lines_go_through_their_values_and_have_names() -> None:
    series = [plots.Series("begun", [0, 5, 10]), plots.Series("solved", [0, 0, 10])]
    drawn = ElementTree.fromstring(plots.lines("p", "t", "d", ("first", "last"), series))
    begun, solved = [
        [tuple(map(float, point.split(","))) for point in each.attrib["points"].split()]
        for each in drawn.iter("polyline")
    ]
    assert begun[0][1] > begun[1][1] > begun[2][1] and solved[0] == begun[0] and solved[2] == begun[2]
    assert {"begun 10", "solved 10", "first", "last"} <= {text.text or "" for text in drawn.iter("text")}


@pytest.mark.parametrize("count", [0, 1, 2, 5000])
def test_lines_of_any_length_end_at_their_last_value(count: int) -> None:
    series = [plots.Series("a", list(range(count))), plots.Series("b", [0] * count)]
    drawn = ElementTree.fromstring(plots.lines("p", "t", "d", ("f", "l"), series))
    assert all(len(each.attrib["points"].split()) <= min(count, 500) for each in drawn.iter("polyline"))
    assert bool(count) == any(text.text == f"a {count - 1}" for text in drawn.iter("text"))


def test_no_bars_of_nothing() -> None:
    ElementTree.fromstring(plots.bars("scores", "t", "d", [], []))


def test_texts_in_plots_are_no_markup() -> None:
    drawn = plots.bars("a", HOSTILE, HOSTILE, [HOSTILE], [1])
    drawn += plots.lines("b", HOSTILE, HOSTILE, (HOSTILE, HOSTILE), [plots.Series(HOSTILE, [1, 2])])
    assert "<script" not in drawn and drawn.count("&lt;script") >= 7


@pytest.mark.parametrize(
    "text", ["=1+1", "+1", "-1", "@SUM(1)", "\t=1", "\r=1", "\n=1", "  =1", "\u00a0=1", "＝1", "=cmd|' /C calc'!A0"]
)
def test_formulas_become_text(text: str) -> None:
    assert safe(text) == f"'{text}"


@pytest.mark.parametrize("text", ["", "Ada", "a=1", "1-2", "'=1", "Öztürk, Ada", "12 of 12", "a@example"])
def test_other_texts_stay_as_they_are(text: str) -> None:
    assert safe(text) == text


def test_numbers_and_nothing() -> None:
    assert [safe(value) for value in (None, 0, 12, 0.5, -1.0, 1 / 3, 1e6)] == [
        "", "0", "12", "0.5", "-1", "0.3333333333", "1000000",
    ]  # fmt: skip


def test_lines_are_quoted_as_rfc_4180_wants_it() -> None:
    assert csv_export.lines([['a "b", c', "d\ne", 1.5, None]]) == b'"a ""b"", c","d\ne",1.5,\r\n'
    assert csv_export.lines([["\ud83d"]]) == b"?\r\n"
