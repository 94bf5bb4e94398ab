"""Figures as rows, as tables of a page, and as the engine's counters give them."""

from pathlib import Path

import pytest

from openjupyter_service.report import Report
from tests.benchmarks import page
from tests.benchmarks.counters import Counters, as_counters
from tests.benchmarks.figures import Figure
from tests.benchmarks.messy import KEPT, as_result
from tests.benchmarks.peers.result import Result
from tests.pages import PAGES


def test_a_figure_as_a_row() -> None:
    assert Figure("start", 0.25, "s", 2.0, "nbgrader").as_row() == ("start", "0.250 s", "2.00 s", "0.12", "nbgrader")
    assert Figure("part", 1.239, "s").as_row() == ("part", "1.24 s", "", "", "")
    assert Figure("memory", 171.69, "MB", 0.0, "none").as_row() == ("memory", "171.7 MB", "0 MB", "", "none")
    assert Figure("calls", 12_345.6, "calls/s").as_row()[1] == "12346 calls/s"
    noted = Figure("x", 1.0, "score", 0.5, "otter", note="", baseline_note="mean, greet")
    assert noted.as_row()[1:3] == ("1.00 score", "0.500 score (mean, greet)")


def test_figures_as_json_have_their_ratio() -> None:
    told = Figure("start", 1.0, "s", 4.0, "nbgrader").as_json()
    assert (told["value"], told["baseline"], told["ratio"]) == (1.0, 4.0, 0.25)
    assert Figure("start", 1.0, "s").as_json()["ratio"] is None


def test_figures_take_the_place_of_older_ones(tmp_path: Path) -> None:
    path = tmp_path / "page.md"
    path.write_text("A\n\n<!-- measured: pair -->\nold\n<!-- end of pair -->\n\nB\n")
    figures = [Figure("warm", 3.0, "MB", 6.0, "a|b"), Figure("  part", 1.0, "MB")]
    for _ in range(2):
        page.write(path, "pair", figures)
        assert path.read_text().split("\n") == [
            "A",
            "",
            "<!-- measured: pair -->",
            "",
            "| figure | value | baseline | ratio | baseline is |",
            "|---|---|---|---|---|",
            "| warm | 3.00 MB | 6.00 MB | 0.50 | a\\|b |",
            "| – part | 1.00 MB |  |  |  |",
            "",
            "<!-- end of pair -->",
            "",
            "B",
            "",
        ]
    with pytest.raises(ValueError, match="calls"):
        page.write(path, "calls", figures)


def test_tools_stand_side_by_side() -> None:
    figures = [
        Figure("adds-cells", 1.0, "score", 1.0, "nbgrader"),
        Figure("adds-cells", 1.0, "score", 0.8123, "otter", baseline_note="greet"),
        Figure(KEPT, 1.0, "of 1", 1.0, "nbgrader"),
        Figure(KEPT, 1.0, "of 1", 0.0, "otter"),
    ]
    assert page.side_by_side(figures) == [
        "| notebook | OpenJupyter | nbgrader | otter |",
        "|---|---|---|---|",
        "| adds-cells | 1 | 1 | 0.81 (greet) |",
        f"| {KEPT} | 1 of 1 | 1 of 1 | 0 of 1 |",
    ]


def test_the_page_has_a_place_for_every_benchmark() -> None:
    from tests.benchmarks.__main__ import ALONE, WITH_SITE

    text = PAGES["docs/performance.md"]
    for name in (*ALONE, *WITH_SITE):
        assert f"<!-- measured: {name} -->" in text and f"<!-- end of {name} -->" in text, name
        assert f"`deploy/bench {name}" in text or f" {name}" in text.partition("## Measure it")[2][:2_000], name


@pytest.mark.parametrize(
    "detail",
    [
        {"total_rss": 2**20, "total_inactive_file": 2**21, "rss": 0, "inactive_file": 0},
        {"anon": 2**20, "inactive_file": 2**21},
    ],
)
def test_counters_of_both_versions_of_cgroups(detail: dict[str, int]) -> None:
    stats = {"memory_stats": {"usage": 2**22, "stats": detail}, "cpu_stats": {"cpu_usage": {"total_usage": 1.5e9}}}
    assert as_counters(stats) == Counters(processor=1.5, anonymous=1.0, shown=2.0)


def test_a_container_that_has_ended_has_no_counters() -> None:
    with pytest.raises(KeyError):
        as_counters({"memory_stats": {}, "cpu_stats": {"cpu_usage": {"total_usage": 0}}})


def test_a_report_without_a_score_is_a_zero() -> None:
    empty = Report.model_validate(
        {"status": "internal error", "score": None, "points": 0, "max_points": 0, "tests": [], "failing_cell": None}
    )
    assert as_result(empty) == Result(0.0, "internal error")
