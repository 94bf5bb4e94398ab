"""numpy arrays and scalars, both ways: dtype, shape and raw memory in base64. Objects cross one by one, or not at all.

Only exact types cross: np.ndarray itself (no masked array, no recarray) and numpy's own scalar types.
"""

import math
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import numpy as np

from openjupyter.wire.containers import read_items, read_text, write_items, write_text
from openjupyter.wire.dtypes import read_dtype, spent_by, write_dtype
from openjupyter.wire.errors import WireError

if TYPE_CHECKING:
    from openjupyter.wire.decoder import Decoder
    from openjupyter.wire.encoder import Encoder

Node = Any

MAX_DIMENSIONS = 32
OVERHEAD_BYTES = 128
"""Memory of an array beside its data."""

_SCALARS = frozenset(np.sctypeDict.values()) - {np.object_}
_LONG = np.dtype(np.longdouble)
_LONG_BYTES = 10 if np.finfo(np.longdouble).nmant == 63 else _LONG.itemsize
"""Of the 16 bytes of an x86 long double, ten are the number; the others hold whatever was in memory."""


def write(encoder: "Encoder", value: Any, kind: type, depth: int) -> Node | None:
    """The node of a numpy array or scalar; None for anything else, and for what cannot cross as data."""
    if kind is np.ndarray:
        return write_array(encoder, value, depth)
    if kind not in _SCALARS:
        return None
    if kind is np.str_:
        return {"t": "scalar", "text": write_text(encoder, str.__str__(value))}
    if kind is np.bytes_:  # as memory, trailing zeros of either would be lost
        return {"t": "scalar", "bytes": encoder.binary(bytes(value))}
    if kind is np.void or value.dtype.char in "gG":
        node = write_array(encoder, np.asarray(value), depth)
        return None if node is None else {"t": "scalar", "dtype": node["dtype"], "data": node["data"]}
    encoder.budget.spend(values=1)
    return {"t": "scalar", "dtype": value.dtype.str, "data": encoder.binary(value.tobytes())}


def write_array(encoder: "Encoder", array: Any, depth: int) -> Node | None:
    """The node of an array; None when its dtype cannot cross."""
    dtype = array.dtype
    if dtype.char == "T":
        return _write_texts(encoder, array, depth)
    described = write_dtype(dtype)
    if described is None or array.ndim > MAX_DIMENSIONS:
        return None
    encoder.budget.spend(values=4 + array.ndim + spent_by(described), size=OVERHEAD_BYTES)
    if dtype.itemsize == 0:
        encoder.budget.spend(values=array.size)
    node = {"t": "ndarray", "dtype": described, "shape": list(array.shape)}
    fortran = array.flags.f_contiguous and not array.flags.c_contiguous
    if fortran:
        node["order"] = "F"
    node["data"] = _memory(encoder, array.T if fortran else array)
    return node


def _memory(encoder: "Encoder", array: Any) -> str:
    if array.nbytes > encoder.budget.bytes:
        encoder.budget.spend(size=array.nbytes)  # before it is copied
    return encoder.binary(_tidy(array).tobytes())


def _tidy(array: Any) -> Any:
    """The array, without what its memory holds beside its values: that may be anything the process once knew."""
    if array.dtype.names is not None:
        clean = np.zeros(array.shape, array.dtype)
        for name in array.dtype.names:
            clean[name] = _tidy(array[name])
        return clean
    if array.dtype.char in "gG" and _LONG.itemsize > _LONG_BYTES:
        clean = np.array(array, order="C", ndmin=1)
        memory = clean.view(np.uint8).reshape(-1, _LONG.itemsize)
        memory[:, slice(_LONG_BYTES, None) if array.dtype.isnative else slice(-_LONG_BYTES)] = 0
        return clean.reshape(array.shape)
    return array


def _write_texts(encoder: "Encoder", array: Any, depth: int) -> Node | None:
    missing: Any = getattr(array.dtype, "na_object", _NO_MISSING)
    name = next((name for name, value in _MISSING.items() if value is missing), None)
    if isinstance(missing, float) and math.isnan(missing):
        name = "nan"
    if name is None:
        return None
    encoder.budget.spend(values=4 + array.ndim, size=OVERHEAD_BYTES)
    items = [item if type(item) is str else None for item in array.ravel().tolist()]
    return {"t": "ndarray", "texts": write_items(encoder, items, depth), "missing": name, "shape": list(array.shape)}


_NO_MISSING = object()
_MISSING: dict[str, Any] = {"no": _NO_MISSING, "none": None, "nan": math.nan}


def read_array(decoder: "Decoder", node: Any, depth: int) -> Any:
    """The array of a node; always a copy that may be written to."""
    shape = node["shape"]
    if type(shape) is not list or len(shape) > MAX_DIMENSIONS or any(type(n) is not int or n < 0 for n in shape):
        raise WireError("an array's shape is malformed")
    if "texts" in node:
        return _read_texts(decoder, node, shape, depth)
    described = node["dtype"]
    dtype = read_dtype(described)
    decoder.budget.spend(values=4 + len(shape) + spent_by(described), size=OVERHEAD_BYTES)
    data = decoder.binary(node["data"])
    count = math.prod(shape)
    if count * dtype.itemsize != len(data):
        raise WireError("an array's shape does not fit its data")
    fortran = node.get("order") == "F"
    if dtype.itemsize == 0 or count == 0:
        decoder.budget.spend(values=count)  # empty texts cost no data, and memory all the same
        array = np.zeros(shape[::-1] if fortran else shape, dtype)
    elif dtype.subdtype is not None:
        raise WireError("an array's dtype is malformed")
    else:
        array = np.frombuffer(data, dtype).reshape(shape[::-1] if fortran else shape).copy()
    _check_texts(array, dtype)
    return array.T if fortran else array


def _check_texts(array: Any, dtype: Any) -> None:
    """ValueError when a text holds what is no character: reading it later would fail far from here."""
    if dtype.names is not None:
        for name in dtype.names:
            _check_texts(array[name], array[name].dtype)
    elif dtype.kind == "U" and dtype.itemsize and array.size:
        points = np.ascontiguousarray(array).view(dtype.byteorder + "u4" if dtype.byteorder in "<>" else "u4")
        if points.max() > 0x10FFFF:
            raise ValueError("a text holds what is no character")


def _read_texts(decoder: "Decoder", node: Any, shape: list[int], depth: int) -> Any:
    missing = _MISSING[node["missing"]]
    decoder.budget.spend(values=4 + len(shape), size=OVERHEAD_BYTES)
    items = read_items(decoder, node["texts"], depth)
    if any(item is not None and type(item) is not str for item in items) or math.prod(shape) != len(items):
        raise WireError("an array of texts is malformed")
    if None in items and missing is _NO_MISSING:
        raise WireError("an array of texts is malformed")
    kind = np.dtypes.StringDType() if missing is _NO_MISSING else np.dtypes.StringDType(na_object=missing)
    array = np.empty(len(items), kind)
    array[:] = [missing if item is None else item for item in items]
    return array.reshape(shape)


def _read_scalar(decoder: "Decoder", node: Any, depth: int) -> Any:
    if "text" in node:
        return np.str_(read_text(decoder, node["text"]))
    if "bytes" in node:
        return np.bytes_(decoder.binary(node["bytes"]))
    dtype = read_dtype(node["dtype"])
    decoder.budget.spend(values=1)
    data = decoder.binary(node["data"])
    if len(data) != dtype.itemsize or dtype.subdtype is not None or dtype.kind in "SU":
        raise WireError("a scalar is malformed")
    if dtype.kind == "V":
        decoder.budget.spend(values=spent_by(node["dtype"]))
        array = np.frombuffer(data, dtype).copy() if data else np.zeros(1, dtype)
        _check_texts(array, dtype)
        return array[0]
    value = np.frombuffer(data, dtype)[0]
    return _plain(value) if decoder.plain_scalars else value


def _plain(value: Any) -> Any:
    if isinstance(value, np.bool | np.integer | np.float16 | np.float32) and not isinstance(value, np.timedelta64):
        return value.item()
    return value


READERS: dict[str, Callable[["Decoder", Any, int], Any]] = {"ndarray": read_array, "scalar": _read_scalar}
