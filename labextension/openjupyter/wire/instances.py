"""Dataclass instances, named tuples and enumeration members, both ways; see `records` for what they become."""

from collections.abc import Callable
from dataclasses import fields as dataclass_fields
from enum import Enum
from typing import TYPE_CHECKING, Any, TypeGuard

from openjupyter.wire.containers import read_items, write_items, write_text
from openjupyter.wire.errors import WireError
from openjupyter.wire.records import EnumMember, NamedTuple, Record

if TYPE_CHECKING:
    from openjupyter.wire.decoder import Decoder
    from openjupyter.wire.encoder import Encoder

Node = Any

MAX_FIELDS = 1_000
MAX_NAME = 200
"""Characters of a type's, field's or member's name."""
MAX_LIVE_DEPTH = 20
"""A record nested deeper becomes a handle where it can: linked lists of records have no end."""
MAX_NESTED = 1_000
"""Records within records of one value; more become handles where they can: a graph has too many paths."""

_ABSENT = object()
"""For a field that the instance does not have: `field(init=False)`, or deleted."""

_BUILTIN = (BaseException, list, dict, set, frozenset, tuple, str, bytes, int, float, complex)
"""A dataclass that is one of these, too, is more than its fields."""


def write_instance(encoder: "Encoder", value: Any, kind: type, depth: int) -> Node | None:
    """The node of an instance of a learner's data class; None when it is of no such class."""
    if issubclass(kind, Enum):
        name = value._name_
        label = None if name is None else str(name)[:MAX_NAME]
        return _node(encoder, "enum", value, kind, {"name": label, "value": encoder.encode(value._value_, depth + 1)})
    if issubclass(kind, tuple):
        names = getattr(kind, "_fields", None)
        if not _are_names(names) or len(names) != tuple.__len__(value):
            return None
        _spend_names(encoder, names)
        items = write_items(encoder, list(tuple.__iter__(value)), depth)
        return _node(encoder, "namedtuple", value, kind, {"fields": list(names), "v": items})
    if type(getattr(kind, "__dataclass_fields__", None)) is dict and not issubclass(kind, _BUILTIN):
        return _write_dataclass(encoder, value, kind, depth)
    return None


def _write_dataclass(encoder: "Encoder", value: Any, kind: type, depth: int) -> Node | None:
    names = tuple(field.name for field in dataclass_fields(kind))
    if not _are_names(names):
        return None
    around = encoder.records_around
    if around:
        encoder.nested_records += 1
    endless = id(value) in around or depth > MAX_LIVE_DEPTH or encoder.nested_records > MAX_NESTED
    if endless and encoder.keep is not None:
        return encoder.handle(value)
    _spend_names(encoder, names)
    around.append(id(value))
    try:
        present = [(name, getattr(value, name, _ABSENT)) for name in names]
        fields = [[name, encoder.encode(item, depth + 1)] for name, item in present if item is not _ABSENT]
    finally:
        around.pop()
    return _node(encoder, "record", value, kind, {"fields": fields})


def _are_names(names: Any) -> TypeGuard[tuple[str, ...]]:
    return (
        type(names) is tuple
        and len(names) <= MAX_FIELDS
        and all(type(name) is str and name.isidentifier() and len(name) <= MAX_NAME for name in names)
        and len(set(names)) == len(names)
    )


def _spend_names(encoder: "Encoder | Decoder", names: tuple[str, ...]) -> None:
    encoder.budget.spend(values=len(names), size=sum(map(len, names)))


def _node(encoder: "Encoder", tag: str, value: Any, kind: type, parts: dict[str, Any]) -> Node:
    encoder.budget.spend(values=2)
    type_name = write_text(encoder, str(kind.__name__)[:MAX_NAME])
    node = {"t": tag, "type": type_name if isinstance(type_name, str) else "", **parts}
    if encoder.keep is not None:
        node["handle"] = encoder.keep(value)
    return node


def _write_member(encoder: "Encoder", value: EnumMember, depth: int) -> Node:
    if value._handle is not None:
        return encoder.handle(value._handle)
    encoder.budget.spend(values=2)
    member = encoder.encode(value.value, depth + 1)
    return {"t": "enum", "type": value.type_name, "name": value.name, "value": member}


def _write_named(encoder: "Encoder", value: NamedTuple, depth: int) -> Node:
    if value._handle is not None:
        return encoder.handle(value._handle)
    encoder.budget.spend(values=2)
    _spend_names(encoder, value._fields)
    items = write_items(encoder, tuple(value), depth)
    return {"t": "namedtuple", "type": value._type_name, "fields": list(value._fields), "v": items}


def _write_copy(encoder: "Encoder", value: Record, depth: int) -> Node:
    encoder.budget.spend(values=2)
    _spend_names(encoder, tuple(value.__dict__))
    fields = [[name, encoder.encode(item, depth + 1)] for name, item in value.__dict__.items()]
    return {"t": "record", "type": value.type_name, "fields": fields}


def _name(text: Any) -> str:
    if type(text) is not str or len(text) > MAX_NAME:
        raise WireError("a name is malformed")
    return text


def _handle(decoder: "Decoder", node: dict[str, Any], text: str) -> Any:
    """What stands for the learner's own object; None when the other side did not keep it."""
    if "handle" not in node or decoder.find_handle is None:
        return None
    return decoder.find_handle({"t": "handle", "id": node["handle"], "type": node["type"], "repr": text})


def _read_enum(decoder: "Decoder", node: Any, depth: int) -> EnumMember:
    decoder.budget.spend(values=2)
    type_name = _name(node["type"])
    name = None if node["name"] is None else _name(node["name"])
    value = decoder.decode(node["value"], depth + 1)
    return EnumMember(type_name, name, value, _handle(decoder, node, f"{type_name}.{name}"))


def _read_named(decoder: "Decoder", node: Any, depth: int) -> NamedTuple:
    names = tuple(node["fields"])
    if not _are_names(names):
        raise WireError("a named tuple is malformed")
    decoder.budget.spend(values=2)
    _spend_names(decoder, names)
    items = tuple(read_items(decoder, node["v"], depth))
    type_name = _name(node["type"])
    return NamedTuple(type_name, names, items, _handle(decoder, node, type_name))


def _read_record(decoder: "Decoder", node: Any, depth: int) -> Any:
    pairs = node["fields"]
    names = tuple(name for name, _ in pairs)
    if not _are_names(names):
        raise WireError("a record is malformed")
    decoder.budget.spend(values=2)
    _spend_names(decoder, names)
    record = Record(_name(node["type"]), {name: decoder.decode(part, depth + 1) for name, part in pairs})
    if decoder.make_record is None or "handle" not in node:
        return record
    if type(node["handle"]) is not int:
        raise WireError("a handle is malformed")
    return decoder.make_record(record, node)


WRITERS: dict[type, Callable[["Encoder", Any, int], Node]] = {
    EnumMember: _write_member,
    NamedTuple: _write_named,
    Record: _write_copy,
}
READERS: dict[str, Callable[["Decoder", Any, int], Any]] = {
    "enum": _read_enum,
    "namedtuple": _read_named,
    "record": _read_record,
}
