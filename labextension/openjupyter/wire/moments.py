"""Dates, times, spans and time zones, both ways. Subclasses (pandas' Timestamp among them) are not these kinds."""

import datetime as dt
import re
import zoneinfo
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from openjupyter.wire.errors import WireError

if TYPE_CHECKING:
    from openjupyter.wire.decoder import Decoder
    from openjupyter.wire.encoder import Encoder

Node = Any

_MICROSECOND = dt.timedelta(microseconds=1)
_ZONE_NAME = re.compile(r"[A-Za-z][A-Za-z0-9_+\-]{0,40}(/[A-Za-z][A-Za-z0-9_+\-]{0,40}){0,3}", re.ASCII)
"""Keys of the zone database; no dots, so that none is a path out of it."""


def write_zone(zone: dt.tzinfo | None, offset: dt.timedelta | None = None) -> Node:
    """A zone's name, else its offset from UTC in microseconds, else None.

    Names matter, because Python compares moments of one zone by the clock and moments of two zones by the offset.
    """
    if type(zone) is zoneinfo.ZoneInfo and zone.key and _ZONE_NAME.fullmatch(zone.key):
        return zone.key if offset is None else [zone.key, offset // _MICROSECOND]
    if type(zone) is dt.timezone:
        offset = zone.utcoffset(None)
    return None if offset is None else offset // _MICROSECOND


def read_zone(node: Node) -> dt.tzinfo | None:
    """The zone of a node; WireError when it is none. A zone that this machine does not know becomes its offset."""
    if node is None:
        return None
    name, offset = node if isinstance(node, list) and len(node) == 2 else (node, node)
    if isinstance(name, str) and _ZONE_NAME.fullmatch(name):
        try:
            return zoneinfo.ZoneInfo(name)
        except (zoneinfo.ZoneInfoNotFoundError, OSError, ValueError):
            pass
    if type(offset) is not int:
        raise WireError("a time zone is malformed or not known here")
    return dt.UTC if offset == 0 else dt.timezone(offset * _MICROSECOND)


def _write_aware(kind: str, value: Any) -> Node:
    # isoformat without the zone: Python misreads an offset of less than a second.
    node = {"t": kind, "v": value.replace(tzinfo=None, fold=0).isoformat()}
    if value.fold:
        node["fold"] = 1
    if value.tzinfo is not None:
        node["zone"] = write_zone(value.tzinfo, value.utcoffset())
    return node


def _read_aware(kind: Any, node: Any) -> Any:
    value = kind.fromisoformat(node["v"])
    if value.tzinfo is not None:
        raise WireError("a time is malformed")
    return value.replace(fold=1 if node.get("fold") == 1 else 0, tzinfo=read_zone(node.get("zone")))


def _write_datetime(encoder: "Encoder", value: dt.datetime, depth: int) -> Node:
    encoder.budget.spend(values=1)
    return _write_aware("datetime", value)


def _write_time(encoder: "Encoder", value: dt.time, depth: int) -> Node:
    encoder.budget.spend(values=1)
    return _write_aware("time", value)


def _write_date(encoder: "Encoder", value: dt.date, depth: int) -> Node:
    return {"t": "date", "v": value.isoformat()}


def _write_timedelta(encoder: "Encoder", value: dt.timedelta, depth: int) -> Node:
    encoder.budget.spend(values=1)
    return {"t": "timedelta", "v": [value.days, value.seconds, value.microseconds]}


def _read_timedelta(decoder: "Decoder", node: Any, depth: int) -> dt.timedelta:
    days, seconds, microseconds = node["v"]
    if any(type(part) is not int for part in (days, seconds, microseconds)):
        raise WireError("a timedelta is malformed")
    return dt.timedelta(days, seconds, microseconds)


def _write_timezone(encoder: "Encoder", value: dt.tzinfo, depth: int) -> Node:
    zone = write_zone(value)
    return encoder.handle(value) if zone is None else {"t": "timezone", "v": zone}


def _read_timezone(decoder: "Decoder", node: Any, depth: int) -> dt.tzinfo:
    zone = read_zone(node["v"])
    if zone is None:
        raise WireError("a time zone is malformed")
    return zone


WRITERS: dict[type, Callable[["Encoder", Any, int], Node]] = {
    dt.datetime: _write_datetime,
    dt.date: _write_date,
    dt.time: _write_time,
    dt.timedelta: _write_timedelta,
    dt.timezone: _write_timezone,
    zoneinfo.ZoneInfo: _write_timezone,
}
READERS: dict[str, Callable[["Decoder", Any, int], Any]] = {
    "datetime": lambda decoder, node, depth: _read_aware(dt.datetime, node),
    "date": lambda decoder, node, depth: dt.date.fromisoformat(node["v"]),
    "time": lambda decoder, node, depth: _read_aware(dt.time, node),
    "timedelta": _read_timedelta,
    "timezone": _read_timezone,
}
