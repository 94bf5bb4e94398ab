"""Columns backed by Arrow cross where pyarrow is on both sides: value by value, never as a stream of Arrow's own."""

import sys
from typing import Any

import pandas as pd
import pytest

from openjupyter.wire.codec import decode, encode
from openjupyter.wire.errors import WireError
from tests.unit.wire.values import assert_counted, through_json

COLUMN = {"arrow": "int64", "list": [1, None]}


def test_without_pyarrow_such_a_column_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "pyarrow", None)
    with pytest.raises(WireError, match="not installed here"):
        decode({"t": "column", "column": COLUMN})


@pytest.mark.parametrize(
    "name", ["list<item: int64>", "dictionary", "extension", "int64\n", "timestamp[us, tz=UTC]", 1, None]
)
def test_other_types_are_refused(name: Any) -> None:
    with pytest.raises(WireError, match="malformed"):
        decode({"t": "column", "column": {**COLUMN, "arrow": name}})


@pytest.mark.parametrize(
    ("kind", "items"),
    [
        *(("int8", [1, None, -128]), ("uint64", [1, 7]), ("float", [0.5, None]), ("double", [0.1, None])),
        *(
            ("bool", [True, None]),
            ("string", ["a", None, "ä"]),
            ("large_string", ["a", None]),
            ("binary", [b"a", None]),
        ),
        *(("timestamp[us]", [pd.Timestamp("2026-01-01 10:00"), None]), ("duration[s]", [pd.Timedelta("1s"), None])),
        *(("date32[day]", [pd.Timestamp("2026-01-01").date(), None]), ("timestamp[ns]", [pd.Timestamp(1), None])),
    ],
)
def test_columns_backed_by_arrow_arrive_the_same(kind: str, items: Any) -> None:
    pytest.importorskip("pyarrow")
    series = pd.Series(items, dtype=f"{kind}[pyarrow]")
    arrived = through_json(series)
    pd.testing.assert_series_equal(arrived, series)
    assert arrived.dtype == series.dtype and type(arrived.array) is type(series.array)
    assert_counted(pd.DataFrame({"a": series}, index=pd.Index(series)))


def test_types_with_parts_stay_behind() -> None:
    pyarrow = pytest.importorskip("pyarrow")
    for kind in (pyarrow.list_(pyarrow.int64()), pyarrow.decimal128(5, 2), pyarrow.timestamp("us", "UTC")):
        with pytest.raises(WireError, match="cannot cross"):
            encode(pd.Series([None], dtype=pd.ArrowDtype(kind)))


def test_texts_keep_how_they_are_stored() -> None:
    pytest.importorskip("pyarrow")
    for storage in ("python", "pyarrow"):
        series = pd.Series(["a", None], dtype=pd.StringDtype(storage))
        arrived = through_json(series)
        assert arrived.dtype.storage == storage and type(arrived.array) is type(series.array)
