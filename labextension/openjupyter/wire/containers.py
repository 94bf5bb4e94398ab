"""Collections, text and bytes, both ways, with short cuts for long lists of plain scalars.

A list of scalars that JSON knows is that list. A long list of floats is one text of raw doubles: half the size, a
tenth of the time, and NaN and infinities come along.
"""

import math
import pathlib
import struct
from collections import Counter, OrderedDict, deque
from collections import defaultdict as default_dict
from collections.abc import Callable, Collection
from typing import TYPE_CHECKING, Any

from openjupyter.wire.budget import MAX_DEPTH, too_deep
from openjupyter.wire.errors import WireError
from openjupyter.wire.numbers import SAFE_INT, write_float

if TYPE_CHECKING:
    from openjupyter.wire.decoder import Decoder
    from openjupyter.wire.encoder import Encoder

Node = Any

_PLAIN = frozenset({type(None), bool, int, float, str})
_MANY_FLOATS = 32
_MAX_COLLISIONS = 1_000
"""Keys with one hash. A dict of more takes minutes to build; honest data has a handful."""


def write_items(encoder: "Encoder", items: Collection[Any], depth: int) -> Node:
    """The node of a list: a JSON list, or raw doubles. `depth` is the list's own."""
    items = list(items)
    kinds = set(map(type, items))
    if depth < MAX_DEPTH and kinds <= _PLAIN:
        plain = _write_plain(encoder, items, kinds)
        if plain is not None:
            return plain
    return [encoder.encode(item, depth + 1) for item in items]


def _write_plain(encoder: "Encoder", items: list[Any], kinds: set[type]) -> Node | None:
    budget = encoder.budget
    if int in kinds:
        ints = items if len(kinds) == 1 else [item for item in items if type(item) is int]
        if min(ints) <= -SAFE_INT or max(ints) >= SAFE_INT:
            return None
    if kinds == {float} and len(items) >= _MANY_FLOATS:
        budget.spend(values=len(items))
        return {"t": "floats", "v": encoder.binary(struct.pack(f"<{len(items)}d", *items))}
    if str in kinds:
        texts = items if len(kinds) == 1 else [item for item in items if type(item) is str]
        if not _is_utf8(texts):
            return None
        budget.spend(size=sum(map(len, texts)))
    budget.spend(values=len(items))
    if float in kinds and not all(math.isfinite(item) for item in items if type(item) is float):
        return [write_float(encoder, item) if type(item) is float else item for item in items]
    return items


def _is_utf8(texts: list[str]) -> bool:
    try:
        "".join(texts).encode()
    except UnicodeEncodeError:  # lone surrogates are legal in str, not in UTF-8
        return False
    return True


def read_items(decoder: "Decoder", node: Node, depth: int) -> list[Any]:
    """The items of a list's node; a new list. `depth` is the list's own."""
    if type(node) is dict and node.get("t") == "floats":
        data = decoder.binary(node.get("v"))
        decoder.budget.spend(values=len(data) // 8)
        if len(data) % 8:
            raise WireError("a list of floats is malformed")
        return list(struct.unpack(f"<{len(data) // 8}d", data))
    if type(node) is not list:
        raise WireError("a collection is not a list")
    if not node:
        return []
    if depth >= MAX_DEPTH:
        raise too_deep()
    kinds = set(map(type, node))
    if not kinds <= _PLAIN:
        return [decoder.decode(item, depth + 1) for item in node]
    texts = [item for item in node if type(item) is str] if str in kinds else ()
    decoder.budget.spend(values=len(node), size=sum(map(len, texts)))
    return list(node)


def write_text(encoder: "Encoder", value: str, depth: int = 0) -> Node:
    """A JSON text; base64 when it holds lone surrogates."""
    encoder.budget.spend(size=len(value))
    try:
        value.encode()
    except UnicodeEncodeError:
        return {"t": "str", "v": encoder.binary(value.encode("utf-8", "surrogatepass"))}
    return value


def read_text(decoder: "Decoder", node: Node) -> str:
    """The text of a node; WireError for anything else."""
    if type(node) is dict and node.get("t") == "str":
        return decoder.binary(node.get("v")).decode("utf-8", "surrogatepass")
    if type(node) is not str:
        raise WireError("a text is malformed")
    decoder.budget.spend(size=len(node))
    return node


def _write_bytes(encoder: "Encoder", value: bytes | bytearray, depth: int) -> Node:
    return {"t": type(value).__name__, "v": encoder.binary(bytes(value))}


def _sequence(kind: str) -> Callable[["Encoder", Any, int], Node]:
    def write(encoder: "Encoder", value: Any, depth: int) -> Node:
        encoder.budget.spend(values=1)
        return {"t": kind, "v": write_items(encoder, value, depth)}

    return write


def _mapping(kind: str) -> Callable[["Encoder", Any, int], Node]:
    def write(encoder: "Encoder", value: Any, depth: int) -> Node:
        encoder.budget.spend(values=2)
        return {
            "t": kind,
            "v": [write_items(encoder, value.keys(), depth), write_items(encoder, value.values(), depth)],
        }

    return write


def _read_set(kind: type) -> Callable[["Decoder", Any, int], Any]:
    return lambda decoder, node, depth: kind(_spread(read_items(decoder, node["v"], depth)))


def _read_mapping(kind: type) -> Callable[["Decoder", Any, int], Any]:
    def read(decoder: "Decoder", node: Any, depth: int) -> Any:
        keys, values = node["v"]
        keys = _spread(read_items(decoder, keys, depth))
        return kind(dict(zip(keys, read_items(decoder, values, depth), strict=True)))

    return read


def _spread(keys: list[Any]) -> list[Any]:
    """The keys, unless they were made to collide; hashes of text are salted, those of numbers are not."""
    if len(keys) > _MAX_COLLISIONS and not set(map(type, keys)) <= {str, float}:
        hashes = Counter(map(hash, keys))
        if max(hashes.values()) > _MAX_COLLISIONS:
            raise WireError("a collection has too many keys of one hash")
    return keys


def _write_deque(encoder: "Encoder", value: Any, depth: int) -> Node:
    encoder.budget.spend(values=1)
    return {"t": "deque", "v": write_items(encoder, value, depth), "most": value.maxlen}


def _read_deque(decoder: "Decoder", node: Any, depth: int) -> Any:
    most = node["most"]
    if most is not None and type(most) is not int:
        raise WireError("a deque is malformed")
    return deque(read_items(decoder, node["v"], depth), most)


_MAX_PATH = 10_000
"""Characters; Linux itself takes 4,096."""
_PATHS: dict[type, str] = {
    pathlib.PosixPath: "path",
    pathlib.PurePosixPath: "pure path",
    pathlib.PureWindowsPath: "windows path",
}


def _write_path(encoder: "Encoder", value: pathlib.PurePath, depth: int) -> Node:
    text = str(value)
    if len(text) > _MAX_PATH:
        raise WireError(f"the path has more than {_MAX_PATH:,} characters")
    return {"t": _PATHS[type(value)], "v": write_text(encoder, text)}


def _read_path(kind: Callable[[str], Any]) -> Callable[["Decoder", Any, int], Any]:
    def read(decoder: "Decoder", node: Any, depth: int) -> Any:
        text = read_text(decoder, node["v"])
        if len(text) > _MAX_PATH:
            raise WireError("a path is malformed")
        return kind(text)

    return read


WRITERS: dict[type, Callable[["Encoder", Any, int], Node]] = {
    str: write_text,
    bytes: _write_bytes,
    bytearray: _write_bytes,
    list: write_items,
    tuple: _sequence("tuple"),
    set: _sequence("set"),
    frozenset: _sequence("frozenset"),
    deque: _write_deque,
    dict: _mapping("dict"),
    default_dict: _mapping("dict"),  # what it makes of a missing key is code
    OrderedDict: _mapping("ordered dict"),
    Counter: _mapping("counter"),
    **dict.fromkeys(_PATHS, _write_path),
    type(...): lambda encoder, value, depth: {"t": "ellipsis"},
}
READERS: dict[str, Callable[["Decoder", Any, int], Any]] = {
    "str": lambda decoder, node, depth: read_text(decoder, node),
    "bytes": lambda decoder, node, depth: decoder.binary(node["v"]),
    "bytearray": lambda decoder, node, depth: bytearray(decoder.binary(node["v"])),
    "floats": read_items,
    "tuple": lambda decoder, node, depth: tuple(read_items(decoder, node["v"], depth)),
    "set": _read_set(set),
    "frozenset": _read_set(frozenset),
    "deque": _read_deque,
    "dict": _read_mapping(dict),
    "ordered dict": _read_mapping(OrderedDict),
    "counter": _read_mapping(Counter),
    "path": _read_path(pathlib.Path),
    "pure path": _read_path(pathlib.PurePosixPath),
    "windows path": _read_path(pathlib.PureWindowsPath),
    "ellipsis": lambda decoder, node, depth: ...,
}
