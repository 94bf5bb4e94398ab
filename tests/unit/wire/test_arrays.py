"""numpy in the codec: arrays and scalars of every dtype without objects, and dtypes as data."""

import base64
from typing import Any

import numpy as np
import pytest
from hypothesis import given

from openjupyter.wire.codec import Decoder, Encoder, decode, encode
from openjupyter.wire.dtypes import read_dtype, write_dtype
from openjupyter.wire.errors import WireError
from tests.unit.wire.values import arrays, assert_counted, canonical, shape_of, through_json

PIXEL = np.dtype([("place", [("x", "<i2"), ("y", ">i2")]), ("rgb", "u1", (3,)), ("name", "U4"), ("when", "M8[s]")])

ARRAYS: dict[str, Any] = {
    "structure": np.array([((1, 2), (3, 4, 5), "tea", "2026-01-01"), ((6, 7), (8, 9, 0), "ä😀", "NaT")], PIXEL),
    "aligned structure": np.zeros(3, np.dtype([("a", "i1"), ("b", "f8"), ("c", "S3")], align=True)),
    "overlapping fields": np.full(
        2, 7, np.dtype({"names": ["a", "b"], "formats": ["<i4", "<i2"], "offsets": [0, 0], "itemsize": 12})
    )["a"],
    "no fields": np.zeros(3, np.dtype([])),
    "part of the fields": np.ones(2, [("a", "i4"), ("b", "f8"), ("c", "i1")])[["a", "c"]],
    "one structure": np.zeros((), PIXEL),
    "no structures": np.zeros((0, 3), PIXEL),
    "void": np.array([b"ab\0", b"cde"], "V3"),
    "long doubles": np.array([1, np.inf, -0.0], np.longdouble) / 3,
    "big-endian long doubles": np.array([1, 2], ">f16"),
    "complex long doubles": np.array([1 + 2j], np.clongdouble),
    "half floats": np.array([1.5, np.nan], np.float16),
    "moments": np.array(["2026", "NaT"], "M8[25s]"),
    "moments of no unit": np.array(["NaT"], "M8"),
    "spans of years": np.array([3], "m8[Y]"),
    "Fortran order": np.asfortranarray(np.arange(24).reshape(2, 3, 4)),
    "backwards": np.arange(10)[::-2],
    "broadcast": np.broadcast_to(np.arange(3), (4, 3)),
    "many dimensions": np.zeros((1,) * 32),
    "empty": np.zeros((3, 0, 2), "f4"),
}


@pytest.mark.parametrize("name", ARRAYS)
def test_array_arrives_the_same(name: str) -> None:
    array = ARRAYS[name]
    arrived = through_json(array)
    assert canonical(arrived) == canonical(array)
    assert type(arrived) is np.ndarray and arrived.flags.writeable
    if array.ndim > 1 and array.size:
        assert arrived.flags.f_contiguous == array.flags.f_contiguous


@given(arrays())
def test_any_dtype_arrives_the_same(array: Any) -> None:
    assert shape_of(read_dtype(write_dtype(array.dtype))) == shape_of(array.dtype)


@pytest.mark.parametrize("missing", [(), (None,), (np.nan,)], ids=["no missing", "None", "NaN"])
def test_arrays_of_text_of_any_length_arrive(missing: Any) -> None:
    dtype = np.dtypes.StringDType(**({"na_object": missing[0]} if missing else {}))
    array = np.array([["a", "ä\0😀"], ["x" * 1_000, missing[0] if missing else ""]], dtype=dtype)
    arrived = through_json(array)
    assert arrived.shape == (2, 2) and arrived.dtype == dtype
    assert repr(arrived.tolist()) == repr(array.tolist())


@pytest.mark.parametrize(
    "array",
    [
        np.zeros(1, np.dtype([(("title", "a"), "i4")])),
        np.zeros(1, np.dtype([("a", "i4"), ("b", "O")])),
        np.array(["a"], np.dtypes.StringDType(na_object="none")),
        np.zeros((1,) * 33),
        np.ma.masked_array([1, 2], mask=[True, False]),
        np.rec.array([(1, 2.0)], dtype="i4,f8"),
        np.ones(1, dtype=object),
    ],
    ids=["titles", "objects", "odd missing value", "too many dimensions", "masked", "records", "object array"],
)
def test_other_arrays_stay_behind(array: Any) -> None:
    with pytest.raises(WireError, match="cannot cross"):
        encode(array)


@pytest.mark.parametrize(
    "scalar",
    [
        *(np.bool(True), np.int8(-1), np.uint64(2**64 - 1), np.float16(1.5), np.float32(0.1), np.longdouble(1) / 3),
        *(np.complex64(1j), np.clongdouble(1j), np.datetime64("2026-01-01T00:00", "25s"), np.timedelta64("NaT")),
        *(np.str_("ä\0"), np.str_(""), np.str_("\ud800"), np.bytes_(b"a\0"), np.void(b"ab\0"), ARRAYS["structure"][0]),
    ],
    ids=lambda scalar: f"{type(scalar).__name__} {ascii(scalar)[:20]}",
)
def test_scalar_arrives_the_same(scalar: Any) -> None:
    arrived = through_json(scalar)
    assert type(arrived) is type(scalar) and canonical(arrived) == canonical(scalar)
    if isinstance(scalar, str | bytes):  # an array would forget trailing zeros
        assert len(arrived) == len(scalar) and arrived == scalar


def test_scalars_are_keys() -> None:
    keys = {np.int64(1): "a", np.str_("b"): "b", np.float64(0.5): "c", np.datetime64("2026"): "d", np.bool(False): "e"}
    assert through_json(keys) == keys
    assert [type(key) for key in through_json(keys)] == [type(key) for key in keys]


def test_scalars_may_arrive_as_plain_values() -> None:
    given_ = [np.bool(True), np.int8(1), np.uint64(2**64 - 1), np.float16(0.5), {"x": (np.float32(0.5),)}]
    arrived = Decoder(plain_scalars=True).decode(encode(given_))
    assert canonical(arrived) == canonical([True, 1, 2**64 - 1, 0.5, {"x": (0.5,)}])
    kept = [np.float64(1), np.timedelta64(1, "s"), np.longdouble(1), np.complex64(1), np.arange(2, dtype="i1")]
    assert canonical(Decoder(plain_scalars=True).decode(encode(kept))) == canonical(kept)


def test_nothing_but_values_is_in_what_crosses() -> None:
    secret = np.full(4 * 32, 0x5A, np.uint8)
    aligned = np.dtype([("a", "i1"), ("inner", [("b", "i1"), ("c", "f8")]), ("d", np.longdouble)], align=True)
    memory = np.resize(secret, 2 * aligned.itemsize).view(aligned)
    memory["a"], memory["inner"]["b"], memory["inner"]["c"], memory["d"] = 0, 0, 0, 0
    swapped = np.frombuffer((b"\x5a" * 6 + bytes(10)) * 4, ">f16")
    for value in (memory, memory[0], memory["d"], memory["d"][0], swapped):
        assert b"\x5a" not in base64.b64decode(encode(value)["data"])


# ----------------------------------------------------------------------------- dtypes from the other side


@pytest.mark.parametrize(
    "dtype",
    [
        *(
            "O",
            "|O8",
            "f8",
            "<i16",
            "<f8,<f8",
            "(2,)<f8",
            "os.system",
            "<U99999999999",
            "<U9999999",
            "<M8[ns]\n",
            "<M8[5x]",
        ),
        *("float64", "", "٣", "<f８", "<M8[0000000000s]", "T", "StringDType()", "=f8", "<V" + "9" * 40),
        *(None, 1, True, [], ["<f8"], ["a", "b"], [["a", "<f8"]], {}, {"base": "<f8"}, {"base": "O", "shape": [1]}),
        {"base": "<f8", "shape": [10**9]},
        {"base": "<f8", "shape": []},
        {"base": "<U0", "shape": [10**9]},
        {"base": "<f8", "shape": [-1]},
        {"base": "<f8", "shape": [True]},
        {"base": "<f8", "shape": 3},
        {"base": "<f8", "shape": [1] * 40},
        {"fields": [["a", "O", 0]], "size": 8},
        {"fields": [["a", "<f8", 4]], "size": 8},
        {"fields": [["a", "<f8", -8]], "size": 8},
        {"fields": [["a", "<f8", 0], ["a", "<f8", 8]], "size": 16},
        {"fields": [["a", "<f8", 0]], "size": 10**9},
        {"fields": [["a", "<f8", 0]], "size": -1},
        {"fields": [["a", "<f8", 0.0]], "size": 8},
        {"fields": [[["t", "a"], "<f8", 0]], "size": 8},
        {"fields": [["a", "<f8"]], "size": 8},
        {"fields": [["a", "<f8", 1]], "size": 16, "aligned": True},
        {"fields": [[f"f{number}", "|i1", 0] for number in range(2_000)], "size": 1},
        {"fields": {"a": "<f8"}, "size": 8},
    ],
    ids=lambda dtype: ascii(dtype)[:50],
)
def test_a_dtype_that_is_none_is_refused(dtype: Any) -> None:
    with pytest.raises(WireError):
        decode({"t": "ndarray", "dtype": dtype, "shape": [0], "data": ""})
    with pytest.raises(WireError):
        decode({"t": "scalar", "dtype": dtype, "data": ""})


def test_dtypes_nested_without_end_are_refused() -> None:
    base: Any = "<f8"
    fields: Any = "<f8"
    for _ in range(900):
        base, fields = {"base": base, "shape": [1]}, {"fields": [["a", fields, 0]], "size": 8}
    for dtype in (base, fields):
        with pytest.raises(WireError):
            decode({"t": "ndarray", "dtype": dtype, "shape": [0], "data": ""})


@pytest.mark.parametrize("order", ["<", ">"])
def test_texts_that_hold_no_characters_are_refused(order: str) -> None:
    data = Encoder().binary(np.array([0x110000, 65], order + "u4").tobytes())
    with pytest.raises(WireError):
        decode({"t": "ndarray", "dtype": f"{order}U1", "shape": [2], "data": data})
    with pytest.raises(WireError):
        fields = {"fields": [["a", f"{order}U2", 0]], "size": 8}
        decode({"t": "scalar", "dtype": fields, "data": data})


@pytest.mark.parametrize(
    "texts",
    [{"texts": [None], "missing": "no"}, {"texts": [1], "missing": "nan"}, {"texts": ["a"] * 2, "missing": "nan"}],
)
def test_malformed_arrays_of_text_are_refused(texts: Any) -> None:
    with pytest.raises(WireError):
        decode({"t": "ndarray", "shape": [1], **texts})


# ----------------------------------------------------------------------------- what is counted fits into a frame


@given(arrays())
def test_a_counted_value_has_three_parts_at_most(array: Any) -> None:
    assert_counted([array, {"x": array}])
