"""Values to nodes. Types are compared exactly; what is not in the closed set is left to `make_handle`."""

import base64
import sys
from collections.abc import Callable
from typing import Any

from openjupyter.wire import containers, instances, moments, numbers
from openjupyter.wire.budget import MAX_DEPTH, Budget, too_deep
from openjupyter.wire.errors import WireError

Node = Any
"""One encoded value: a JSON tree."""
MakeHandle = Callable[[Any], Node]
Keep = Callable[[Any], int]

_WRITERS: dict[type, Callable[["Encoder", Any, int], Node]] = {
    **containers.WRITERS,
    **numbers.WRITERS,
    **moments.WRITERS,
    **instances.WRITERS,
}


def _no_handle(value: Any) -> Any:
    raise WireError(f"a value of type {type(value).__name__} cannot cross")


class Encoder:
    """Turns values into nodes.

    `make_handle(value)` gives the node of a value outside the closed set; without it such a value is a WireError.
    `keep(value)` is called for every dataclass instance, named tuple and enumeration member that crosses as data; it
    gives the number by which the other side can reach the object itself, and the node carries it as "handle".
    With `keep`, a dataclass instance that contains itself, or is nested too deep, is given to `make_handle`.
    """

    def __init__(
        self, make_handle: MakeHandle = _no_handle, budget: Budget | None = None, keep: Keep | None = None
    ) -> None:
        self.make_handle = make_handle
        self.budget = budget or Budget()
        self.keep = keep
        self.records_around: list[int] = []
        """Identities of the dataclass instances whose fields are being encoded."""
        self.nested_records = 0

    def encode(self, value: Any, depth: int = 0) -> Node:
        """The node of a value; WireError when it is over a limit."""
        if depth > MAX_DEPTH:
            raise too_deep()
        self.budget.spend(values=1)
        if value is None or value is True or value is False:
            return value
        kind = type(value)
        write = _WRITERS.get(kind)
        if write is not None:
            return write(self, value, depth)
        # Only where the library is loaded already can a value be one of its; the import is left to whoever made it.
        if "numpy" in sys.modules:
            from openjupyter.wire import arrays

            node = arrays.write(self, value, kind, depth)
            if node is not None:
                return node
        node = instances.write_instance(self, value, kind, depth)
        if node is None and "pandas" in sys.modules:
            from openjupyter.wire import tables

            node = tables.write(self, value, kind, depth)
        return self.handle(value) if node is None else node

    def handle(self, value: Any) -> Node:
        """The node that stands for a value which stays here."""
        self.budget.spend(values=2)
        return self.make_handle(value)

    def without_handles(self) -> "Encoder":
        """An encoder on the same budget that refuses what is outside the closed set."""
        return Encoder(budget=self.budget, keep=self.keep)

    def binary(self, value: bytes) -> str:
        """Base64 of bytes, counted."""
        self.budget.spend(size=len(value))
        return base64.b64encode(value).decode()
