"""Texts from outside: what may be kept, and how much of it."""

import re

from openjupyter_service.errors import LaunchRefused

MAX_ID = 512
MAX_TITLE = 255

_NOT_XML = re.compile("[^\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]|[\x7f-\x9f]")
"""Control characters, and what XML 1.0 cannot carry back to the LMS (XML 1.0, section 2.2)."""
_LOCALE = re.compile(r"[A-Za-z]{2,8}([-_][A-Za-z0-9]{1,8}){0,4}")


def identifier(name: str, value: str, limit: int = MAX_ID) -> str:
    """The value, which must be fit to be stored, compared and sent back.

    Raises:
        LaunchRefused: it is too long, or holds control characters.
    """
    if len(value) > limit:
        raise LaunchRefused(f"the parameter {name} is longer than {limit} characters")
    if _NOT_XML.search(value):
        raise LaunchRefused(f"the parameter {name} contains control characters")
    return value


def title(text: str) -> str:
    """One short line of a text that is only shown."""
    return " ".join(_NOT_XML.sub(" ", text).split())[:MAX_TITLE]


def locale(text: str) -> str | None:
    """The locale, or None where it is none."""
    return text if len(text) <= 35 and _LOCALE.fullmatch(text) else None
