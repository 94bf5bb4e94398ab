"""pandas' Series, DataFrame, Index and arrays, both ways, and its scalars: Timestamp, Timedelta, Period, Interval, NA.

A value in a table that is not plain makes the whole table a handle: a handle inside would be a riddle. `attrs` and
flags are left out.
"""

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import numpy as np

from openjupyter.wire.arrays import read_array, write_array
from openjupyter.wire.columns import CLOSED, PERIOD, pandas_zone, read_column, write_column
from openjupyter.wire.errors import WireError
from openjupyter.wire.indexes import NAMES, read_index, write_index
from openjupyter.wire.moments import read_zone

if TYPE_CHECKING:
    from openjupyter.wire.decoder import Decoder
    from openjupyter.wire.encoder import Encoder

Node = dict[str, Any]

TABLE_BYTES = 2_048
"""Memory of a Series or a DataFrame beside its data."""

_BLOCK_KINDS = "biufc"
_UNITS = ("s", "ms", "us", "ns")
_ARRAYS = (
    *("Categorical", "DatetimeArray", "TimedeltaArray", "PeriodArray", "IntervalArray", "IntegerArray", "BooleanArray"),
    *("FloatingArray", "StringArray", "ArrowStringArray", "SparseArray", "NumpyExtensionArray", "ArrowExtensionArray"),
)


def write(encoder: "Encoder", value: Any, kind: type, depth: int) -> Node | None:
    """The node of a pandas value; None when it is none, or of a kind that only a handle can stand for."""
    import pandas

    if kind.__module__.partition(".")[0] != "pandas":
        return None
    left = encoder.budget.values, encoder.budget.bytes
    try:
        node = _write_scalar(encoder, value, kind, depth)
        return _write_table(encoder.without_handles(), value, kind, depth) if node is None else node
    except WireError:
        if encoder.budget.spent_out or kind is pandas.Interval:
            raise
        encoder.budget.values, encoder.budget.bytes = left
        return None


def _write_scalar(encoder: "Encoder", value: Any, kind: type, depth: int) -> Node | None:
    import pandas

    if value is pandas.NA or value is pandas.NaT:
        return {"t": "missing", "v": "NA" if value is pandas.NA else "NaT"}
    if kind in (pandas.Timestamp, pandas.Timedelta, pandas.Period, pandas.Interval):
        encoder.budget.spend(values=1)
    if kind is pandas.Timestamp:
        zone = None if value.tz is None else pandas_zone(value.tz)
        if zone is None and value.tz is not None:
            zone = value.utcoffset() // pandas.Timedelta(microseconds=1)
        return {"t": "moment", "v": int(value.asm8.view("i8")), "unit": value.unit, "zone": zone}
    if kind is pandas.Timedelta:
        return {"t": "span", "v": int(value.asm8.view("i8")), "unit": value.unit}
    if kind is pandas.Period:
        return {"t": "period", "v": value.ordinal, "freq": value.freqstr} if PERIOD.fullmatch(value.freqstr) else None
    if kind is pandas.Interval:
        sides = [encoder.encode(side, depth + 1) for side in (value.left, value.right)]
        return {"t": "interval", "v": sides, "closed": value.closed}
    return None


def _write_table(encoder: "Encoder", value: Any, kind: type, depth: int) -> Node | None:
    import pandas

    if kind is pandas.Series:
        encoder.budget.spend(values=2, size=TABLE_BYTES)
        column = write_column(encoder, value.array, depth)
        index = write_index(encoder, value.index, depth)
        if column is None or index is None:
            return None
        return {"t": "series", "column": column, "index": index, "name": encoder.encode(value.name, depth + 1)}
    if kind is pandas.DataFrame:
        encoder.budget.spend(values=2, size=TABLE_BYTES)
        index, names = write_index(encoder, value.index, depth), write_index(encoder, value.columns, depth)
        if index is None or names is None:
            return None
        return _write_columns(encoder, value, {"t": "frame", "index": index, "names": names}, depth)
    if any(kind is getattr(pandas, name) for name in NAMES):
        index = write_index(encoder, value, depth)
        return None if index is None else {"t": "index", "index": index}
    if any(kind is getattr(pandas.arrays, name, None) for name in _ARRAYS):
        column = write_column(encoder, value, depth)
        return None if column is None else {"t": "column", "column": column}
    return None


def _write_columns(encoder: "Encoder", frame: Any, node: Node, depth: int) -> Node | None:
    kinds = set(frame.dtypes)
    if len(kinds) == 1 and frame.shape[1] > 1:
        kind = kinds.pop()
        if isinstance(kind, np.dtype) and kind.kind in _BLOCK_KINDS:
            return {**node, "block": write_array(encoder, frame.to_numpy(), depth)}
    columns = [write_column(encoder, frame.iloc[:, place].array, depth) for place in range(frame.shape[1])]
    return None if None in columns else {**node, "columns": columns}


def _read_series(decoder: "Decoder", node: Any, depth: int) -> Any:
    decoder.budget.spend(values=2, size=TABLE_BYTES)
    index = read_index(decoder, node["index"], depth)
    return _series(read_column(decoder, node["column"], depth), index, decoder.decode(node["name"], depth + 1))


def _series(column: Any, index: Any, name: Any = None) -> Any:
    import pandas

    if len(column) != len(index):  # pandas would repeat a single value
        raise WireError("a table's columns do not fit together")
    # The dtype is said, or pandas would look for a better one than the learner's.
    return pandas.Series(column, index=index, name=name, dtype=column.dtype, copy=False)


def _read_frame(decoder: "Decoder", node: Any, depth: int) -> Any:
    import pandas

    decoder.budget.spend(values=2, size=TABLE_BYTES)
    index, names = read_index(decoder, node["index"], depth), read_index(decoder, node["names"], depth)
    if "block" in node:
        block = read_array(decoder, node["block"], depth)
        if block.shape != (len(index), len(names)) or block.dtype.kind not in _BLOCK_KINDS:
            raise WireError("a table's columns do not fit together")
        return pandas.DataFrame(block, index=index, columns=names, copy=False)
    columns = [read_column(decoder, column, depth) for column in node["columns"]]
    if len(names) != len(columns):
        raise WireError("a table's columns do not fit together")
    frame = pandas.DataFrame({place: _series(column, index) for place, column in enumerate(columns)}, index=index)
    frame.columns = names
    return frame


def _read_array(decoder: "Decoder", node: Any, depth: int) -> Any:
    import pandas

    column = read_column(decoder, node["column"], depth)
    return pandas.Series(column, dtype=column.dtype).array


def _read_moment(decoder: "Decoder", node: Any, depth: int) -> Any:
    import pandas

    moment = pandas.Timestamp(np.datetime64(_number(node), _unit(node)))
    zone = read_zone(node["zone"])
    return moment if zone is None else moment.tz_localize("UTC").tz_convert(zone)


def _read_span(decoder: "Decoder", node: Any, depth: int) -> Any:
    import pandas

    return pandas.Timedelta(np.timedelta64(_number(node), _unit(node)))


def _read_period(decoder: "Decoder", node: Any, depth: int) -> Any:
    import pandas

    frequency = node["freq"]
    if type(frequency) is not str or not PERIOD.fullmatch(frequency):
        raise WireError("a period is malformed")
    return pandas.Period(ordinal=_number(node), freq=frequency)


def _read_interval(decoder: "Decoder", node: Any, depth: int) -> Any:
    import pandas

    left, right = (decoder.decode(side, depth + 1) for side in node["v"])
    if node["closed"] not in CLOSED:
        raise WireError("an interval is malformed")
    return pandas.Interval(left, right, node["closed"])


def _read_missing(decoder: "Decoder", node: Any, depth: int) -> Any:
    import pandas

    return {"NA": pandas.NA, "NaT": pandas.NaT}[node["v"]]


def _number(node: Node) -> int:
    if type(node["v"]) is not int or abs(node["v"]) >= 2**63:
        raise WireError("a moment is malformed")
    return int(node["v"])


def _unit(node: Node) -> Any:
    if node["unit"] not in _UNITS:
        raise WireError("a moment is malformed")
    return node["unit"]


READERS: dict[str, Callable[["Decoder", Any, int], Any]] = {
    "series": _read_series,
    "frame": _read_frame,
    "index": lambda decoder, node, depth: read_index(decoder, node["index"], depth),
    "column": _read_array,
    "moment": _read_moment,
    "span": _read_span,
    "period": _read_period,
    "interval": _read_interval,
    "missing": _read_missing,
}
