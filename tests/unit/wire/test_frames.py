"""Frames: what goes in comes out, and a stream that ends early or lies about lengths is refused."""

import asyncio
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from openjupyter.wire.errors import WireError
from openjupyter.wire.frames import HEADER_BYTES, MAX_FRAME_BYTES, pack, read_frame, receive_frame, unpack

FRAME = {"do": "call", "args": [1, 2.5, "ä\ud800\0", None, {"t": "bytes", "v": "AA=="}], "": {}}

frames = st.dictionaries(
    st.text(st.characters(exclude_categories=()), max_size=5),
    st.recursive(
        st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(),
        lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=3), inner, max_size=3),
        max_leaves=8,
    ),
    max_size=4,
)


def reader_of(stream: bytes, piece: int = 10**9) -> Callable[[int], bytes]:
    """As os.read: gives at most `piece` bytes at once."""
    left = bytearray(stream)

    def read(count: int) -> bytes:
        part = bytes(left[: min(count, piece)])
        del left[: len(part)]
        return part

    return read


def stream_of(stream: bytes) -> asyncio.StreamReader:
    reader = asyncio.StreamReader()
    reader.feed_data(stream)
    reader.feed_eof()
    return reader


@given(st.lists(frames, max_size=3), st.integers(1, 7))
def test_frames_arrive_the_same_in_pieces_of_any_size(sent: list[Any], piece: int) -> None:
    read = reader_of(b"".join(map(pack, sent)), piece)
    assert [receive_frame(read) for _ in sent] == sent
    assert receive_frame(read) is None


async def test_frames_arrive_the_same_from_an_asynchronous_stream() -> None:
    reader = stream_of(pack(FRAME) + pack({}))
    assert [await read_frame(reader), await read_frame(reader), await read_frame(reader)] == [FRAME, {}, None]


def test_a_frame_is_ascii_behind_its_length() -> None:
    packed = pack(FRAME)
    assert packed[HEADER_BYTES:].isascii()
    assert int.from_bytes(packed[:HEADER_BYTES], "big") == len(packed) - HEADER_BYTES


@pytest.mark.parametrize("cut", range(1, len(pack(FRAME))))
async def test_a_stream_cut_anywhere_inside_a_frame_is_refused(cut: int) -> None:
    stream = pack(FRAME)[:cut]
    with pytest.raises(WireError, match="ended inside"):
        receive_frame(reader_of(stream, 3))
    with pytest.raises(WireError, match="ended inside"):
        await read_frame(stream_of(stream))


async def test_an_empty_stream_has_no_frame() -> None:
    assert receive_frame(reader_of(b"")) is None
    assert await read_frame(stream_of(b"")) is None


async def test_a_length_over_the_cap_is_refused_before_anything_is_read() -> None:
    asked: list[int] = []

    def read(count: int) -> bytes:
        asked.append(count)
        return b"\xff" * count

    with pytest.raises(WireError, match="was announced"):
        receive_frame(read)
    assert sum(asked) == HEADER_BYTES
    header = (MAX_FRAME_BYTES + 1).to_bytes(HEADER_BYTES, "big")
    with pytest.raises(WireError, match="was announced"):
        receive_frame(reader_of(header))
    with pytest.raises(WireError, match="was announced"):
        await read_frame(stream_of(header))
    with pytest.raises(WireError, match="the limit is 5"):
        await read_frame(stream_of(pack(FRAME)), cap=5)


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"null",
        b"[]",
        b'"text"',
        b"1",
        b"{",
        b"{}{}",
        b"{'a': 1}",
        b'{"a": NaN}',
        b'{"a": Infinity}',
        b'{"a": -Infinity}',
        b"\xff\xfe",
        b'{"\xff": 1}',
        b'{"a": ' + b"1" * 5_000 + b"}",
        b'{"a": ' + b"[" * 100_000 + b"]" * 100_000 + b"}",
        b'{"a":' * 100_000 + b"1" + b"}" * 100_000,
    ],
    ids=lambda body: repr(body[:20]),
)
def test_a_body_that_is_no_json_object_is_refused(body: bytes) -> None:
    with pytest.raises(WireError):
        unpack(body)
    with pytest.raises(WireError):
        receive_frame(reader_of(len(body).to_bytes(HEADER_BYTES, "big") + body))


def loop() -> dict[str, Any]:
    frame: dict[str, Any] = {}
    frame["frame"] = frame
    return frame


def deep() -> dict[str, Any]:
    frame: dict[str, Any] = {}
    for _ in range(100_000):
        frame = {"a": frame}
    return frame


@pytest.mark.parametrize(
    "frame",
    [{"a": float("nan")}, {"a": float("inf")}, {"a": b"x"}, {"a": {1}}, {(1,): 1}, loop(), deep()],
    ids=["nan", "inf", "bytes", "set", "key", "loop", "deep"],
)
def test_what_json_cannot_hold_is_not_packed(frame: dict[str, Any]) -> None:
    with pytest.raises(WireError):
        pack(frame)


def test_a_frame_over_the_cap_is_not_packed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("openjupyter.wire.frames.MAX_FRAME_BYTES", 20)
    assert pack({"a": "x" * 12}) == b'\x00\x00\x00\x14{"a":"xxxxxxxxxxxx"}'
    with pytest.raises(WireError, match="21 bytes"):
        pack({"a": "x" * 13})
