"""A closed codec for Python values: what it does not know becomes a handle or an error, never code.

An encoded value is a JSON tree. JSON scalars and lists stand for themselves (ints within 53 bits, finite floats);
everything else is an object {"t": kind, ...} of a kind in this module or in `tables` (numpy and pandas). Types are
compared exactly, so an instance of a learner's subclass of list never passes as a list. Nothing is unpickled or
evaluated on either side, and both sides count values, bytes and depth.
"""

import base64
import binascii
import datetime as dt
import math
import sys
from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from typing import Any

from openjupyter.wire.errors import WireError

Node = Any
"""One encoded value: a JSON tree."""

MAX_DEPTH = 40
MAX_VALUES = 1_000_000
MAX_BYTES = 24 * 2**20

_SAFE_INT = 2**53
_MAX_INT_DIGITS = 1_000_000
_TEXT_KINDS: dict[type, str] = {dt.datetime: "datetime", dt.date: "date", dt.time: "time"}
_SEQUENCES: dict[type, str] = {tuple: "tuple", set: "set", frozenset: "frozenset"}


@dataclass
class Budget:
    """What is left to encode or decode: values, bytes. Shared by all parts of one message."""

    values: int = MAX_VALUES
    bytes: int = MAX_BYTES

    def spend(self, values: int = 0, size: int = 0) -> None:
        """Take off what one value costs; WireError when nothing is left."""
        self.values -= values
        self.bytes -= size
        if self.values < 0:
            raise WireError(f"the value has more than {MAX_VALUES:,} parts")
        if self.bytes < 0:
            raise WireError(f"the value has more than {MAX_BYTES // 2**20} MB")


MakeHandle = Callable[[Any], Node]
FindHandle = Callable[[Node], Any]


def _no_handle(value: Any) -> Any:
    raise WireError(f"a value of type {type(value).__name__} cannot cross")


class Encoder:
    """Turns values into nodes. `make_handle` gives the node for a value outside the closed set; default: WireError."""

    def __init__(self, make_handle: MakeHandle = _no_handle, budget: Budget | None = None) -> None:
        self.make_handle = make_handle
        self.budget = budget or Budget()

    def encode(self, value: Any, depth: int = 0) -> Node:
        """The node of a value; WireError when it is over a limit."""
        if depth > MAX_DEPTH:
            raise WireError(f"the value is nested deeper than {MAX_DEPTH} levels, or contains itself")
        self.budget.spend(values=1)
        kind = type(value)
        if value is None or kind is bool:
            return value
        if kind is int:
            return self._int(value)
        if kind is float:
            return value if math.isfinite(value) else {"t": "float", "v": repr(value)}
        if kind is str:
            return self._text(value)
        if kind is bytes or kind is bytearray:
            return {"t": kind.__name__, "v": self.binary(bytes(value))}
        if kind is list:
            return [self.encode(item, depth + 1) for item in value]
        if kind in _SEQUENCES:
            return {"t": _SEQUENCES[kind], "v": [self.encode(item, depth + 1) for item in value]}
        if kind is dict:
            pairs = [[self.encode(key, depth + 1), self.encode(item, depth + 1)] for key, item in value.items()]
            return {"t": "dict", "v": pairs}
        return self._rest(value, kind, depth)

    def _int(self, value: int) -> Node:
        if -_SAFE_INT < value < _SAFE_INT:
            return value
        self.budget.spend(size=value.bit_length() // 4)
        return {"t": "int", "v": format(value, "x")}

    def _text(self, value: str) -> Node:
        self.budget.spend(size=len(value))
        try:
            value.encode()
        except UnicodeEncodeError:  # lone surrogates are legal in str, not in UTF-8
            return {"t": "str", "v": self.binary(value.encode("utf-8", "surrogatepass"))}
        return value

    def without_handles(self) -> "Encoder":
        """An encoder on the same budget that refuses what is outside the closed set."""
        return Encoder(budget=self.budget)

    def binary(self, value: bytes) -> str:
        """Base64 of bytes, counted."""
        self.budget.spend(size=len(value))
        return base64.b64encode(value).decode()

    def _rest(self, value: Any, kind: type, depth: int) -> Node:
        if kind in _TEXT_KINDS:
            # Zone names do not survive isoformat; the offset, which decides equality, does.
            return {"t": _TEXT_KINDS[kind], "v": value.isoformat(), "fold": getattr(value, "fold", 0)}
        if kind is dt.timedelta:
            return {"t": "timedelta", "v": [value.days, value.seconds, value.microseconds]}
        if kind is complex:
            return {"t": "complex", "v": [self.encode(value.real, depth + 1), self.encode(value.imag, depth + 1)]}
        if kind is Decimal:
            return {"t": "decimal", "v": self._text(str(value))}
        if kind is Fraction:
            return {"t": "fraction", "v": [self._int(value.numerator), self._int(value.denominator)]}
        if kind is range:
            return {"t": "range", "v": [self._int(part) for part in (value.start, value.stop, value.step)]}
        # Only where the library is loaded already can a value be one of its; the import is left to whoever made it.
        if "numpy" in sys.modules:
            from openjupyter.wire import tables

            node = tables.encode(self, value, depth)
            if node is not None:
                return node
        return self.make_handle(value)


class Decoder:
    """Turns nodes into values; everything about the tree is checked. `find_handle` resolves handle nodes."""

    def __init__(self, find_handle: FindHandle | None = None, budget: Budget | None = None) -> None:
        self.find_handle = find_handle
        self.budget = budget or Budget()

    def decode(self, node: Node, depth: int = 0) -> Any:
        """The value of a node; WireError for whatever is not one."""
        if depth > MAX_DEPTH:
            raise WireError(f"a value is nested deeper than {MAX_DEPTH} levels")
        self.budget.spend(values=1)
        if node is None or isinstance(node, bool | int | float):
            return node
        if isinstance(node, str):
            self.budget.spend(size=len(node))
            return node
        if isinstance(node, list):
            return [self.decode(item, depth + 1) for item in node]
        if not isinstance(node, dict) or not isinstance(node.get("t"), str):
            raise WireError("a value has no kind")
        try:
            return self._tagged(node, node["t"], depth)
        except WireError:
            raise
        except (
            Exception
        ) as error:  # hostile nodes reach many constructors of numpy and pandas, each with errors of its own
            raise WireError(f"a value of kind {node['t'][:30]!r} is malformed: {type(error).__name__}") from None

    def binary(self, text: Any) -> bytes:
        """Bytes of a base64 text, counted."""
        if not isinstance(text, str):
            raise WireError("bytes are not base64")
        self.budget.spend(size=len(text) * 3 // 4)
        try:
            return base64.b64decode(text, validate=True)
        except binascii.Error:
            raise WireError("bytes are not base64") from None

    def items(self, node: Any, depth: int) -> list[Any]:
        """The decoded items of a JSON list."""
        if not isinstance(node, list):
            raise WireError("a collection is not a list")
        return [self.decode(item, depth + 1) for item in node]

    def _tagged(self, node: dict[str, Any], kind: str, depth: int) -> Any:
        if kind == "handle":
            if self.find_handle is None:
                raise WireError("a handle is not allowed here")
            return self.find_handle(node)
        if kind in ("ndarray", "scalar", "series", "frame", "index"):
            from openjupyter.wire import tables

            return tables.decode(self, node, depth)
        value = node["v"]
        match kind:
            case "int":
                if not isinstance(value, str) or len(value) > _MAX_INT_DIGITS:
                    raise WireError("an int is malformed")
                return int(value, 16)
            case "float":
                if value not in ("nan", "inf", "-inf"):
                    raise WireError("a float is malformed")
                return float(value)  # a new one each time: two NaNs are two keys of a dict
            case "str":
                return self.binary(value).decode("utf-8", "surrogatepass")
            case "bytes":
                return self.binary(value)
            case "bytearray":
                return bytearray(self.binary(value))
            case "tuple":
                return tuple(self.items(value, depth))
            case "set":
                return set(self.items(value, depth))
            case "frozenset":
                return frozenset(self.items(value, depth))
            case "dict":
                return {self.decode(k, depth + 1): self.decode(v, depth + 1) for k, v in value}
            case "complex":
                real, imag = (float(part) for part in self.items(value, depth))
                return complex(real, imag)
            case "fraction":
                numerator, denominator = self.items(value, depth)
                return Fraction(_as_int(numerator), _as_int(denominator))
            case "range":
                return range(*(_as_int(part) for part in self.items(value, depth)))
            case "decimal":
                return Decimal(self.decode(value, depth + 1))
            case "datetime":
                return dt.datetime.fromisoformat(value).replace(fold=int(bool(node.get("fold"))))
            case "date":
                return dt.date.fromisoformat(value)
            case "time":
                return dt.time.fromisoformat(value).replace(fold=int(bool(node.get("fold"))))
            case "timedelta":
                days, seconds, microseconds = (_as_int(part) for part in value)
                return dt.timedelta(days, seconds, microseconds)
        raise WireError(f"{kind[:30]!r} is not a kind of value")


def _as_int(value: Any) -> int:
    if type(value) is not int:
        raise WireError("an int is malformed")
    return value


def encode(value: Any, make_handle: MakeHandle = _no_handle) -> Node:
    """The node of one value, with a budget of its own."""
    return Encoder(make_handle).encode(value)


def decode(node: Node, find_handle: FindHandle | None = None) -> Any:
    """The value of one node, with a budget of its own."""
    return Decoder(find_handle).decode(node)
