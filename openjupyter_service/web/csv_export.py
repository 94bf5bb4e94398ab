"""Rows of CSV (RFC 4180), as spreadsheets take them: no cell is a formula, whoever has written it."""

import csv
import io
from collections.abc import Iterable, Sequence

MEDIA_TYPE = "text/csv; charset=utf-8"
MARK = "\ufeff".encode()
"""At the beginning of a file: without it, spreadsheets take UTF-8 for something else."""
_FORMULA = "=+-@\t\r\n＝＋－＠"

Value = str | float | None


def safe(value: Value) -> str:
    """A cell. Text that a spreadsheet would run as a formula gets an apostrophe in front."""
    if value is None:
        return ""
    if not isinstance(value, str):
        return f"{value:.10g}"
    # Some programs drop spaces at the beginning before they look.
    return f"'{value}" if value.lstrip(" \u00a0").startswith(tuple(_FORMULA)) else value


def lines(rows: Iterable[Sequence[Value]]) -> bytes:
    """Rows as they stand in the file."""
    text = io.StringIO()
    csv.writer(text).writerows([safe(value) for value in row] for row in rows)
    return text.getvalue().encode("utf-8", "replace")
