"""pandas' indexes, both ways: labels of rows and columns, with names, levels and steps in time."""

import re
from typing import TYPE_CHECKING, Any

from openjupyter.wire.arrays import read_array, write_array
from openjupyter.wire.columns import OVERHEAD_BYTES, read_column, write_column
from openjupyter.wire.errors import WireError

if TYPE_CHECKING:
    from openjupyter.wire.decoder import Decoder
    from openjupyter.wire.encoder import Encoder

Node = dict[str, Any]

NAMES = (
    *("Index", "RangeIndex", "MultiIndex", "CategoricalIndex", "DatetimeIndex", "TimedeltaIndex", "PeriodIndex"),
    "IntervalIndex",
)
"""The classes of pandas that cross; subclasses of them do not."""

_MAX_LEVELS = 50
_FREQUENCY = re.compile(r"-?\d{0,6}(D|B|W|h|min|s|ms|us|ns|B?[MQY][SE])(-[A-Z]{3})?", re.ASCII)
"""pandas' names of regular steps in time whose arithmetic is quick, whatever their number."""


def write_index(encoder: "Encoder", index: Any, depth: int) -> Node | None:
    """The node of an index; None when it is of another class or its labels cannot cross."""
    import pandas

    if not any(type(index) is getattr(pandas, name) for name in NAMES):
        return None
    encoder.budget.spend(values=6, size=OVERHEAD_BYTES)
    if type(index) is pandas.MultiIndex:
        levels = [_write_labels(encoder, level, depth) for level in index.levels]
        codes = [write_array(encoder, code, depth) for code in index.codes]
        names = [encoder.encode(name, depth + 1) for name in index.names]
        if None in levels or len(levels) > _MAX_LEVELS:
            return None
        return {"levels": levels, "codes": codes, "names": names}
    name = encoder.encode(index.name, depth + 1)
    if type(index) is pandas.RangeIndex:
        encoder.budget.spend(size=8 * len(index))
        return {"range": [int(index.start), int(index.stop), int(index.step)], "name": name}
    labels = _write_labels(encoder, index, depth)
    return None if labels is None else {**labels, "name": name}


def _write_labels(encoder: "Encoder", index: Any, depth: int) -> Node | None:
    column = write_column(encoder, index.array, depth)
    return None if column is None else {"column": column, **_write_frequency(index)}


def _write_frequency(index: Any) -> Node:
    import pandas
    from pandas.tseries.frequencies import to_offset

    # A PeriodIndex has its frequency in its dtype.
    frequency = None if isinstance(index, pandas.PeriodIndex) else getattr(index, "freq", None)
    if frequency is None or not _FREQUENCY.fullmatch(frequency.freqstr) or to_offset(frequency.freqstr) != frequency:
        return {}
    return {"frequency": frequency.freqstr}


def read_index(decoder: "Decoder", node: Any, depth: int) -> Any:
    """The index of a node."""
    import pandas

    if type(node) is not dict:
        raise WireError("a table's index is malformed")
    decoder.budget.spend(values=6, size=OVERHEAD_BYTES)
    if "levels" in node:
        return _read_levels(decoder, node, depth)
    name = decoder.decode(node["name"], depth + 1)
    if "range" in node:
        start, stop, step = node["range"]
        if any(type(part) is not int for part in (start, stop, step)):
            raise WireError("a table's index is malformed")
        # Three numbers stand for memory that pandas takes as soon as the index is used.
        decoder.budget.spend(size=8 * len(range(start, stop, step)))
        return pandas.RangeIndex(start, stop, step, name=name)
    return _read_labels(decoder, node, depth).rename(name)


def _read_labels(decoder: "Decoder", node: Any, depth: int) -> Any:
    import pandas

    column = read_column(decoder, node["column"], depth)
    index = pandas.Index(column, dtype=column.dtype, copy=False)
    if "frequency" in node:
        timed = isinstance(index, pandas.DatetimeIndex | pandas.TimedeltaIndex)
        if not timed or not _FREQUENCY.fullmatch(node["frequency"]):
            raise WireError("an index's frequency is malformed")
        index.freq = node["frequency"]  # pandas refuses one that the index does not have
    return index


def _read_levels(decoder: "Decoder", node: Any, depth: int) -> Any:
    import pandas

    if type(node["levels"]) is not list or not 0 < len(node["levels"]) <= _MAX_LEVELS:
        raise WireError("a table's index is malformed")
    levels = [_read_labels(decoder, level, depth) for level in node["levels"]]
    codes = [read_array(decoder, code, depth) for code in node["codes"]]
    if any(code.dtype.kind != "i" or code.ndim != 1 for code in codes):
        raise WireError("a table's index is malformed")
    names = [decoder.decode(name, depth + 1) for name in node["names"]]
    # pandas checks that codes are within their level, levels have no label twice, and all are as long.
    return pandas.MultiIndex(levels=levels, codes=codes, names=names, verify_integrity=True)
