"""Whatever the other side sends, decoding ends in a value or in a WireError, never in anything else."""

import contextlib
import datetime as dt
import json
from collections import OrderedDict, deque
from decimal import Decimal
from fractions import Fraction
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import numpy as np
import pandas as pd
from hypothesis import assume, given
from hypothesis import strategies as st

from openjupyter.wire import decoder
from openjupyter.wire.codec import Decoder, EnumMember, NamedTuple, Record, encode
from openjupyter.wire.errors import WireError
from openjupyter.wire.frames import receive_frame, unpack

KINDS = [*decoder._READERS, *decoder._ARRAY_KINDS, *decoder._TABLE_KINDS]
FIELDS = [
    *("t", "v", "fold", "zone", "most", "type", "fields", "name", "value", "handle", "id", "repr", "dtype", "shape"),
    *("data", "order", "texts", "missing", "text", "bytes", "base", "size", "aligned", "column", "columns", "block"),
    *("index", "names", "levels", "range", "frequency", "freq", "unit", "closed", "categories", "codes", "ordered"),
    *("moments", "periods", "left", "right", "sparse", "fill", "arrow", "values", "mask", "storage", "list"),
]
DTYPES = [
    "str",
    "string",
    "Int64",
    "boolean",
    "Float32",
    "<f8",
    "<U2",
    "|S3",
    "<M8[ns]",
    "<m8",
    "O",
    "|V8",
    "i4,O",
    "<U0",
]
WORDS = [
    *KINDS,
    *FIELDS,
    *DTYPES,
    "",
    "AAAAAAAAAAA=",
    "nan",
    "NaT",
    "UTC",
    "Europe/Berlin",
    "D",
    "M",
    "ns",
    "int64",
    "python",
    "both",
    "no",
    "F",
    "2026-01-01",
    "ff",
    "x",
    1,
    -1,
    10**30,
]

json_scalars = (
    st.sampled_from(WORDS) | st.none() | st.booleans() | st.integers(-(2**70), 2**70) | st.floats() | st.text()
)
json_trees = st.recursive(
    json_scalars,
    lambda inner: (
        st.lists(inner, max_size=4) | st.dictionaries(st.sampled_from(FIELDS) | st.text(max_size=3), inner, max_size=5)
    ),
    max_leaves=15,
)
nodes = st.builds(
    lambda kind, fields: {**fields, "t": kind},
    st.sampled_from(KINDS),
    st.dictionaries(st.sampled_from(FIELDS), json_trees, max_size=6),
)

GOOD = [
    encode(value)
    for value in [
        {"a": [1, 2.5, None, "x", b"y"], (1, 2): {3}},
        [np.arange(6.0).reshape(2, 3), np.array(["a", "bc"]), np.datetime64("2026-01-01"), np.float32(1)],
        pd.DataFrame({"n": [1, 2], "t": ["a", None], "o": pd.Series([1, "a"], dtype=object)}),
        pd.DataFrame({"c": pd.Categorical(["a", "b"]), "z": pd.date_range("2026", periods=2, tz="Europe/Berlin")}),
        pd.Series([1.5], index=pd.MultiIndex.from_tuples([("a", 1)], names=["x", None]), name="s"),
        pd.date_range("2026-01-01", periods=3, freq="W-MON", name="when"),
        pd.Series([1, None], dtype="Int64"),
        pd.DataFrame(np.eye(2), columns=pd.MultiIndex.from_product([["a"], pd.date_range("2026", periods=2)])),
        [pd.cut([1, 2, 3], 2), pd.period_range("2026", periods=2, freq="M"), pd.arrays.SparseArray([0, 0, 1])],
        [pd.Timestamp("2026", tz="UTC"), pd.Timedelta("1s"), pd.Period("2026"), pd.Interval(0, 1), pd.NaT],
        [np.zeros(2, [("a", "<i2"), ("b", "U2", (2,))]), np.array(["a"], np.dtypes.StringDType()), np.str_("a")],
        [
            Decimal("1.5"),
            Fraction(1, 3),
            range(3),
            slice(1, None),
            1j,
            float("nan"),
            2**70,
            Path("a"),
            ...,
            deque([1], 2),
        ],
        [
            dt.datetime(2026, 1, 1, tzinfo=ZoneInfo("Europe/Berlin")),
            dt.time(1, tzinfo=dt.UTC),
            dt.timedelta(1),
            dt.date.max,
        ],
        [
            Record("R", {"x": 1}),
            EnumMember("E", "X", [1]),
            NamedTuple("N", ("x", "y"), (1, 2)),
            [0.5] * 40,
            OrderedDict(a=1),
        ],
    ]
]


def decodes_or_refuses(node: Any) -> None:
    with contextlib.suppress(WireError):
        Decoder(lambda given: object(), make_record=lambda record, given: record).decode(node)


@given(json_trees)
def test_any_json_decodes_or_is_refused(tree: Any) -> None:
    decodes_or_refuses(tree)


@given(nodes)
def test_any_node_of_a_known_kind_decodes_or_is_refused(node: Any) -> None:
    decodes_or_refuses(node)


def places(node: Any, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    """The paths to all parts of a JSON tree."""
    children = node.items() if isinstance(node, dict) else enumerate(node) if isinstance(node, list) else ()
    return [path, *(place for key, child in children for place in places(child, (*path, key)))]


def with_part(node: Any, path: tuple[Any, ...], part: Any) -> Any:
    if not path:
        return part
    copy = dict(node) if isinstance(node, dict) else list(node)
    copy[path[0]] = with_part(node[path[0]], path[1:], part)
    return copy


@given(st.sampled_from(GOOD), st.data())
def test_a_good_node_with_a_forged_part_decodes_or_is_refused(node: Any, data: st.DataObject) -> None:
    path = data.draw(st.sampled_from(places(node)))
    decodes_or_refuses(with_part(node, path, data.draw(json_trees | nodes)))


@given(st.sampled_from(GOOD), st.data())
def test_parts_of_good_nodes_in_the_wrong_place_decode_or_are_refused(node: Any, data: st.DataObject) -> None:
    other: Any = data.draw(st.sampled_from(GOOD))
    for key in data.draw(st.sampled_from(places(other))):
        other = other[key]
    decodes_or_refuses(with_part(node, data.draw(st.sampled_from(places(node))), other))


BODIES = [json.dumps({"id": 1, "value": node}, separators=(",", ":")).encode() for node in GOOD]


@given(st.sampled_from(BODIES), st.data())
def test_a_good_frame_with_forged_bytes_decodes_or_is_refused(body: bytes, data: st.DataObject) -> None:
    forged = bytearray(body)
    for _ in range(data.draw(st.integers(1, 4))):
        place, width = data.draw(st.integers(0, len(forged))), data.draw(st.integers(0, 3))
        forged[place : place + width] = data.draw(
            st.sampled_from([b"", b"0", b"9", b"-", b'"', b",", b"[", b"]", b"{}", b"null", b"A"])
            | st.binary(max_size=3)
        )
    with contextlib.suppress(WireError):
        decodes_or_refuses(unpack(bytes(forged)).get("value"))


@given(st.binary(max_size=200))
def test_any_bytes_are_a_frame_or_refused(body: bytes) -> None:
    with contextlib.suppress(WireError):
        assert isinstance(unpack(body), dict)


@given(json_trees)
def test_only_objects_are_frames(tree: Any) -> None:
    assume(not isinstance(tree, dict))
    body = json.dumps(tree).encode()
    try:
        frame = unpack(body)
    except WireError:
        return
    raise AssertionError(f"{body!r} became {frame!r}")


@given(st.binary(max_size=60))
def test_any_stream_ends_in_frames_or_a_refusal(stream: bytes) -> None:
    position = 0

    def read(count: int) -> bytes:
        nonlocal position
        part = stream[position : position + count]
        position += len(part)
        return part

    with contextlib.suppress(WireError):
        while (frame := receive_frame(read)) is not None:
            assert isinstance(frame, dict)
        assert position == len(stream)
