"""Claims of an id_token, read one by one: what they hold is hostile until it has been looked at."""

import json
from collections.abc import Iterable
from typing import Any

from openjupyter_service.errors import LaunchRefused
from openjupyter_service.lti.texts import identifier, title

MAX_LIST = 200

Claims = dict[str, Any]


def parse_claims(payload: bytes) -> Claims:
    """The claims of a payload.

    Raises:
        LaunchRefused: it is no JSON object, or a name in it stands twice: which value would be meant?
    """
    try:
        claims = json.loads(payload, object_pairs_hook=_once, parse_constant=_no_constant)
    except (ValueError, RecursionError):
        raise LaunchRefused("the claims are not JSON") from None
    if not isinstance(claims, dict):
        raise LaunchRefused("the claims are not a JSON object")
    return claims


def text(claims: Claims, name: str, limit: int = 512) -> str:
    """A text; "" when the claim is not there or null.

    Raises:
        LaunchRefused: it is no text, or none that can be kept.
    """
    value = claims.get(name)
    if value is None:
        return ""
    if not isinstance(value, str):
        raise LaunchRefused(f"the claim {_short(name)} is not a text")
    return identifier(_short(name), value, limit)


def shown_text(claims: Claims, name: str) -> str:
    """One short line of a text that is only shown, whatever its length and line ends; "" when it is not there.

    Raises:
        LaunchRefused: it is no text.
    """
    value = claims.get(name)
    if value is not None and not isinstance(value, str):
        raise LaunchRefused(f"the claim {_short(name)} is not a text")
    return title(value or "")


def required_text(claims: Claims, name: str, limit: int = 512) -> str:
    """A text that must be there. LaunchRefused else."""
    value = text(claims, name, limit)
    if not value.strip():
        raise LaunchRefused(f"the claim {_short(name)} is missing")
    return value


def texts(claims: Claims, name: str, limit: int = 1024) -> tuple[str, ...]:
    """A list of texts, also when it is a single one; () when it is not there. LaunchRefused for anything else."""
    value = claims.get(name)
    if value is None:
        return ()
    values = [value] if isinstance(value, str) else value
    if not isinstance(values, list) or not all(isinstance(each, str) for each in values):
        raise LaunchRefused(f"the claim {_short(name)} is not a list of texts")
    if len(values) > MAX_LIST:
        raise LaunchRefused(f"the claim {_short(name)} has more than {MAX_LIST} values")
    return tuple(identifier(_short(name), each, limit) for each in values)


def section(claims: Claims, name: str) -> Claims:
    """An object; {} when it is not there or null. LaunchRefused for anything else."""
    value = claims.get(name)
    if value is None:
        return {}
    if not isinstance(value, dict):
        raise LaunchRefused(f"the claim {_short(name)} is not an object")
    return value


def flag(claims: Claims, name: str) -> bool:
    """True or false; false when it is not there. LaunchRefused for anything else."""
    value = claims.get(name)
    if value not in (None, True, False) or (isinstance(value, int) and not isinstance(value, bool)):
        raise LaunchRefused(f"the claim {_short(name)} is neither true nor false")
    return bool(value)


def seconds(claims: Claims, name: str) -> float:
    """A time in Unix seconds (RFC 7519, NumericDate). LaunchRefused for anything else."""
    value = claims.get(name)
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0 <= value < 1e11:
        raise LaunchRefused(f"the claim {_short(name)} is not a time")
    return float(value)


def _short(name: str) -> str:
    return name.rpartition("/")[2]


def _once(pairs: Iterable[tuple[str, Any]]) -> Claims:
    found: Claims = {}
    for name, value in pairs:
        if name in found:
            raise LaunchRefused(f"the claims hold {_short(name)[:64]!r} twice")
        found[name] = value
    return found


def _no_constant(name: str) -> Any:
    raise ValueError(name)
