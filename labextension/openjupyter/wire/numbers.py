"""Numbers beyond JSON's, both ways: ints of any size, odd floats, complex, Decimal, Fraction; range and slice of them.

Sizes are capped where a few bytes would stand for minutes of arithmetic or gigabytes: `int(Decimal("1E999999999"))`.
"""

import math
import re
from collections.abc import Callable
from decimal import Decimal
from fractions import Fraction
from typing import TYPE_CHECKING, Any

from openjupyter.wire.errors import WireError

if TYPE_CHECKING:
    from openjupyter.wire.decoder import Decoder
    from openjupyter.wire.encoder import Encoder

Node = Any

SAFE_INT = 2**53
"""JSON numbers below it mean the same to every reader."""
MAX_INT_BITS = 4_000_000
MAX_FRACTION_BITS = 100_000
"""Python reduces a fraction in quadratic time."""
MAX_EXPONENT = 100_000
"""Of a Decimal: making an int of one takes time in the square of it."""

_HEX = re.compile(r"-?[0-9a-f]{1,1000000}")
_DECIMAL = re.compile(r"-?(\d{1,1000000}(\.\d{1,1000000})?(E[+-]?\d{1,19})?|Infinity|s?NaN\d{0,1000000})", re.ASCII)


def write_int(encoder: "Encoder", value: int, depth: int = 0) -> Node:
    """A JSON number within 53 bits, else hexadecimal: quick at any size, unlike decimal digits."""
    if -SAFE_INT < value < SAFE_INT:
        return value
    if value.bit_length() > MAX_INT_BITS:
        raise WireError(f"the int has more than {MAX_INT_BITS:,} bits")
    text = format(value, "x")
    encoder.budget.spend(size=len(text))
    return {"t": "int", "v": text}


def read_int(decoder: "Decoder", node: Node) -> int:
    """An int from its node; WireError for anything else."""
    if type(node) is int:
        return node
    if type(node) is not dict or node.get("t") != "int":
        raise WireError("an int is malformed")
    text = node.get("v")
    if not isinstance(text, str) or not _HEX.fullmatch(text):
        raise WireError("an int is malformed")
    decoder.budget.spend(size=len(text))
    return int(text, 16)


def write_float(encoder: "Encoder", value: float, depth: int = 0) -> Node:
    """A JSON number, or the name of a float that JSON does not know."""
    return value if math.isfinite(value) else {"t": "float", "v": repr(value)}


def _read_float(decoder: "Decoder", node: Any, depth: int) -> float:
    if node["v"] not in ("nan", "inf", "-inf"):
        raise WireError("a float is malformed")
    return float(node["v"])  # a new one each time: two NaNs are two keys of a dict


def _write_complex(encoder: "Encoder", value: complex, depth: int) -> Node:
    encoder.budget.spend(values=2)
    return {"t": "complex", "v": [write_float(encoder, value.real), write_float(encoder, value.imag)]}


def _read_complex(decoder: "Decoder", node: Any, depth: int) -> complex:
    parts = [decoder.decode(part, depth + 1) for part in node["v"]]
    if [type(part) for part in parts] != [float, float]:
        raise WireError("a complex number is malformed")
    return complex(*parts)


def _write_decimal(encoder: "Encoder", value: Decimal, depth: int) -> Node:
    if not _fits(value):
        raise WireError(f"the Decimal has an exponent beyond {MAX_EXPONENT:,}, or more than 1,000,000 digits")
    text = str(value)
    encoder.budget.spend(size=len(text))
    return {"t": "decimal", "v": text}


def _read_decimal(decoder: "Decoder", node: Any, depth: int) -> Decimal:
    text = node["v"]
    if not isinstance(text, str) or not _DECIMAL.fullmatch(text):
        raise WireError("a Decimal is malformed")
    decoder.budget.spend(size=len(text))
    value = Decimal(text)
    if not _fits(value):
        raise WireError("a Decimal is malformed")
    return value


def _fits(value: Decimal) -> bool:
    _, digits, exponent = value.as_tuple()
    return len(digits) <= 1_000_000 and (isinstance(exponent, str) or abs(exponent) <= MAX_EXPONENT)


def _write_fraction(encoder: "Encoder", value: Fraction, depth: int) -> Node:
    parts = value.numerator, value.denominator
    if any(part.bit_length() > MAX_FRACTION_BITS for part in parts):
        raise WireError(f"the Fraction has a part of more than {MAX_FRACTION_BITS:,} bits")
    encoder.budget.spend(values=2)
    return {"t": "fraction", "v": [write_int(encoder, part) for part in parts]}


def _read_fraction(decoder: "Decoder", node: Any, depth: int) -> Fraction:
    numerator, denominator = (read_int(decoder, part) for part in node["v"])
    if max(numerator.bit_length(), denominator.bit_length()) > MAX_FRACTION_BITS:
        raise WireError("a Fraction is malformed")
    return Fraction(numerator, denominator)


def _write_range(encoder: "Encoder", value: range, depth: int) -> Node:
    encoder.budget.spend(values=3)
    return {"t": "range", "v": [write_int(encoder, part) for part in (value.start, value.stop, value.step)]}


def _read_range(decoder: "Decoder", node: Any, depth: int) -> range:
    start, stop, step = (read_int(decoder, part) for part in node["v"])
    return range(start, stop, step)


def _write_slice(encoder: "Encoder", value: slice, depth: int) -> Node:
    parts = value.start, value.stop, value.step
    return {"t": "slice", "v": [encoder.encode(part, depth + 1) for part in parts]}


def _read_slice(decoder: "Decoder", node: Any, depth: int) -> slice:
    start, stop, step = (decoder.decode(part, depth + 1) for part in node["v"])
    return slice(start, stop, step)


WRITERS: dict[type, Callable[["Encoder", Any, int], Node]] = {
    int: write_int,
    float: write_float,
    complex: _write_complex,
    Decimal: _write_decimal,
    Fraction: _write_fraction,
    range: _write_range,
    slice: _write_slice,
}
READERS: dict[str, Callable[["Decoder", Any, int], Any]] = {
    "int": lambda decoder, node, depth: read_int(decoder, node),
    "float": _read_float,
    "complex": _read_complex,
    "decimal": _read_decimal,
    "fraction": _read_fraction,
    "range": _read_range,
    "slice": _read_slice,
}
