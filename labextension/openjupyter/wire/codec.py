"""A closed codec for Python values: what it does not know becomes a handle or an error, never code.

An encoded value is a JSON tree. JSON scalars and lists stand for themselves (ints within 53 bits, finite floats);
everything else is an object {"t": kind, ...} of a closed set of kinds: `numbers`, `containers`, `moments`, `instances`
(with `records`), `arrays` (numpy), `tables` and `columns` (pandas). Types are compared exactly, so an instance of a
learner's subclass of list never passes as a list. Nothing is unpickled or evaluated on either side, and both sides
count values, bytes and depth (`budget`).
"""

from typing import Any

from openjupyter.wire.budget import MAX_BYTES, MAX_DEPTH, MAX_VALUES, Budget
from openjupyter.wire.decoder import Decoder, FindHandle, MakeRecord
from openjupyter.wire.encoder import Encoder, Keep, MakeHandle, Node
from openjupyter.wire.records import EnumMember, NamedTuple, Record

__all__ = [
    "MAX_BYTES",
    "MAX_DEPTH",
    "MAX_VALUES",
    "Budget",
    "Decoder",
    "Encoder",
    "EnumMember",
    "FindHandle",
    "Keep",
    "MakeHandle",
    "MakeRecord",
    "NamedTuple",
    "Node",
    "Record",
    "decode",
    "encode",
]


def encode(value: Any, make_handle: MakeHandle | None = None) -> Node:
    """The node of one value, with a budget of its own."""
    return (Encoder() if make_handle is None else Encoder(make_handle)).encode(value)


def decode(node: Node, find_handle: FindHandle | None = None) -> Any:
    """The value of one node, with a budget of its own."""
    return Decoder(find_handle).decode(node)
