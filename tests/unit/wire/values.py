"""Values that may cross, as hypothesis strategies, and a form of them in which equal means equal in type and value."""

import datetime as dt
import json
import struct
from decimal import Decimal
from fractions import Fraction
from typing import Any

import numpy as np
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from openjupyter.wire.codec import decode, encode

any_text = st.text(st.characters(exclude_categories=()), max_size=20)  # lone surrogates among it
# Whole seconds: Python itself misreads an offset of less than one (datetime.fromisoformat of "-00:00:00.5").
offsets = st.integers(-86_000, 86_000).map(lambda seconds: dt.timezone(dt.timedelta(seconds=seconds)))
zones = st.none() | st.just(dt.UTC) | offsets
ranges = st.builds(range, st.integers(), st.integers(), st.integers().filter(bool))

hashable_scalars = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(),
    st.integers(min_value=-(2**3000), max_value=2**3000),
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
    st.datetimes().map(lambda moment: moment.replace(fold=1)),
    st.timedeltas(),
)
scalars = hashable_scalars | st.binary(max_size=20).map(bytearray) | st.just(Decimal("-sNaN123"))
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
)
layouts = st.sampled_from([np.ascontiguousarray, np.asfortranarray, lambda array: array[..., ::-1], np.transpose])


@st.composite
def arrays(draw: st.DrawFn) -> Any:
    """Arrays of every plain dtype: 0-d, empty, Fortran order, reversed."""
    dtype = draw(plain_dtypes)
    shape = draw(hnp.array_shapes(min_dims=1, max_dims=3, min_side=0, max_side=4) | st.just(()))
    size = dtype.itemsize * int(np.prod(shape))
    if dtype.kind in "US":
        array = draw(hnp.arrays(dtype, shape))
    else:  # raw memory reaches every NaN and NaT there is
        memory = draw(st.binary(min_size=size, max_size=size))
        array = np.frombuffer(memory if dtype.kind != "b" else bytes(b & 1 for b in memory), dtype).reshape(shape)
    return array if shape == () else draw(layouts)(array)


numpy_scalars = arrays().map(lambda array: array.ravel()[:1]).filter(len).map(lambda array: array[0])

values = st.recursive(
    scalars | arrays() | numpy_scalars,
    lambda inner: st.one_of(
        st.lists(inner, max_size=4),
        st.lists(inner, max_size=4).map(tuple),
        st.dictionaries(hashables, inner, max_size=4),
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
    if kind in (set, frozenset):
        return kind, len(value), frozenset(canonical(item) for item in value)
    if kind is dict:
        return kind, tuple((canonical(key), canonical(item)) for key, item in value.items())
    if kind is np.ndarray or isinstance(value, np.generic):
        array = np.asarray(value)  # longlong and int64 are two names of one dtype
        return isinstance(value, np.generic), array.dtype.str, array.shape, array.tobytes()
    if kind in (dt.datetime, dt.time):
        return kind, value.isoformat(), value.fold
    if kind is Fraction:
        return kind, value.numerator, value.denominator
    if kind is range:
        return kind, value.start, value.stop, value.step
    if kind is Decimal:
        return kind, str(value)
    if kind is bytearray:
        return kind, bytes(value)
    return kind, value


def through_json(value: Any) -> Any:
    """A value after the whole trip: encoded, written as strict ASCII JSON, read and decoded."""
    text = json.dumps(encode(value), allow_nan=False)
    return decode(json.loads(text.encode("ascii")))
