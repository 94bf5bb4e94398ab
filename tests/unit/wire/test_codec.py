"""The closed codec: what may cross arrives the same in type and value, everything else is refused in words."""

import datetime as dt
import math
from collections import Counter
from decimal import Decimal
from typing import Any
from unittest.mock import Mock

import numpy as np
import pandas as pd
import pytest
from hypothesis import given

from openjupyter.wire import codec
from openjupyter.wire.codec import MAX_DEPTH, Budget, Decoder, Encoder, decode, encode
from openjupyter.wire.errors import WireError
from tests.unit.wire.values import assert_counted, canonical, through_json, values


@given(values)
def test_what_may_cross_arrives_the_same(value: Any) -> None:
    assert canonical(through_json(value)) == canonical(value)


@given(values)
def test_what_is_counted_fits_into_a_frame(value: Any) -> None:
    assert_counted(value)


@pytest.mark.parametrize(
    "value",
    [
        -0.0,
        math.inf,
        -math.inf,
        math.nan,
        complex(-0.0, math.nan),
        2**53 - 1,
        2**53,
        -(2**53),
        2**20_000 + 1,
        "\ud800 and \udfff",
        "\0",
        "😀",
        Decimal("-0.00"),
        Decimal("NaN17"),
        Decimal("1E+99999"),
        dt.datetime(1, 1, 1, tzinfo=dt.timezone(dt.timedelta(seconds=-1))),
        dt.datetime.max,
        dt.timedelta.min,
        range(10**30, -(10**30), -3),
        {math.nan: 1, float("nan"): 2},
        {True: "one"},
        {(1, "a"): {frozenset([b"x"]): [()]}},
    ],
    ids=lambda value: "huge" if type(value) is int and value > 2**64 else ascii(value)[:40],
)
def test_edges_arrive_the_same(value: Any) -> None:
    assert canonical(through_json(value)) == canonical(value)


def test_booleans_and_integers_stay_apart() -> None:
    assert [type(item) for item in through_json([True, 1, np.True_, np.int64(1)])] == [bool, int, np.bool, np.int64]


def test_a_named_zone_keeps_its_moment_and_offset() -> None:
    from zoneinfo import ZoneInfo

    value = dt.datetime(2026, 7, 1, 12, tzinfo=ZoneInfo("Europe/Berlin"))
    arrived = through_json(value)
    assert arrived == value
    assert arrived.utcoffset() == dt.timedelta(hours=2)


# ----------------------------------------------------------------------------- exact types


class Sneaky(list):
    pass


class Whole(int):
    def __eq__(self, other: object) -> bool:
        return True

    __hash__ = int.__hash__


class Liar:
    """Claims another class than it has."""

    def __init__(self, claimed: type) -> None:
        self.claimed = claimed

    @property
    def __class__(self) -> type:  # type: ignore[override]
        return self.claimed


class NumpyLiar(np.float64):
    __module__ = "numpy"

    def __eq__(self, other: object) -> bool:
        return True

    __hash__ = np.float64.__hash__


class MyFrame(pd.DataFrame):
    pass


class MyIndex(pd.Index):
    pass


def my_index() -> Any:
    index = pd.Index(["a"])
    index.__class__ = MyIndex
    return index


class Tally(Counter):
    pass


OUTSIDE = {
    "subclass of list": Sneaky([1]),
    "subclass of int": Whole(1),
    "subclass of dict": Tally(a=1),
    "subclass of a numpy scalar": NumpyLiar(1.0),
    "subclass of an array": np.ma.masked_array([1, 2]),
    "matrix": np.zeros(2).view(np.recarray),
    "array of objects": np.array([1, "a"], dtype=object),
    "subclass of a frame": MyFrame({"a": [1]}),
    "subclass of an index": my_index(),
    "series with an object in it": pd.Series([1, object()], dtype=object),
    "series with an object as name": pd.Series([1], name=print),
    "frame with a subclass in it": pd.DataFrame({"a": [Sneaky([1])]}),
    "frame with an index of objects": pd.DataFrame({"a": [1]}, index=[object()]),
    "function": len,
    "class": int,
    "module": math,
    "generator": (item for item in ()),
    "object": object(),
    "not implemented": NotImplemented,
    "memory": memoryview(b"x"),
    **{
        f"claims to be {kind.__name__}": Liar(kind)
        for kind in (list, dict, str, int, np.ndarray, np.float64, pd.Series, pd.DataFrame, pd.Index, pd.RangeIndex)
    },
    "mock of an index": Mock(spec=pd.Index),
    "mock of a frame": Mock(spec=pd.DataFrame),
}


@pytest.mark.parametrize("name", OUTSIDE)
def test_what_is_outside_the_closed_set_becomes_a_handle_or_an_error(name: str) -> None:
    value = OUTSIDE[name]
    with pytest.raises(WireError):
        encode(value)
    handed: list[Any] = []

    def make_handle(given: Any) -> Any:
        handed.append(given)
        return {"t": "handle", "id": len(handed)}

    assert Encoder(make_handle).encode([value]) == [{"t": "handle", "id": len(handed)}]
    assert handed[-1] is value


def test_a_subclass_inside_a_container_is_not_let_through() -> None:
    for container in ([Sneaky()], (Whole(3),), {"a": Tally()}, {Whole(3): 1}, {Whole(3)}):
        with pytest.raises(WireError):
            encode(container)


def test_handles_are_only_taken_where_they_are_expected() -> None:
    node = {"t": "handle", "id": 7}
    with pytest.raises(WireError, match="not allowed"):
        decode([node])
    found = object()
    assert Decoder(lambda given: found if given is node else None).decode([node]) == [found]


# ----------------------------------------------------------------------------- caps


def nested(depth: int) -> Any:
    value: Any = 1
    for _ in range(depth):
        value = [value]
    return value


def test_depth_is_capped_on_both_sides() -> None:
    assert canonical(through_json(nested(MAX_DEPTH))) == canonical(nested(MAX_DEPTH))
    with pytest.raises(WireError, match="nested deeper"):
        encode(nested(MAX_DEPTH + 1))
    with pytest.raises(WireError, match="nested deeper"):
        decode(nested(MAX_DEPTH + 1))


@pytest.mark.parametrize("kind", ["tuple", "set", "dict", "complex", "frame"])
def test_depth_is_counted_through_every_kind(kind: str) -> None:
    node: Any = 1
    for _ in range(3_000):
        node = {"t": kind, "v": [[node, node]] if kind == "dict" else [node], "index": {"name": node}, "names": node}
    with pytest.raises(WireError):
        decode(node)


def test_what_contains_itself_is_refused() -> None:
    loop: list[Any] = []
    loop.append(loop)
    with pytest.raises(WireError, match="contains itself"):
        encode(loop)


def test_values_are_counted_on_both_sides(monkeypatch: pytest.MonkeyPatch) -> None:
    assert len(Decoder(budget=Budget(values=11)).decode([0] * 10)) == 10
    with pytest.raises(WireError, match="parts"):
        Decoder(budget=Budget(values=10)).decode([0] * 10)
    with pytest.raises(WireError, match="parts"):
        Encoder(budget=Budget(values=10)).encode([0] * 10)
    with pytest.raises(WireError, match="parts"):  # one budget for all arguments of a call
        budget = Budget(values=10)
        for _ in range(3):
            Decoder(budget=budget).decode([0] * 4)


@pytest.mark.parametrize(
    "value",
    [b"x" * 101, "x" * 101, np.zeros(101, np.int8), "\ud800" * 101, 2**1000, pd.Series(np.zeros(101, np.int8))],
    ids=lambda value: type(value).__name__,
)
def test_bytes_are_counted_on_both_sides(value: Any) -> None:
    with pytest.raises(WireError, match="MB"):
        Encoder(budget=Budget(bytes=100)).encode(value)
    if not isinstance(value, int):
        with pytest.raises(WireError, match="MB"):
            Decoder(budget=Budget(bytes=100)).decode(encode(value))


def test_the_default_caps_hold() -> None:
    with pytest.raises(WireError, match="24 MB"):
        encode(np.zeros(25 * 2**20, np.int8))
    with pytest.raises(WireError, match="1,000,000 parts"):
        encode([0] * codec.MAX_VALUES)


def test_an_int_is_capped_before_it_is_read() -> None:
    with pytest.raises(WireError, match="int is malformed"):
        decode({"t": "int", "v": "f" * 1_000_001})


@pytest.mark.parametrize("dtype", ["<U0", "S0", "|S0", "V0"])
def test_a_few_bytes_cannot_announce_an_array_of_gigabytes(dtype: str) -> None:
    with pytest.raises(WireError):
        decode({"t": "ndarray", "dtype": dtype, "shape": [10**9], "data": ""})


@pytest.mark.parametrize("shape", [[2**62, 4], [2**40, 2**40], [0, 2**70], [2**70, 0]])
def test_shapes_that_overflow_are_refused(shape: list[int]) -> None:
    with pytest.raises(WireError):
        decode({"t": "ndarray", "dtype": "<f8", "shape": shape, "data": "AAAAAAAAAAA="})


def test_a_range_cannot_announce_an_index_of_gigabytes() -> None:
    huge = {"range": [0, 10**12, 1], "name": None}
    with pytest.raises(WireError):
        decode({"t": "index", "index": huge})
    with pytest.raises(WireError):
        decode({"t": "frame", "columns": [], "index": huge, "names": {"range": [0, 0, 1], "name": None}})
    with pytest.raises(WireError):
        encode(pd.DataFrame(index=pd.RangeIndex(10**12)))


# ----------------------------------------------------------------------------- malformed nodes

MALFORMED = {
    "no kind": {},
    "kind is no text": {"t": 1, "v": 1},
    "unknown kind": {"t": "pickle", "v": "gAN9cQAu"},
    "no value": {"t": "bytes"},
    "bytes of a number": {"t": "bytes", "v": 3},
    "bytes not base64": {"t": "bytes", "v": "a!=="},
    "bytes with letters outside ASCII": {"t": "bytes", "v": "ä==="},
    "text that is no UTF-8": {"t": "str", "v": "/w=="},
    "int of a list": {"t": "int", "v": []},
    "int of words": {"t": "int", "v": "zz"},
    "float of words": {"t": "float", "v": "1e5"},
    "float of a list": {"t": "float", "v": ["nan"]},
    "complex of one": {"t": "complex", "v": [1]},
    "complex of a huge int": {"t": "complex", "v": [{"t": "int", "v": "f" * 1000}, 0]},
    "fraction by zero": {"t": "fraction", "v": [1, 0]},
    "fraction of floats": {"t": "fraction", "v": [0.5, 1]},
    "range without step": {"t": "range", "v": [0, 1, 0]},
    "range of texts": {"t": "range", "v": ["0", "1", "1"]},
    "decimal of words": {"t": "decimal", "v": "one"},
    "datetime of words": {"t": "datetime", "v": "tomorrow"},
    "datetime of a number": {"t": "datetime", "v": 5},
    "timedelta too long": {"t": "timedelta", "v": [10**12, 0, 0]},
    "timedelta of booleans": {"t": "timedelta", "v": [True, 0, 0]},
    "set of lists": {"t": "set", "v": [[]]},
    "set of no list": {"t": "set", "v": {"t": "int", "v": "1"}},
    "dict of single items": {"t": "dict", "v": [[1]]},
    "dict with a list as key": {"t": "dict", "v": [[[], 1]]},
    "array of objects": {"t": "ndarray", "dtype": "O", "shape": [1], "data": "AAAAAAAAAAA="},
    "array of structures": {"t": "ndarray", "dtype": "i4,O", "shape": [1], "data": ""},
    "array of a long dtype": {"t": "ndarray", "dtype": "i4," * 20, "shape": [1], "data": ""},
    "array of an unknown dtype": {"t": "ndarray", "dtype": "os.system", "shape": [1], "data": ""},
    "array with a negative shape": {"t": "ndarray", "dtype": "i1", "shape": [-1], "data": "AA=="},
    "array with a boolean shape": {"t": "ndarray", "dtype": "i1", "shape": [True], "data": "AA=="},
    "array with too many dimensions": {"t": "ndarray", "dtype": "i1", "shape": [1] * 70, "data": "AA=="},
    "array that does not fit": {"t": "ndarray", "dtype": "i4", "shape": [2], "data": "AAAAAA=="},
    "text that is no Unicode": {"t": "scalar", "dtype": "<U1", "shape": [], "data": "/////w=="},
    "scalar of nothing": {"t": "scalar"},
    "scalar of an unknown NA": {"t": "scalar", "na": "None"},
    "timestamp of words": {"t": "scalar", "timestamp": "now or never"},
    "series without index": {"t": "series", "column": {"list": [], "dtype": "object"}, "name": None},
    "series longer than its index": {
        "t": "series",
        "column": {"list": [1, 2, 3], "dtype": "Int64"},
        "index": {"range": [0, 2, 1], "name": None},
        "name": None,
    },
    "series with a list as name": {
        "t": "series",
        "column": {"list": [1], "dtype": "Int64"},
        "index": {"range": [0, 1, 1], "name": None},
        "name": [1],
    },
    "column of texts of an unknown dtype": {"t": "index", "index": {"column": {"texts": [], "dtype": "M"}, "name": 0}},
    "column of numbers as texts": {"t": "index", "index": {"column": {"texts": [1], "dtype": "str"}, "name": 0}},
    "frame with a column too short": {
        "t": "frame",
        "columns": [{"list": [1], "dtype": "Int64"}],
        "index": {"range": [0, 2, 1], "name": None},
        "names": {"range": [0, 1, 1], "name": None},
    },
    "frame with too many names": {
        "t": "frame",
        "columns": [],
        "index": {"range": [0, 2, 1], "name": None},
        "names": {"range": [0, 1, 1], "name": None},
    },
    "index of floats": {"t": "index", "index": {"range": [0, 1.5, 1], "name": None}},
    "index without step": {"t": "index", "index": {"range": [0, 1, 0], "name": None}},
    "codes outside the categories": {
        "t": "index",
        "index": {
            "column": {
                "categories": {"range": [0, 1, 1], "name": None},
                "codes": {"dtype": "i1", "shape": [1], "data": "BQ=="},
                "ordered": False,
            },
            "name": None,
        },
    },
    "unknown time zone": {
        "t": "index",
        "index": {
            "column": {"moments": {"dtype": "<M8[ns]", "shape": [0], "data": ""}, "zone": "../../etc/passwd"},
            "name": None,
        },
    },
    "index that is not as regular as it says": {
        "t": "index",
        "index": {
            "column": {"dtype": "<M8[D]", "shape": [2], "data": "AAAAAAAAAAAFAAAAAAAAAA=="},
            "name": None,
            "frequency": "D",
        },
    },
    "index with a step that is none": {
        "t": "index",
        "index": {"column": {"dtype": "<M8[D]", "shape": [0], "data": ""}, "name": None, "frequency": "9999999C"},
    },
    "index of numbers with a step": {
        "t": "index",
        "index": {"column": {"dtype": "<i8", "shape": [0], "data": ""}, "name": None, "frequency": "D"},
    },
    "levels of different length": {
        "t": "index",
        "index": {"levels": [{"list": [1], "dtype": "Int64"}, {"list": [], "dtype": "Int64"}], "names": [None, None]},
    },
}


@pytest.mark.parametrize("name", MALFORMED)
def test_a_malformed_node_is_a_wire_error(name: str) -> None:
    with pytest.raises(WireError):
        decode(MALFORMED[name])


def test_an_error_does_not_repeat_a_long_hostile_kind() -> None:
    with pytest.raises(WireError) as caught:
        decode({"t": "x" * 1_000_000, "v": 1})
    assert len(str(caught.value)) < 200
