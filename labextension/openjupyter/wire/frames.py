"""Frames: a 4-byte big-endian length, then one JSON object in ASCII. Read with a cap, because a peer may be hostile."""

import asyncio
import json
import re
from collections.abc import Callable
from typing import Any

from openjupyter.wire.errors import WireError

Frame = dict[str, Any]

HEADER_BYTES = 4
MAX_FRAME_BYTES = 48 * 2**20
"""Cap of one frame: a 10 MB notebook and its files fit, also after base64."""

MAX_PARTS = 3_100_000
"""Commas and opening brackets of one frame. A frame of nothing but `[],[],` would take twenty times its size in memory;
what the codec makes has at most three of them for each value that it counts."""

MAX_QUOTES = 8_500_000
"""Quotes of one frame that are not part of a text, for the same reason."""

_STRINGS = re.compile(rb'"(?:[^"\\]++|\\.)*+"', re.DOTALL)  # possessive: nothing is kept to come back to


def pack(frame: Frame) -> bytes:
    """Bytes of one frame; WireError when it is over the cap or holds what JSON cannot."""
    try:
        body = json.dumps(frame, allow_nan=False, separators=(",", ":")).encode()
    except (TypeError, ValueError, RecursionError) as error:
        raise WireError(f"a frame holds what JSON cannot: {error}") from None
    if len(body) > MAX_FRAME_BYTES:
        raise WireError(f"a frame has {len(body)} bytes; the limit is {MAX_FRAME_BYTES}")
    return len(body).to_bytes(HEADER_BYTES, "big") + body


def unpack(body: bytes) -> Frame:
    """The JSON object in a frame's body; WireError for anything else, NaN and Infinity included."""
    if has_too_many_parts(body):
        raise WireError(f"a frame has more than {MAX_PARTS:,} parts")
    try:
        frame = json.loads(body, parse_constant=_refuse_constant)
    except (ValueError, RecursionError) as error:
        raise WireError(f"a frame is not JSON: {error}") from None
    if not isinstance(frame, dict):
        raise WireError("a frame is not a JSON object")
    return frame


def has_too_many_parts(body: bytes) -> bool:
    """Would reading the body take more memory than a frame may?"""
    parts = _separators(body)
    if parts <= MAX_PARTS:
        return False
    # Fewer than there are, never more: an escaped backslash before the end of a text takes a quote off.
    if body.count(b'"') - body.count(b'\\"') > MAX_QUOTES:
        return True
    return parts - sum(_separators(text.group()) for text in _STRINGS.finditer(body)) > MAX_PARTS


def _separators(body: bytes) -> int:
    return body.count(b",") + body.count(b"[") + body.count(b"{")


def is_frame(body: bytes) -> bool:
    """Could `unpack` read it, and `pack` write it again?"""
    try:
        pack(unpack(body))
    except WireError:
        return False
    return True


def _refuse_constant(name: str) -> Any:
    raise ValueError(f"{name} is not JSON")


def body_length(header: bytes, cap: int = MAX_FRAME_BYTES) -> int:
    """Length in bytes that a header announces; WireError when it is over the cap."""
    length = int.from_bytes(header, "big")
    if length > cap:
        raise WireError(f"a frame of {length} bytes was announced; the limit is {cap}")
    return length


async def read_frame(reader: asyncio.StreamReader, cap: int = MAX_FRAME_BYTES) -> Frame | None:
    """The next frame; None at the end of the stream. WireError when the stream ends inside a frame."""
    try:
        header = await reader.readexactly(HEADER_BYTES)
    except asyncio.IncompleteReadError as error:
        if error.partial:
            raise WireError("the stream ended inside a frame") from None
        return None
    try:
        return unpack(await reader.readexactly(body_length(header, cap)))
    except asyncio.IncompleteReadError:
        raise WireError("the stream ended inside a frame") from None


def receive_body(read: Callable[[int], bytes], cap: int = MAX_FRAME_BYTES) -> bytes | None:
    """The next frame's body, not looked at, by a blocking `read(n)` that gives up to n bytes and b"" at the end.

    None at the end of the stream; WireError when it ends inside a frame or the frame is over the cap.
    """
    header = _read_exactly(read, HEADER_BYTES)
    if header is None:
        return None
    body = _read_exactly(read, body_length(header, cap))
    if body is None:
        raise WireError("the stream ended inside a frame")
    return body


def receive_frame(read: Callable[[int], bytes]) -> Frame | None:
    """As read_frame, for a blocking `read(n)`."""
    body = receive_body(read)
    return None if body is None else unpack(body)


def envelope(body: bytes) -> bytes:
    """A body with its header, as it came from `receive_body`."""
    return len(body).to_bytes(HEADER_BYTES, "big") + body


def _read_exactly(read: Callable[[int], bytes], count: int) -> bytes | None:
    parts = bytearray()
    while len(parts) < count:
        part = read(count - len(parts))
        if not part:
            if parts:
                raise WireError("the stream ended inside a frame")
            return b"" if count == 0 else None
        parts += part
    return bytes(parts)
