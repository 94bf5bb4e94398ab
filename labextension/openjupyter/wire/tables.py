"""numpy arrays and scalars, pandas Series, DataFrame and Index in the closed codec: raw buffers and plain lists.

Object columns cross as lists of plain values; a value in one that is not plain makes the whole a handle.
"""

import math
import re
import sys
from typing import TYPE_CHECKING, Any

import numpy as np

from openjupyter.wire.errors import WireError

if TYPE_CHECKING:
    from openjupyter.wire.codec import Decoder, Encoder

Node = dict[str, Any]

_PLAIN_KINDS = "biufcSUmM"
"""Kinds of dtype that are raw memory and nothing else: no objects, no structures."""

_LISTED_DTYPES = frozenset(
    ["object", "str", "string", "boolean", "Float32", "Float64"]
    + [f"{sign}Int{bits}" for sign in ("", "U") for bits in (8, 16, 32, 64)]
)
"""pandas dtypes whose values cross one by one."""

_MAX_DIMENSIONS = 32

_SCALARS = frozenset(np.sctypeDict.values())
_INDEXES = ("Index", "RangeIndex", "MultiIndex", "CategoricalIndex", "DatetimeIndex", "TimedeltaIndex")

_FREQUENCY = re.compile(r"\d{0,6}(D|B|W|h|min|s|ms|us|ns|B?[MQY][SE])(-[A-Z]{3})?")
"""pandas' names of regular steps in time whose arithmetic is quick, whatever their number."""


def encode(encoder: "Encoder", value: Any, depth: int) -> Node | None:
    """The node of a numpy or pandas value; None when it is neither, or of a kind that only a handle can stand for."""
    if type(value) is np.ndarray:
        return _encode_array(encoder, value, "ndarray")
    if type(value) in _SCALARS:
        return _encode_array(encoder, np.asarray(value), "scalar")
    pandas = sys.modules.get("pandas")
    if pandas is None:
        return None
    if value is pandas.NA:
        return {"t": "scalar", "na": "NA"}
    if value is pandas.NaT:
        return {"t": "scalar", "na": "NaT"}
    if type(value) is pandas.Timestamp:
        return {"t": "scalar", "timestamp": value.isoformat()}
    if type(value) is pandas.Timedelta:
        return {"t": "scalar", "timedelta": value.isoformat()}
    try:
        # A handle inside a table would be a riddle: the whole table becomes one instead.
        return _encode_table(encoder.without_handles(), value, depth)
    except WireError:
        if encoder.budget.values < 0 or encoder.budget.bytes < 0:
            raise
        return None


def _encode_table(encoder: "Encoder", value: Any, depth: int) -> Node | None:
    import pandas

    if type(value) is pandas.Series:
        column = _encode_column(encoder, value.array, depth)
        index = _encode_index(encoder, value.index, depth)
        if column is None or index is None:
            return None
        return {"t": "series", "column": column, "index": index, "name": encoder.encode(value.name, depth + 1)}
    if type(value) is pandas.DataFrame:
        columns = [_encode_column(encoder, value.iloc[:, place].array, depth) for place in range(value.shape[1])]
        index, names = _encode_index(encoder, value.index, depth), _encode_index(encoder, value.columns, depth)
        if index is None or names is None or None in columns:
            return None
        return {"t": "frame", "columns": columns, "index": index, "names": names}
    index = _encode_index(encoder, value, depth)
    return None if index is None else {"t": "index", "index": index}


def _encode_array(encoder: "Encoder", array: Any, kind: str) -> Node | None:
    if array.dtype.kind not in _PLAIN_KINDS or array.dtype.hasobject:
        return None
    return {
        "t": kind,
        "dtype": array.dtype.str,
        "shape": list(array.shape),
        "data": encoder.binary(np.ascontiguousarray(array).tobytes()),
    }


def _encode_column(encoder: "Encoder", array: Any, depth: int) -> Node | None:
    import pandas

    dtype = array.dtype
    if isinstance(dtype, pandas.CategoricalDtype):
        categories = _encode_index(encoder, dtype.categories, depth)
        codes = _encode_array(encoder, array.codes, "ndarray")
        if categories is None or codes is None:
            return None
        return {"categories": categories, "codes": codes, "ordered": bool(dtype.ordered)}
    if isinstance(dtype, pandas.DatetimeTZDtype):
        moments = _encode_array(encoder, array.tz_convert("UTC").tz_localize(None).to_numpy(), "ndarray")
        return {"moments": moments, "zone": str(dtype.tz)}
    if str(dtype) in _LISTED_DTYPES:
        return {"list": encoder.encode(list(array), depth + 1), "dtype": str(dtype)}
    values = np.asarray(array)
    # Other extension dtypes (sparse, period, interval) lose their meaning as raw memory.
    numpy_backed = isinstance(dtype, np.dtype) or isinstance(array, pandas.arrays.NumpyExtensionArray)
    return _encode_array(encoder, values, "ndarray") if numpy_backed else None


def _encode_index(encoder: "Encoder", index: Any, depth: int) -> Node | None:
    import pandas

    if type(index) not in [getattr(pandas, name) for name in _INDEXES]:
        return None
    if type(index) is pandas.MultiIndex:
        levels = [_encode_column(encoder, index.get_level_values(level).array, depth) for level in range(index.nlevels)]
        if None in levels:
            return None
        return {"levels": levels, "names": [encoder.encode(name, depth + 1) for name in index.names]}
    name = encoder.encode(index.name, depth + 1)
    if type(index) is pandas.RangeIndex:
        encoder.budget.spend(size=len(index))
        return {"range": [index.start, index.stop, index.step], "name": name}
    column = _encode_column(encoder, index.array, depth)
    if column is None:
        return None
    return {"column": column, "name": name, **_encode_frequency(index)}


def _encode_frequency(index: Any) -> Node:
    from pandas.tseries.frequencies import to_offset

    frequency = getattr(index, "freq", None)
    if frequency is None or not _FREQUENCY.fullmatch(frequency.freqstr) or to_offset(frequency.freqstr) != frequency:
        return {}
    return {"frequency": frequency.freqstr}


def decode(decoder: "Decoder", node: Node, depth: int) -> Any:
    """The numpy or pandas value of a node; raises WireError, KeyError, TypeError or ValueError when it is malformed."""
    match node["t"]:
        case "ndarray":
            return _decode_array(decoder, node)
        case "scalar":
            return _decode_scalar(decoder, node)
    import pandas

    if node["t"] == "index":
        return _decode_index(decoder, node["index"], depth)
    index = _decode_index(decoder, node["index"], depth)
    if node["t"] == "series":
        return _series(_decode_column(decoder, node["column"], depth), index, decoder.decode(node["name"], depth + 1))
    names = _decode_index(decoder, node["names"], depth)
    columns = [_decode_column(decoder, column, depth) for column in node["columns"]]
    if len(names) != len(columns) or any(len(column) != len(index) for column in columns):
        raise WireError("a table's columns do not fit together")
    frame = pandas.DataFrame({place: _series(column, index) for place, column in enumerate(columns)}, index=index)
    frame.columns = names
    return frame


def _series(column: Any, index: Any, name: Any = None) -> Any:
    import pandas

    # The dtype is said, or pandas would look for a better one than the learner's.
    return pandas.Series(column, index=index, name=name, dtype=column.dtype)


def _decode_array(decoder: "Decoder", node: Node) -> Any:
    name, shape = node["dtype"], node["shape"]
    if not isinstance(name, str) or len(name) > 32:
        raise WireError("an array's dtype is malformed")
    dtype = np.dtype(name)
    if dtype.kind not in _PLAIN_KINDS or dtype.hasobject:
        raise WireError(f"arrays of dtype {name!r} cannot cross")
    if not isinstance(shape, list) or len(shape) > _MAX_DIMENSIONS or any(type(n) is not int or n < 0 for n in shape):
        raise WireError("an array's shape is malformed")
    data = decoder.binary(node["data"])
    count = math.prod(shape)
    if count * dtype.itemsize != len(data):
        raise WireError("an array's shape does not fit its data")
    if dtype.itemsize == 0:
        decoder.budget.spend(values=count)  # empty texts cost no data, and memory all the same
        return np.zeros(shape, dtype)
    return np.frombuffer(data, dtype).reshape(shape).copy()


def _decode_scalar(decoder: "Decoder", node: Node) -> Any:
    if "data" in node:
        return _decode_array(decoder, node)[()]
    import pandas

    if "timestamp" in node:
        return pandas.Timestamp(node["timestamp"])
    if "timedelta" in node:
        return pandas.Timedelta(node["timedelta"])
    return {"NA": pandas.NA, "NaT": pandas.NaT}[node["na"]]


def _decode_column(decoder: "Decoder", node: Any, depth: int) -> Any:
    import pandas

    if not isinstance(node, dict):
        raise WireError("a table's column is malformed")
    if "codes" in node:
        categories = _decode_index(decoder, node["categories"], depth)
        return pandas.Categorical.from_codes(
            _decode_array(decoder, node["codes"]), categories=categories, ordered=bool(node["ordered"])
        )
    if "moments" in node:
        zone = node["zone"]
        if not isinstance(zone, str) or len(zone) > 64:
            raise WireError("a time zone is malformed")
        return pandas.DatetimeIndex(_decode_array(decoder, node["moments"]), tz="UTC").tz_convert(zone).array
    if "list" in node:
        if node["dtype"] not in _LISTED_DTYPES:
            raise WireError("a table's column is of an unknown dtype")
        values = decoder.items(node["list"], depth)
        if node["dtype"] == "object":
            column = np.empty(len(values), dtype=object)
            column[:] = values
            return column
        return pandas.array(values, dtype=node["dtype"])
    return _decode_array(decoder, node)


def _decode_index(decoder: "Decoder", node: Any, depth: int) -> Any:
    import pandas

    if not isinstance(node, dict):
        raise WireError("a table's index is malformed")
    if "levels" in node:
        columns = [_decode_column(decoder, level, depth) for level in node["levels"]]
        levels = [pandas.Index(column, dtype=column.dtype) for column in columns]
        return pandas.MultiIndex.from_arrays(levels, names=decoder.items(node["names"], depth))
    name = decoder.decode(node["name"], depth + 1)
    if "range" in node:
        start, stop, step = node["range"]
        if any(type(part) is not int for part in (start, stop, step)):
            raise WireError("a table's index is malformed")
        # Three numbers stand for memory that pandas takes as soon as the index is used.
        decoder.budget.spend(size=len(range(start, stop, step)))
        return pandas.RangeIndex(start, stop, step, name=name)
    column = _decode_column(decoder, node["column"], depth)
    index = pandas.Index(column, dtype=column.dtype, name=name, copy=False)
    if "frequency" in node:
        timed = isinstance(index, pandas.DatetimeIndex | pandas.TimedeltaIndex)
        if not timed or not _FREQUENCY.fullmatch(node["frequency"]):
            raise WireError("an index's frequency is malformed")
        index.freq = node["frequency"]  # pandas refuses one that the index does not have
    return index
