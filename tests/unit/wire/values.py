"""Values that may cross, as hypothesis strategies, and a form of them in which equal means equal in type and value."""

import datetime as dt
import json
import pathlib
import re
import struct
import zoneinfo
from collections import Counter, OrderedDict, deque
from decimal import Decimal
from fractions import Fraction
from typing import Any

import numpy as np
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from openjupyter.wire import frames
from openjupyter.wire.codec import (
    MAX_VALUES,
    Budget,
    Decoder,
    Encoder,
    EnumMember,
    NamedTuple,
    Record,
    decode,
    encode,
)

any_text = st.text(st.characters(exclude_categories=()), max_size=20)  # lone surrogates among it
DAY_US = 86_400 * 10**6
offsets = st.integers(1 - DAY_US, DAY_US - 1).map(lambda count: dt.timezone(dt.timedelta(microseconds=count)))
names = st.sampled_from(["Europe/Berlin", "America/Argentina/Buenos_Aires", "Etc/GMT+3", "Asia/Kolkata", "UTC"])
zones = st.none() | st.just(dt.UTC) | offsets | names.map(zoneinfo.ZoneInfo)
paths = st.text(st.characters(exclude_characters="\0"), max_size=20)
ranges = st.builds(range, st.integers(), st.integers(), st.integers().filter(bool))

hashable_scalars = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(),
    st.binary(max_size=375).map(lambda memory: int.from_bytes(memory, "big", signed=True)),
    st.floats(),
    any_text,
    st.binary(max_size=20),
    st.complex_numbers(),
    st.decimals().filter(lambda number: not number.is_snan()),  # a signalling NaN cannot be hashed
    st.fractions(),
    ranges,
    st.dates(),
    st.times(timezones=zones),
    st.datetimes(timezones=zones),
    st.datetimes(timezones=zones).map(lambda moment: moment.replace(fold=1)),
    st.timedeltas(),
    zones,
    paths.map(pathlib.Path),
    paths.map(pathlib.PurePosixPath),
    paths.map(pathlib.PureWindowsPath),
    st.just(...),
)
bounds = st.none() | st.integers() | any_text
scalars = st.one_of(
    hashable_scalars,
    st.binary(max_size=20).map(bytearray),
    st.just(Decimal("-sNaN123")),
    st.builds(slice, bounds, bounds, bounds),
    st.lists(st.floats(), min_size=30, max_size=40),
)
hashables = st.recursive(
    hashable_scalars, lambda inner: st.tuples(inner, inner) | st.frozensets(inner, max_size=3), max_leaves=6
)

plain_dtypes = st.one_of(
    hnp.boolean_dtypes(),
    hnp.integer_dtypes(endianness="?"),
    hnp.unsigned_integer_dtypes(endianness="?"),
    hnp.floating_dtypes(endianness="?", sizes=(16, 32, 64)),
    hnp.complex_number_dtypes(endianness="?", sizes=(64, 128)),
    hnp.byte_string_dtypes(endianness="?", max_len=5),
    hnp.unicode_string_dtypes(endianness="?", max_len=5),
    hnp.datetime64_dtypes(endianness="?"),
    hnp.timedelta64_dtypes(endianness="?"),
    st.sampled_from([np.dtype(np.longdouble), np.dtype(np.clongdouble), np.dtype(np.longlong), np.dtype("m8[25s]")]),
    st.sampled_from([np.dtype(name) for name in ("V5", "V0", "U0", "S0", "<M8", ">m8[ns]", ">f16", ">c32")]),
)
field_names = st.lists(st.text(max_size=4), min_size=1, max_size=4, unique=True).filter(lambda found: "" not in found)


@st.composite
def structures(draw: st.DrawFn, inner: Any) -> Any:
    """Structured dtypes: packed, aligned or with gaps; fields that are arrays. No texts: not any memory is one."""
    fields = [
        (
            name,
            draw(inner.filter(lambda kind: kind.itemsize and kind.kind != "U")),
            draw(st.sampled_from([(), (2,), (2, 1)])),
        )
        for name in draw(field_names)
    ]
    if draw(st.booleans()):
        return np.dtype([(name, kind, shape) if shape else (name, kind) for name, kind, shape in fields], align=True)
    offsets, size = [], draw(st.integers(0, 3))
    for _, kind, shape in fields:
        offsets.append(size)
        size += np.dtype((kind, shape)).itemsize + draw(st.integers(0, 3))
    formats = [(kind, shape) if shape else kind for _, kind, shape in fields]
    return np.dtype({"names": [f[0] for f in fields], "formats": formats, "offsets": offsets, "itemsize": size})


layouts = st.sampled_from([np.ascontiguousarray, np.asfortranarray, lambda array: array[..., ::-1], np.transpose])


@st.composite
def arrays(draw: st.DrawFn) -> Any:
    """Arrays of every plain dtype: 0-d, empty, Fortran order, reversed."""
    dtype = draw(plain_dtypes | structures(plain_dtypes) | structures(structures(plain_dtypes)))
    shape = draw(hnp.array_shapes(min_dims=1, max_dims=3, min_side=0, max_side=4) | st.just(()))
    size = dtype.itemsize * int(np.prod(shape))
    if dtype.kind in "US":
        array = draw(hnp.arrays(dtype, shape))
    elif size == 0:
        array = np.zeros(shape, dtype)
    else:  # raw memory reaches every NaN and NaT there is
        memory = draw(st.binary(min_size=size, max_size=size))
        safe = dtype.kind not in "bV" or (dtype.char == "V" and dtype.names is None)
        array = np.frombuffer(memory if safe else bytes(b & 1 for b in memory), dtype).reshape(shape)
    return array if shape == () else draw(layouts)(array)


numpy_scalars = arrays().map(lambda array: array.ravel()[:1]).filter(len).map(lambda array: array[0])

words = st.from_regex(r"[A-Za-z][a-z_]{0,5}", fullmatch=True)


def named_tuples(inner: Any) -> Any:
    """Named tuples with up to three fields, `index` and `count` among their names."""
    fields = st.dictionaries(words | st.sampled_from(["index", "count"]), inner, max_size=3)
    return st.builds(lambda name, kept: NamedTuple(name, tuple(kept), tuple(kept.values())), words, fields)


values = st.recursive(
    scalars | arrays() | numpy_scalars,
    lambda inner: st.one_of(
        st.lists(inner, max_size=4),
        st.lists(inner, max_size=4).map(tuple),
        named_tuples(inner),
        st.builds(Record, words, st.dictionaries(words, inner, max_size=3)),
        st.builds(EnumMember, words, st.none() | any_text, inner),
        st.builds(deque, st.lists(inner, max_size=4), st.none() | st.integers(0, 5)),
        st.dictionaries(hashables, inner, max_size=4),
        st.dictionaries(hashables, inner, max_size=4).map(OrderedDict),
        st.dictionaries(hashables, inner, max_size=4).map(Counter),
        st.sets(hashables, max_size=4),
        st.frozensets(hashables, max_size=4),
    ),
    max_leaves=12,
)


def canonical(value: Any) -> Any:
    """A value as nested tuples that are equal exactly when types and values are: NaN like NaN, -0.0 unlike 0.0."""
    kind = type(value)
    if kind is float:
        return kind, "nan" if value != value else struct.pack("d", value)
    if kind is complex:
        return kind, canonical(value.real), canonical(value.imag)
    if kind in (list, tuple):
        return kind, tuple(canonical(item) for item in value)
    if kind is NamedTuple:
        return kind, value._type_name, value._fields, canonical(tuple(value))
    if kind is Record:
        return kind, value.type_name, canonical(value._asdict())
    if kind is EnumMember:
        return kind, value.type_name, value.name, canonical(value.value)
    if kind is deque:
        return kind, value.maxlen, tuple(canonical(item) for item in value)
    if kind is slice:
        return kind, canonical(value.start), canonical(value.stop), canonical(value.step)
    if kind in (set, frozenset):
        return kind, len(value), frozenset(canonical(item) for item in value)
    if kind in (dict, OrderedDict, Counter):
        return kind, tuple((canonical(key), canonical(item)) for key, item in value.items())
    if kind is np.ndarray or isinstance(value, np.generic):
        array = np.asarray(value)  # longlong and int64 are two names of one dtype
        return isinstance(value, np.generic), shape_of(array.dtype), array.shape, memory_of(array)
    if kind in (dt.datetime, dt.time):
        return kind, value.replace(tzinfo=None).isoformat(), value.fold, canonical(value.tzinfo)
    if kind is zoneinfo.ZoneInfo:
        return kind, value.key
    if kind is Fraction:
        return kind, value.numerator, value.denominator
    if kind is range:
        return kind, value.start, value.stop, value.step
    if kind is Decimal:
        return kind, str(value)
    if kind is bytearray:
        return kind, bytes(value)
    return kind, value


def shape_of(dtype: Any) -> Any:
    """All there is to a dtype, fields and their places among it."""
    if dtype.subdtype is not None:
        return shape_of(dtype.subdtype[0]), dtype.subdtype[1]
    if dtype.names is None:
        return dtype.str
    places = [(name, dtype.fields[name][1], shape_of(dtype.fields[name][0])) for name in dtype.names]
    return tuple(places), dtype.itemsize, dtype.isalignedstruct


def memory_of(array: Any) -> Any:
    """The memory of an array's values; what lies between them is nobody's."""
    if array.dtype.names is not None:
        return tuple(memory_of(array[name]) for name in array.dtype.names)
    if array.dtype.char in "gG":
        memory = np.frombuffer(array.tobytes(), np.uint8).reshape(-1, 16)
        return (memory[:, :10] if array.dtype.isnative else memory[:, -10:]).tobytes()
    return array.tobytes()


def through_json(value: Any) -> Any:
    """A value after the whole trip: encoded, written as strict ASCII JSON, read and decoded."""
    text = json.dumps(encode(value), allow_nan=False)
    return decode(json.loads(text.encode("ascii")))


def assert_counted(value: Any) -> None:
    """What both sides count is enough for the frame: what one may send, the other will read."""
    sent, read = Budget(), Budget()
    node = Encoder(budget=sent).encode(value)
    body = re.sub(rb'"([^"\\]|\\.)*"', b'""', frames.pack({"v": node})[4:])
    counted = MAX_VALUES - sent.values
    assert sum(map(body.count, (b",", b"[", b"{"))) - 1 <= frames.MAX_PARTS // MAX_VALUES * counted
    assert body.count(b'"') - 2 <= frames.MAX_QUOTES // MAX_VALUES * counted
    Decoder(budget=read).decode(node)
    assert read.values >= sent.values and read.bytes >= sent.bytes
