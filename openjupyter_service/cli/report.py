"""A report as people read it on a terminal: status, tests with messages and hints, details, style, usage."""

from typing import Any

from rich.console import Console
from rich.markup import escape
from rich.table import Table

_COLOURS = {"passed": "green", "correct": "green", "partial": "yellow", "not run": "yellow"}
_DETAILS = ("called", "returned", "raised", "printed", "changed", "compared", "expected")
MAX_FINDINGS = 30


def print_report(console: Console, report: dict[str, Any]) -> None:
    """Print a report, given as its JSON data.

    Texts come from learners: control characters are shown as such, and nothing in them is markup.
    """
    points = f"{report['points']:g} of {report['max_points']:g} points"
    score = "no score" if report["score"] is None else f"{points}, score {report['score']:.3g}"
    console.print(f"{_coloured(report['status'])}: {score}", highlight=False)
    if cell := report.get("failing_cell"):
        line = f", line {cell['line']}" if cell.get("line") else ""
        console.print(plain(f"code cell {cell['number']}{line}: {cell['error']}: {cell['message']}"), markup=False)
    console.print(_tests(report["tests"]))
    if left_out := report.get("tests_left_out"):
        console.print(f"and {left_out} more tests, left out because the report would be too large")
    for test in report["tests"]:
        _print_details(console, test)
    _print_style(console, report.get("style"))
    console.print(_usage(report), highlight=False)


def plain(text: str) -> str:
    """A text without control characters: those of a terminal would do what a learner's notebook says."""
    return "".join(c if c.isprintable() or c in "\n\t" else f"\\x{ord(c):02x}" for c in text)


def _coloured(name: str) -> str:
    return f"[{_COLOURS.get(name, 'red')}]{escape(name)}[/]"


def _tests(tests: list[dict[str, Any]]) -> Table:
    table = Table("Test", "Outcome", "Points", "Message")
    table.columns[1].no_wrap = table.columns[2].no_wrap = True
    for test in tests:
        hint = f"Hint: {test['hint']}" if test.get("hint") else ""
        place = _place(test.get("place"))
        # Most messages say themselves where it went wrong.
        message = "\n".join(filter(None, [test["message"], place if place not in test["message"] else "", hint]))
        table.add_row(
            escape(plain(test["title"])),
            _coloured(test["outcome"]),
            f"{test['points']:g}/{test['max_points']:g}",
            escape(plain(message)),
        )
    return table


def _place(place: dict[str, Any] | None) -> str:
    if not place:
        return ""
    where = place["file"] if place.get("file") else f"code cell {place.get('number')}"
    return f"in {where}" + (f", line {place['line']}" if place.get("line") else "")


def _print_details(console: Console, test: dict[str, Any]) -> None:
    """What the reveal policy lets learners see of a test."""
    details = test.get("details") or {}
    told = [(name, details[name]) for name in _DETAILS if details.get(name) is not None]
    table = details.get("table")
    if not told and not table:
        return
    console.print(f"\n{plain(test['title'])}", markup=False, highlight=False)
    for name, text in told:
        console.print(f"  {name}: {plain(text)}", markup=False, highlight=False)
    if table:
        console.print(_differences(table))


def _differences(differences: dict[str, Any]) -> Table:
    """Got and expected of an array or a table; what differs stands out."""
    table = Table("", *(escape(plain(str(name))) for name in differences["columns"]))
    for row in differences["rows"]:
        cells = [
            escape(plain(cell["got"]))
            if cell["same"]
            else f"[red]{escape(plain(cell['got']))}[/] → [green]{escape(plain(cell['expected']))}[/]"
            for cell in row["cells"]
        ]
        table.add_row(escape(plain(str(row["label"]))), *cells)
    if differences.get("more"):
        table.caption = f"and {differences['more']} more"
    return table


def _print_style(console: Console, style: dict[str, Any] | None) -> None:
    if not style:
        return
    findings = style.get("findings") or []
    weight = f", counts {style['weight']:.0%}" if style.get("weight") else ", does not count"
    console.print(f"\nstyle: {style['score']:.3g}{weight}, {len(findings) + (style.get('more') or 0)} findings")
    for finding in findings[:MAX_FINDINGS]:
        console.print(
            f"  code cell {finding['number']}, line {finding['line']}: {finding['code']} {plain(finding['message'])}",
            markup=False,
            highlight=False,
        )


def _usage(report: dict[str, Any]) -> str:
    usage = report["usage"]
    parts = [f"notebook {usage['notebook_seconds']:.1f} s"]
    if usage.get("tests_seconds") is not None:
        parts.append(f"tests {usage['tests_seconds']:.1f} s")
    if usage.get("cpu_seconds") is not None:
        parts.append(f"processor {usage['cpu_seconds']:.1f} s")
    if usage.get("peak_memory_bytes") is not None:
        parts.append(f"memory {usage['peak_memory_bytes'] / 2**20:.0f} MB")
    seed = f"; seed {report['seed']}" if report.get("seed") is not None else ""
    return f"used: {', '.join(parts)}{seed}"
