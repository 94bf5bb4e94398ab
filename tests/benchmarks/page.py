"""Measured figures in a page of documentation: each benchmark has a table of its own between two marks.

The marks are `<!-- measured: NAME -->` and `<!-- end of NAME -->`. What stands between them is written anew.
"""

import re
from collections.abc import Iterable
from pathlib import Path

from tests.benchmarks.figures import Figure

PAGE = Path(__file__).resolve().parents[2] / "docs" / "performance.md"


def write(page: Path, name: str, figures: list[Figure]) -> None:
    """Put figures in the place of those that the page has now.

    Raises:
        ValueError: the page has no place for this benchmark
    """
    begin, end = f"<!-- measured: {name} -->", f"<!-- end of {name} -->"
    text = page.read_text(encoding="utf-8")
    before, found_begin, rest = text.partition(begin)
    _, found_end, after = rest.partition(end)
    if not found_begin or not found_end:
        raise ValueError(f"{page} has no {begin} … {end}")
    page.write_text("\n".join([before + begin, "", *lines(name, figures), "", end + after]), encoding="utf-8")


def lines(name: str, figures: list[Figure]) -> list[str]:
    """Lines of a benchmark's table."""
    return side_by_side(figures) if name == "messy" else table(figures)


def table(figures: list[Figure]) -> list[str]:
    """Lines of a table, a figure in each row."""
    return _lines(("figure", "value", "baseline", "ratio", "baseline is"), (figure.as_row() for figure in figures))


def side_by_side(figures: list[Figure]) -> list[str]:
    """Lines of a table for figures that come once for each baseline: a column for each of these."""
    peers = list(dict.fromkeys(figure.baseline_name for figure in figures))
    rows: dict[str, list[str]] = {}
    for figure in figures:
        _, value, baseline, _, _ = figure.as_row()
        row = rows.setdefault(figure.name, [figure.name, _short(value)])
        row.append(_short(baseline))
    return _lines(("notebook", "OpenJupyter", *peers), rows.values())


def _short(cell: str) -> str:
    return re.sub(r"^([\d.]+) score", lambda match: f"{float(match[1]):.2g}", cell)


def _dashes(indent: "re.Match[str]") -> str:
    return "– " * (len(indent[0]) // 2)


def _lines(head: Iterable[str], rows: Iterable[Iterable[str]]) -> list[str]:
    head = list(head)
    escaped = ([cell.replace("|", "\\|") for cell in row] for row in rows)
    return [
        f"| {' | '.join(head)} |",
        "|" + "---|" * len(head),
        # Parts of a figure are indented by spaces, which Markdown would drop.
        *(f"| {' | '.join(re.sub(r'^(  )+', _dashes, cell) for cell in row)} |" for row in escaped),
    ]
