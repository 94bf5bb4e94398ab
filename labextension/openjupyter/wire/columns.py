"""Columns of pandas, both ways: what is in a Series or an Index, without its labels.

A column is an array of numpy (see `arrays`), or a node of its own for each dtype of pandas: categories, moments in a
zone, nullable numbers, texts, periods, intervals, sparse and Arrow-backed values. Objects cross one by one.
"""

import re
from typing import TYPE_CHECKING, Any

import numpy as np

from openjupyter.wire.arrays import read_array, write_array
from openjupyter.wire.containers import read_items, write_items
from openjupyter.wire.errors import WireError
from openjupyter.wire.moments import read_zone, write_zone

if TYPE_CHECKING:
    from openjupyter.wire.decoder import Decoder
    from openjupyter.wire.encoder import Encoder

Node = dict[str, Any]

OVERHEAD_BYTES = 1_024
"""Memory of a column or an index beside its data; a wide table of few rows has little else."""

_NULLABLE = re.compile(r"boolean|Float(32|64)|U?Int(8|16|32|64)")
PERIOD = re.compile(r"\d{0,6}(Y|Q|M|W|B|D|h|min|s|ms|us|ns)(-[A-Z]{3})?", re.ASCII)
_ARROW = re.compile(
    r"u?int(8|16|32|64)|halffloat|float|double|bool|(large_)?(string|binary)|date(32\[day\]|64\[ms\])"
    r"|(timestamp|duration)\[(s|ms|us|ns)\]"
)
"""Arrow's own names of the types whose values cross one by one."""
CLOSED = ("left", "right", "both", "neither")


def write_column(encoder: "Encoder", array: Any, depth: int) -> Node | None:
    """The node of a pandas array; None when its dtype cannot cross."""
    import pandas

    encoder.budget.spend(values=4, size=OVERHEAD_BYTES)
    if type(array) is pandas.arrays.NumpyExtensionArray:
        array = array.to_numpy()
    dtype = array.dtype
    if isinstance(dtype, pandas.CategoricalDtype):
        return _write_categories(encoder, array, depth)
    if isinstance(dtype, pandas.DatetimeTZDtype):
        zone = pandas_zone(dtype.tz)
        moments = write_array(encoder, array.tz_convert("UTC").tz_localize(None).to_numpy(), depth)
        return None if zone is None else {"moments": moments, "zone": zone}
    if isinstance(dtype, pandas.StringDtype):
        texts = array.to_numpy(dtype=object, na_value=None)
        kind = "string" if dtype.na_value is pandas.NA else "str"
        return {"texts": write_items(encoder, texts, depth), "dtype": kind, "storage": dtype.storage}
    if isinstance(dtype, pandas.PeriodDtype):
        if not PERIOD.fullmatch(dtype._freqstr):
            return None
        return {"periods": write_array(encoder, array.asi8, depth), "frequency": dtype._freqstr}
    if isinstance(dtype, pandas.IntervalDtype):
        left, right = (write_column(encoder, side.array, depth) for side in (array.left, array.right))
        return None if left is None or right is None else {"left": left, "right": right, "closed": dtype.closed}
    if isinstance(dtype, pandas.SparseDtype):
        fill = encoder.encode(dtype.fill_value, depth + 1)
        dense = write_array(encoder, np.asarray(array, dtype.subtype), depth)
        return None if dense is None else {"sparse": dense, "fill": fill}
    if isinstance(dtype, pandas.ArrowDtype):
        name = str(dtype.pyarrow_dtype)
        if not _ARROW.fullmatch(name):
            return None
        return {"arrow": name, "list": write_items(encoder, array.to_numpy(dtype=object, na_value=None), depth)}
    if not isinstance(dtype, np.dtype):
        return _write_nullable(encoder, array, depth) if _NULLABLE.fullmatch(str(dtype)) else None
    if dtype.kind == "O":
        return {"list": write_items(encoder, array, depth)}
    return write_array(encoder, np.asarray(array), depth)


def pandas_zone(zone: Any) -> Node | str | int | None:
    """The node of a zone as pandas keeps it; None for one that cannot cross."""
    node = write_zone(zone)
    if node is None:  # pytz and dateutil have classes of their own, whose text may be the name
        try:
            node = write_zone(read_zone(str(zone)))
        except WireError:
            return None
    return node


def _write_categories(encoder: "Encoder", array: Any, depth: int) -> Node | None:
    categories = write_column(encoder, array.dtype.categories.array, depth + 1)
    codes = write_array(encoder, array.codes, depth)
    if categories is None:
        return None
    return {"categories": categories, "codes": codes, "ordered": bool(array.dtype.ordered)}


def _write_nullable(encoder: "Encoder", array: Any, depth: int) -> Node:
    kind = array.dtype.numpy_dtype if hasattr(array.dtype, "numpy_dtype") else np.dtype(bool)
    values = array.to_numpy(dtype=kind, na_value=kind.type(0))
    return {
        "values": write_array(encoder, values, depth),
        "mask": write_array(encoder, np.asarray(array.isna()), depth),
        "dtype": str(array.dtype),
    }


def read_column(decoder: "Decoder", node: Any, depth: int) -> Any:
    """The array of a column's node: of numpy, or of pandas for its own dtypes."""
    import pandas

    if type(node) is not dict:
        raise WireError("a table's column is malformed")
    decoder.budget.spend(values=4, size=OVERHEAD_BYTES)
    if "codes" in node:
        categories = read_column(decoder, node["categories"], depth + 1)
        return pandas.Categorical.from_codes(
            read_array(decoder, node["codes"], depth),
            categories=pandas.Index(categories, dtype=categories.dtype),
            ordered=node["ordered"] is True,
        )
    if "moments" in node:
        moments = read_array(decoder, node["moments"], depth)
        zone = read_zone(node["zone"])
        if moments.dtype.kind != "M" or moments.ndim != 1 or zone is None:
            raise WireError("a column of moments is malformed")
        return pandas.DatetimeIndex(moments, tz="UTC").tz_convert(zone).array
    if "texts" in node:
        return _read_texts(decoder, node, depth)
    if "periods" in node:
        frequency, ordinals = node["frequency"], read_array(decoder, node["periods"], depth)
        if type(frequency) is not str or not PERIOD.fullmatch(frequency) or ordinals.dtype != np.int64:
            raise WireError("a column of periods is malformed")
        return pandas.arrays.PeriodArray(ordinals, dtype=pandas.PeriodDtype(frequency))
    if "left" in node:
        left, right = (read_column(decoder, node[side], depth + 1) for side in ("left", "right"))
        if node["closed"] not in CLOSED:
            raise WireError("a column of intervals is malformed")
        sides = [pandas.Index(side, dtype=side.dtype) for side in (left, right)]
        return pandas.arrays.IntervalArray.from_arrays(*sides, closed=node["closed"])
    if "sparse" in node:
        dense = read_array(decoder, node["sparse"], depth)
        fill = decoder.decode(node["fill"], depth + 1)
        return pandas.arrays.SparseArray(dense, dtype=pandas.SparseDtype(dense.dtype, fill))
    if "values" in node:
        return _read_nullable(decoder, node, depth)
    if "list" in node:
        return _read_list(decoder, node, depth)
    return read_array(decoder, node, depth)


def _read_texts(decoder: "Decoder", node: Any, depth: int) -> Any:
    import pandas

    texts = read_items(decoder, node["texts"], depth)
    if any(text is not None and type(text) is not str for text in texts) or node["dtype"] not in ("str", "string"):
        raise WireError("a column of texts is malformed")
    missing = pandas.NA if node["dtype"] == "string" else np.nan
    storage = node.get("storage")
    if storage not in ("python", "pyarrow") or (storage == "pyarrow" and not _has_arrow()):
        storage = "python"
    return pandas.array(texts, dtype=pandas.StringDtype(storage, na_value=missing))


def _read_nullable(decoder: "Decoder", node: Any, depth: int) -> Any:
    import pandas

    values, mask = (read_array(decoder, node[part], depth) for part in ("values", "mask"))
    kind = node["dtype"]
    if type(kind) is not str or not _NULLABLE.fullmatch(kind) or mask.dtype != np.bool:
        raise WireError("a column of nullable values is malformed")
    if values.ndim != 1 or values.shape != mask.shape or values.dtype.name != kind.lower().replace("boolean", "bool"):
        raise WireError("a column of nullable values is malformed")
    if kind == "boolean":
        return pandas.arrays.BooleanArray(values, mask)
    return (pandas.arrays.FloatingArray if kind[0] == "F" else pandas.arrays.IntegerArray)(values, mask)


def _read_list(decoder: "Decoder", node: Any, depth: int) -> Any:
    values = read_items(decoder, node["list"], depth)
    if "arrow" in node:
        return _read_arrow(node["arrow"], values)
    column = np.empty(len(values), dtype=object)
    column[:] = values
    return column


def _read_arrow(name: Any, values: list[Any]) -> Any:
    import pandas

    if type(name) is not str or not _ARROW.fullmatch(name):
        raise WireError("a column's type is malformed")
    if not _has_arrow():
        raise WireError("a column is backed by Arrow, which is not installed here")
    import pyarrow  # type: ignore[import-not-found]

    kind = pyarrow.type_for_alias(_ARROW_ALIASES.get(name, name))
    return pandas.array(pyarrow.array(values, kind), dtype=pandas.ArrowDtype(kind))


_ARROW_ALIASES = {"date32[day]": "date32", "date64[ms]": "date64"}


def _has_arrow() -> bool:
    try:
        import pyarrow  # noqa: F401
    except ImportError:
        return False
    return True
