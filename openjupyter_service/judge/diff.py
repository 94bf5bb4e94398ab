"""What a learner's value and the expected one have different, as a table that can be read.

A table is {"columns": [text], "rows": [{"label": text, "cells": [{"got": text, "expected": text, "same": bool}]}],
"more": rows left out}. Rows that differ come first. A cell that one of the two does not have is the empty text there.
"""

import difflib
from collections.abc import Callable, Hashable, Iterable
from dataclasses import dataclass, field
from itertools import islice
from typing import Any

import numpy as np
import pandas as pd

from openjupyter_service.judge.language import ENGLISH, N_, Speech
from openjupyter_service.judge.texts import short

MAX_ROWS = 20
MAX_COLUMNS = 12
MAX_CELL = 80
MAX_SCANNED = 5_000
"""Items that are looked at; of longer values the rest counts as left out."""

MAX_WIDTH = 200
"""Columns that are looked at."""
MAX_LOOKS = 50_000
"""Cells that are looked at."""
MAX_LINES = 500
"""Lines of a text that are looked at: to align more of them could take minutes."""

Same = Callable[[Any, Any], bool]
_Pair = tuple[Any, Any, bool]
"""A cell of both sides, and whether they count as equal."""
_Row = tuple[str, list[_Pair]]

_NONE: Any = object()
"""A cell that is not there."""
_VALUE = N_("value")


@dataclass
class _Grid:
    """A value as rows with keys, each a mapping of column to cell; grids of one kind can be compared."""

    kind: str
    rows: dict[Hashable, dict[Hashable, Any]]
    total: int
    notes: dict[Hashable, Any] = field(default_factory=dict)
    """A cell about each whole column: its dtype."""


def table(got: Any, expected: Any, same: Same, speech: Speech = ENGLISH) -> dict[str, Any] | None:
    """The table of two values; None when they are too plain for one, or not alike enough to be set side by side.

    Args:
        got: the learner's value
        expected: the test's, which may be a pytest.approx
        same: tells whether two cells count as equal
        speech: the learner's language, for the names that are not the values' own
    """
    if isinstance(got, str) and isinstance(expected, str):
        return _lines(got, expected, speech) if "\n" in got.strip("\n") + expected.strip("\n") else None
    expected = _inside_approx(expected)
    if isinstance(got, pd.DataFrame) and isinstance(expected, pd.DataFrame):
        grids: tuple[_Grid | None, _Grid | None] = _frames(got, expected)
    elif isinstance(got, set | frozenset) and isinstance(expected, set | frozenset):
        return _sets(got, expected, speech)
    else:
        grids = _grid(got), _grid(expected)
    if grids[0] is None or grids[1] is None or grids[0].kind != grids[1].kind:
        return None
    return _compare(grids[0], grids[1], same, speech)


def _compare(got: _Grid, expected: _Grid, same: Same, speech: Speech) -> dict[str, Any]:
    columns = list(dict.fromkeys(column for grid in (expected, got) for row in grid.rows.values() for column in row))
    keys = list(dict.fromkeys([*expected.rows, *got.rows]))
    rows: list[_Row] = []
    if got.notes != expected.notes and set(got.notes) == set(expected.notes):
        rows.append(
            (speech.text(N_("type")), [_pair(got.notes[column], expected.notes[column], _equal) for column in columns])
        )
    for key in keys:
        ours, theirs = expected.rows.get(key, {}), got.rows.get(key, {})
        rows.append((_label(key), [_pair(theirs.get(c, _NONE), ours.get(c, _NONE), same) for c in columns]))
    total = len(rows) + max(got.total, expected.total) - max(len(got.rows), len(expected.rows))
    # A grid of one column has no names for it but ours.
    labels = [speech.text(_VALUE)] if expected.kind in ("flat", "mapping") else [_label(column) for column in columns]
    return _table(labels[: len(columns)], rows, total)


def _table(columns: list[str], rows: list[_Row], total: int) -> dict[str, Any]:
    """The rows and columns that differ, then as many others as there is room for, each in their order."""
    differs = [any(not cells[place][2] for _, cells in rows) for place in range(len(columns))]
    first = sorted(sorted(range(len(columns)), key=lambda place: not differs[place])[:MAX_COLUMNS])
    shown = sorted(rows, key=lambda row: all(same for _, _, same in row[1]))[:MAX_ROWS]
    return {
        "columns": [columns[place] for place in first],
        "rows": [{"label": label, "cells": [_cell(*cells[place]) for place in first]} for label, cells in shown],
        "more": total - len(shown),
    }


def _pair(got: Any, expected: Any, same: Same) -> _Pair:
    missing = got is _NONE or expected is _NONE
    return got, expected, not missing and same(got, expected)


def _cell(got: Any, expected: Any, same: bool) -> dict[str, Any]:
    def text(value: Any) -> str:
        return "" if value is _NONE else value if isinstance(value, _Line) else short(value, MAX_CELL)

    return {"got": text(got), "expected": text(expected), "same": same}


def _label(key: Hashable) -> str:
    return short(key, MAX_CELL) if not isinstance(key, str) else short(key, MAX_CELL)[1:-1] or "''"


def _equal(got: Any, expected: Any) -> bool:
    return bool(got == expected)


class _Line(str):
    """A cell's text that is shown as it is."""


def _lines(got: str, expected: str, speech: Speech) -> dict[str, Any]:
    """Two texts line by line, numbered as in the learner's; lines are quoted, so that spaces at the end are seen."""
    texts = [text.split("\n") for text in (got, expected)]
    total = max(len(lines) for lines in texts)
    theirs, ours = (lines[:MAX_LINES] for lines in texts)
    rows: list[_Row] = []
    matcher = difflib.SequenceMatcher(None, theirs, ours, autojunk=True)
    for _, low, high, start, end in matcher.get_opcodes():
        for step in range(max(high - low, end - start)):
            got_line = theirs[low + step] if low + step < high else _NONE
            wanted = ours[start + step] if start + step < end else _NONE
            label = str(low + step + 1) if got_line is not _NONE else "+"
            rows.append((label, [_pair(got_line, wanted, _equal)]))
    return _table([speech.text(N_("line"))], rows, len(rows) + total - min(total, MAX_LINES))


def _sets(got: Iterable[Any], expected: Iterable[Any], speech: Speech) -> dict[str, Any]:
    theirs, ours = set(got), set(expected)
    missing, surplus = speech.text(N_("missing")), speech.text(N_("too many"))
    rows = [(missing, [_pair(_NONE, item, _equal)]) for item in _sorted(ours - theirs)]
    rows += [(surplus, [_pair(item, _NONE, _equal)]) for item in _sorted(theirs - ours)]
    rows += [("", [(item, item, True)]) for item in _sorted(theirs & ours)]
    return _table([speech.text(_VALUE)], rows, len(rows))


def _sorted(items: set[Any]) -> list[Any]:
    try:
        return sorted(items)[:MAX_SCANNED]
    except Exception:
        return list(items)[:MAX_SCANNED]


def _frames(got: pd.DataFrame, expected: pd.DataFrame) -> tuple[_Grid, _Grid]:
    """By the labels of rows and columns where these tell rows apart and are shared, else by place."""
    by_label = all(frame.index.is_unique and frame.columns.is_unique for frame in (got, expected)) and (
        len(got.index.intersection(expected.index)) > 0 or not len(got) or not len(expected)
    )
    return _frame(got, by_label), _frame(expected, by_label)


def _frame(frame: pd.DataFrame, by_label: bool) -> _Grid:
    part = frame.iloc[: _height(frame.shape[1]), :MAX_WIDTH]
    columns = list(part.columns) if part.columns.is_unique else list(range(part.shape[1]))
    cells = [part.iloc[:, place].tolist() for place in range(part.shape[1])]
    labels = part.index.tolist() if by_label else list(range(len(part)))
    rows = {label: {c: cells[place][row] for place, c in enumerate(columns)} for row, label in enumerate(labels)}
    notes = {column: _Line(str(part.dtypes.iloc[place])) for place, column in enumerate(columns)}
    return _Grid("frame", rows, len(frame), notes)


def _grid(value: Any) -> _Grid | None:
    """A value as a grid: of its items, its rows, or its keys; None for what has no parts."""
    match value:
        case pd.DataFrame():
            return _frame(value, value.index.is_unique)
        case pd.Series():
            labels = value.index if value.index.is_unique else range(len(value))
            items = dict(zip(list(labels[:MAX_SCANNED]), value.iloc[:MAX_SCANNED].tolist(), strict=True))
            return _Grid("flat", {k: {"value": v} for k, v in items.items()}, len(value), {"value": _Line(value.dtype)})
        case pd.Index():
            return _Grid("flat", _flat(value[:MAX_SCANNED].tolist()), len(value))
        case np.ndarray() if value.ndim:
            return _array(value)
        case list() | tuple() | range():
            return _sequence(value)
        case dict():
            pairs = list(value.items())[:MAX_SCANNED]
            return _Grid("mapping", {key: {"value": item} for key, item in pairs}, len(value))
    return None


def _array(array: np.ndarray[Any, Any]) -> _Grid:
    if array.ndim == 1:
        return _Grid("flat", _flat(array[:MAX_SCANNED].tolist()), len(array))
    if array.ndim == 2:
        part = array[: _height(array.shape[1]), :MAX_WIDTH].tolist()
        return _Grid("rows", {n: dict(enumerate(row)) for n, row in enumerate(part)}, len(array))
    places = islice(np.ndindex(array.shape), MAX_SCANNED)
    return _Grid("flat", {place: {"value": array[place].item()} for place in places}, array.size)


def _sequence(value: list[Any] | tuple[Any, ...] | range) -> _Grid:
    """Rows when all items are alike: sequences or mappings; else one cell for each item."""
    part = list(value[:MAX_SCANNED])
    if part and all(isinstance(row, dict) for row in part):
        return _Grid("rows", {n: dict(islice(row.items(), MAX_WIDTH)) for n, row in enumerate(_top(part))}, len(value))
    if part and all(isinstance(row, list | tuple) for row in part):
        return _Grid("rows", {n: dict(enumerate(row[:MAX_WIDTH])) for n, row in enumerate(_top(part))}, len(value))
    return _Grid("flat", _flat(part), len(value))


def _top(rows: list[Any]) -> list[Any]:
    return rows[: _height(max(len(row) for row in rows))]


def _height(width: int) -> int:
    """Rows of so many columns that are looked at."""
    return min(MAX_SCANNED, MAX_LOOKS // max(min(width, MAX_WIDTH), 1))


def _flat(items: list[Any]) -> dict[Hashable, dict[Hashable, Any]]:
    return {place: {"value": item} for place, item in enumerate(items)}


def _inside_approx(value: Any) -> Any:
    """The parts of a pytest.approx, each with its own tolerance; any other value as it is."""
    whole, part = getattr(value, "expected", None), getattr(value, "_approx_scalar", None)
    if part is None or type(value).__module__.partition(".")[0] != "_pytest":
        return value
    if isinstance(whole, dict):
        return {key: part(item) for key, item in whole.items()}
    if isinstance(whole, np.ndarray) and whole.ndim == 2:
        return [[part(item) for item in row] for row in whole[: _height(whole.shape[1]), :MAX_WIDTH].tolist()]
    if isinstance(whole, np.ndarray):
        return [part(item) for item in whole.tolist()] if whole.ndim == 1 else whole
    return [part(item) for item in whole] if isinstance(whole, list | tuple) else value
