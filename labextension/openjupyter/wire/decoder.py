"""Nodes to values. Everything about a node is checked: it may come from a hostile process."""

import base64
from collections.abc import Callable
from typing import Any

from openjupyter.wire import containers, instances, moments, numbers
from openjupyter.wire.budget import MAX_DEPTH, Budget, too_deep
from openjupyter.wire.errors import WireError
from openjupyter.wire.records import Record

Node = Any
FindHandle = Callable[[Node], Any]
MakeRecord = Callable[[Record, dict[str, Any]], Any]
Reader = Callable[["Decoder", Any, int], Any]

_ARRAY_KINDS = frozenset({"ndarray", "scalar"})
_TABLE_KINDS = frozenset({"series", "frame", "index", "column", "moment", "span", "period", "interval", "missing"})
_SCALARS = frozenset({type(None), bool, int, float})


class Decoder:
    """Turns nodes into values.

    `find_handle(node)` resolves handle nodes {"t": "handle", "id", …}; without it they are a WireError. Named tuples
    and enumeration members that the other side kept get what `find_handle` gives as their `_handle`.
    `make_record(record, node)` gives what a dataclass instance that the other side kept becomes; `node["handle"]` is
    its number. Without it, it is the Record.
    With `plain_scalars`, numpy's booleans, integers, float16 and float32 become bool, int and float.
    """

    def __init__(
        self,
        find_handle: FindHandle | None = None,
        budget: Budget | None = None,
        make_record: MakeRecord | None = None,
        *,
        plain_scalars: bool = False,
    ) -> None:
        self.find_handle = find_handle
        self.budget = budget or Budget()
        self.make_record = make_record
        self.plain_scalars = plain_scalars

    def decode(self, node: Node, depth: int = 0) -> Any:
        """The value of a node; WireError for whatever is not one."""
        if depth > MAX_DEPTH:
            raise too_deep()
        kind = type(node)
        if kind is list:
            self.budget.spend(values=1)
            return containers.read_items(self, node, depth)
        if kind is str:
            self.budget.spend(values=1, size=len(node))
            return node
        self.budget.spend(values=1)
        if kind in _SCALARS:
            return node
        if kind is not dict or type(tag := node.get("t")) is not str:
            raise WireError("a value has no kind")
        read = _reader(tag)
        try:
            return read(self, node, depth)
        except WireError:
            raise
        except Exception as error:  # hostile nodes reach many constructors, each with errors of its own
            raise WireError(f"a value of kind {tag[:30]!r} is malformed: {type(error).__name__}") from None

    def binary(self, text: Any) -> bytes:
        """Bytes of a base64 text, counted."""
        if type(text) is not str:
            raise WireError("bytes are not base64")
        self.budget.spend(size=len(text) // 4 * 3 - text[-2:].count("="))
        try:
            return base64.b64decode(text, validate=True)
        except ValueError:  # binascii.Error among them
            raise WireError("bytes are not base64") from None


def _read_handle(decoder: Decoder, node: Any, depth: int) -> Any:
    if decoder.find_handle is None:
        raise WireError("a handle is not allowed here")
    return decoder.find_handle(node)


_READERS: dict[str, Reader] = {
    **containers.READERS,
    **numbers.READERS,
    **moments.READERS,
    **instances.READERS,
    "handle": _read_handle,
}


def _reader(tag: str) -> Reader:
    read = _READERS.get(tag)
    if read is not None:
        return read
    if tag in _ARRAY_KINDS:
        from openjupyter.wire import arrays

        return arrays.READERS[tag]
    if tag in _TABLE_KINDS:
        from openjupyter.wire import tables

        return tables.READERS[tag]
    raise WireError(f"{tag[:30]!r} is not a kind of value")
