"""numpy dtypes as data, both ways: a closed reader, so that no text from the other side reaches numpy's own parser.

A dtype is a text like "<f8", "<M8[25s]" or "|V3"; {"fields": [[name, dtype, offset], …], "size", "aligned"} for a
structure; or {"base": dtype, "shape": [n, …]} for an array within one. Objects never cross as memory.
"""

import math
import re
from functools import lru_cache
from typing import Any

import numpy as np

from openjupyter.wire.errors import WireError

Node = Any

MAX_FIELDS = 1_000
MAX_LEVELS = 10
MAX_ITEM_BYTES = 2**24
"""Bytes of one item of an array; more would be an array in itself."""

_PLAIN = re.compile(
    r"[<>|]([biufc]\d{1,2}|[mM]8(\[\d{0,9}(Y|M|W|D|h|m|s|ms|us|ns|ps|fs|as)\])?|[SUV]\d{1,8})", re.ASCII
)


def write_dtype(dtype: Any, level: int = 0) -> Node | None:
    """The node of a dtype; None for one that cannot cross: objects, titles, numpy's later kinds."""
    if dtype.hasobject or level > MAX_LEVELS or dtype.itemsize > MAX_ITEM_BYTES:
        return None
    if dtype.subdtype is not None:
        base, shape = dtype.subdtype
        part = write_dtype(base, level + 1)
        return None if part is None else {"base": part, "shape": list(shape)}
    if dtype.names is not None:
        fields = []
        for name in dtype.names:
            kind, offset, *title = dtype.fields[name]
            part = write_dtype(kind, level + 1)
            if part is None or title or len(dtype.names) > MAX_FIELDS:
                return None
            fields.append([name, part, offset])
        return {"fields": fields, "size": dtype.itemsize, "aligned": dtype.isalignedstruct}
    text = dtype.str
    return text if _PLAIN.fullmatch(text) else None


def read_dtype(node: Node, level: int = 0) -> Any:
    """The dtype of a node; WireError, or an error of numpy's, for anything else."""
    if type(node) is str:
        return _plain(node)
    if type(node) is not dict or level > MAX_LEVELS:
        raise WireError("a dtype is malformed")
    dtype = _array(node, level) if "base" in node else _structure(node, level)
    if dtype.hasobject or dtype.itemsize > MAX_ITEM_BYTES:
        raise WireError("a dtype is malformed")
    return dtype


@lru_cache(maxsize=256)
def _plain(text: str) -> Any:
    if len(text) > 32 or not _PLAIN.fullmatch(text):
        raise WireError("a dtype is malformed")
    dtype = np.dtype(text)
    if dtype.itemsize > MAX_ITEM_BYTES:
        raise WireError("a dtype is malformed")
    return dtype


def _array(node: dict[str, Any], level: int) -> Any:
    shape = node["shape"]
    if type(shape) is not list or not 0 < len(shape) <= 32 or any(type(n) is not int or n < 0 for n in shape):
        raise WireError("a dtype is malformed")
    base = read_dtype(node["base"], level + 1)
    if max(base.itemsize, 1) * math.prod(shape) > MAX_ITEM_BYTES:
        raise WireError("a dtype is malformed")
    return np.dtype((base, tuple(shape)))


def _structure(node: dict[str, Any], level: int) -> Any:
    fields, size = node["fields"], node["size"]
    if type(fields) is not list or len(fields) > MAX_FIELDS or type(size) is not int:
        raise WireError("a dtype is malformed")
    names, formats, offsets = [], [], []
    for name, part, offset in fields:
        if type(name) is not str or type(offset) is not int or not 0 <= offset <= size <= MAX_ITEM_BYTES:
            raise WireError("a dtype is malformed")
        names.append(name)
        formats.append(read_dtype(part, level + 1))
        offsets.append(offset)
    layout = {"names": names, "formats": formats, "offsets": offsets, "itemsize": size}
    return np.dtype(layout, align=node.get("aligned") is True)  # type: ignore[call-overload]


def spent_by(node: Node) -> int:
    """Values that a dtype counts for: one, and two for each field."""
    if type(node) is not dict:
        return 1
    if "base" in node:
        return 2 + len(node["shape"]) + spent_by(node["base"])
    return 2 + sum(2 + spent_by(part) for _, part, _ in node["fields"])
