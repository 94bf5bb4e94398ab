"""A few hundred bytes from the other side never stand for much memory or time, whatever they announce."""

import json
import time
import tracemalloc
from typing import Any

import numpy as np
import pandas as pd
import pytest

from openjupyter.wire import frames
from openjupyter.wire.codec import decode, encode
from openjupyter.wire.containers import read_items
from openjupyter.wire.errors import WireError

MAX_PEAK_BYTES = 64 * 2**20
MAX_SECONDS = 3.0

DAYS = {"t": "ndarray", "dtype": "<M8[ns]", "shape": [2], "data": "AAAAAAAAAAAAAJGlik0AAA=="}
NONE: dict[str, Any] = {"range": [0, 0, 1], "name": None}


def index(**parts: Any) -> Any:
    return {"t": "index", "index": {"name": None, **parts}}


def array(dtype: Any, *shape: int) -> Any:
    return {"t": "ndarray", "dtype": dtype, "shape": list(shape), "data": ""}


def nested(node: Any, around: Any, levels: int) -> Any:
    for _ in range(levels):
        node = around(node)
    return node


BOMBS: dict[str, Any] = {
    "range of rows": index(range=[0, 10**12, 1]),
    "range of rows backwards": index(range=[0, -(10**15), -1]),
    "ranges of rows": [index(range=[0, 3 * 10**6, 1])] * 20,
    "rows without columns": {
        "t": "frame",
        "columns": [],
        "index": {"range": [0, 10**10, 1], "name": None},
        "names": NONE,
    },
    "columns without rows": {
        **{"t": "frame", "index": NONE, "names": {"range": [0, 10**10, 1], "name": None}},
        "block": array("<f8", 0, 10**10),
    },
    "texts of no length": array("<U0", 10**9),
    "void of no length": array("|V0", 10**9),
    "no fields": array({"fields": [], "size": 0}, 10**9),
    "huge items": array("<U4194304", 10**6),
    "huge inner arrays": array({"base": "<f8", "shape": [2**20, 2**20]}, 1),
    "inner arrays of inner arrays": array(nested("|i1", lambda base: {"base": base, "shape": [200]}, 8), 1),
    "structure of a gigabyte": array({"fields": [["a", "|i1", 0]], "size": 2**30}, 1),
    "long rows of nothing": array("<f8", 2**40, 0, 2**40),
    "shape that overflows": array("<f8", 2**62, 4),
    "far apart steps": index(column=DAYS, frequency="999999YE-DEC"),
    "tiny steps": index(column=DAYS, frequency="1ns"),
    "steps of zero": index(column=DAYS, frequency="0D"),
    "huge steps": index(column=DAYS, frequency="9" * 400 + "D"),
    "steps back": index(column=DAYS, frequency="-999999ns"),
    "steps of holidays": index(column=DAYS, frequency="C"),
    "period of huge steps": {"t": "period", "v": 2**62, "freq": "999999Y-DEC"},
    "period far away": {"t": "period", "v": -(2**63) + 1, "freq": "s"},
    "periods of zero": index(column={"periods": {**DAYS, "dtype": "<i8"}, "frequency": "0M"}),
    "moment far away": {"t": "moment", "v": 2**62, "unit": "s", "zone": "Europe/Berlin"},
    "moment at an odd offset": {"t": "moment", "v": 2**63, "unit": "ns", "zone": 10**30},
    "categories told again and again": index(
        column={
            "categories": {"categories": {"list": ["a"]}, "codes": array("|i1", 0), "ordered": True},
            "codes": array("|i1", 10**9),
            "ordered": True,
        }
    ),
    "categories of categories": index(
        column=nested(
            {"list": []}, lambda inner: {"categories": inner, "codes": array("|i1", 0), "ordered": False}, 200
        )
    ),
    "intervals of intervals": index(
        column=nested({"list": []}, lambda inner: {"left": inner, "right": {"list": []}, "closed": "left"}, 200)
    ),
    "sparse of gigabytes": index(column={"sparse": array("|i1", 10**10), "fill": 0}),
    "many levels": index(levels=[{"column": {"list": [1]}}] * 200, codes=[array("|i1", 0)] * 200, names=[None] * 200),
    "timedelta": {"t": "timedelta", "v": [10**400, 0, 0]},
    "offset": {"t": "datetime", "v": "2026-01-01", "zone": 10**400},
    "zone that is a path": {"t": "datetime", "v": "2026-01-01", "zone": "../" * 200 + "dev/zero"},
    "zone that is a folder": {"t": "datetime", "v": "2026-01-01", "zone": "Europe"},
    "decimal of a huge exponent": {"t": "decimal", "v": "1E999999999999999999"},
    "decimal of a tiny exponent": {"t": "decimal", "v": "1E-999999999999999999"},
    "decimal of odd letters": {"t": "decimal", "v": "1_" * 300 + "1"},
    "int of odd letters": {"t": "int", "v": "0x" + "_f" * 200},
    "float of an int": {"t": "complex", "v": [{"t": "int", "v": "f" * 900}, 0.0]},
    "range": {"t": "range", "v": [0, {"t": "int", "v": "f" * 200}, 1]},
    "deque": {"t": "deque", "v": [], "most": 2**62},
    "nested tuples": nested([], lambda inner: {"t": "tuple", "v": [inner]}, 300),
    "nested keys": nested(1, lambda inner: {"t": "dict", "v": [[inner], [inner]]}, 8),
    "texts of a count": {"t": "ndarray", "texts": [], "missing": "no", "shape": [10**9]},
}


@pytest.mark.parametrize("name", BOMBS)
def test_few_bytes_take_little_memory_and_time(name: str) -> None:
    node = json.loads(json.dumps(BOMBS[name]))
    decode(encode(pd.DataFrame({"a": pd.Categorical(["x"])})))  # what pandas keeps for itself is not the node's
    tracemalloc.start()
    start = time.perf_counter()
    try:
        value = decode(node)
        if not isinstance(value, (int, list)):
            repr(value)[:10]  # what a report does first
    except (WireError, ValueError, OverflowError):
        pass
    finally:
        seconds, (_, peak) = time.perf_counter() - start, tracemalloc.get_traced_memory()
        tracemalloc.stop()
    assert peak < MAX_PEAK_BYTES and seconds < MAX_SECONDS


def test_numbers_at_the_cap_are_read_soon() -> None:
    start = time.perf_counter()
    big = {"t": "int", "v": "f" * 24_999}
    decode([{"t": "int", "v": "f" * 999_999}, {"t": "fraction", "v": [big, {"t": "int", "v": "e" * 24_999}]}])
    int(decode({"t": "decimal", "v": "1E99999"}))
    assert time.perf_counter() - start < MAX_SECONDS
    for node in ({"t": "fraction", "v": [big, {"t": "int", "v": "f" * 26_000}]}, {"t": "int", "v": "f" * 1_000_001}):
        with pytest.raises(WireError):
            decode(node)


def test_what_is_over_a_cap_is_told_before_it_is_sent() -> None:
    from decimal import Decimal
    from fractions import Fraction
    from pathlib import Path

    for value, words in [
        (2**4_000_001, "4,000,000 bits"),
        (Fraction(1, 2**100_001), "100,000 bits"),
        (Decimal("1E-100001"), "100,000"),
        (Path("a" * 10_001), "10,000 characters"),
    ]:
        with pytest.raises(WireError, match=words):
            encode([value])


def test_keys_made_to_collide_are_refused() -> None:
    step = 2**61 - 1  # Python's hash of an int is its remainder by this
    keys = [{"t": "int", "v": format(number * step, "x")} for number in range(2**10, 2**14)]
    for node in ({"t": "set", "v": keys}, {"t": "dict", "v": [keys, keys]}):
        with pytest.raises(WireError, match="one hash"):
            decode(node)
    honest = {number * 2**20 for number in range(5_000)} | {-1, -2} | {float(number) for number in range(3)}
    assert decode(encode(honest)) == honest


@pytest.mark.parametrize("part", [b"[],", b"{},", b"1.5,", b'"ab",', b'"",'])
def test_a_frame_of_many_small_parts_is_refused_before_it_is_read(part: bytes, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(frames, "MAX_PARTS", 100_000)
    body = b'{"a":[' + part * 100_000 + b"1]}"
    tracemalloc.start()
    with pytest.raises(WireError, match="parts"):
        frames.unpack(body)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 2**16


def test_a_frame_of_many_texts_is_refused_without_looking_at_each() -> None:
    body = b'{"a":[' + b'"",' * (frames.MAX_QUOTES // 2 + 1) + b"1]}"
    start = time.perf_counter()
    with pytest.raises(WireError, match="parts"):
        frames.unpack(body)
    assert time.perf_counter() - start < 1


def test_commas_and_brackets_in_text_are_no_parts() -> None:
    text = ',[{"\\' * 1_000_000
    assert frames.has_too_many_parts(b"[" * (frames.MAX_PARTS + 1))
    assert frames.unpack(json.dumps({"a": text}).encode()) == {"a": text}


def test_long_lists_are_read_in_one_piece(monkeypatch: pytest.MonkeyPatch) -> None:
    from openjupyter.wire.decoder import Decoder
    from openjupyter.wire.encoder import Encoder

    calls = []
    for kind, name in ((Encoder, "encode"), (Decoder, "decode")):
        whole = getattr(kind, name)
        monkeypatch.setattr(kind, name, lambda *args, whole=whole: calls.append(1) or whole(*args))
    mixed = [None, True, 7, 0.5, "text"] * 1_000
    for items in ([0.5] * 5_000, list(range(5_000)), ["a"] * 5_000, mixed):
        assert read_items(Decoder(), Encoder().encode(items), 0) == items
    frame = pd.DataFrame({"o": pd.Series(mixed, dtype=object), "t": ["x"] * 5_000, "n": np.arange(5_000)})
    assert decode(encode(frame)).equals(frame)
    assert len(calls) < 30
