"""Elements of ProFormA's XML by their local names, since its namespace is another one in each version."""

import math
from collections.abc import Iterator
from xml.etree.ElementTree import Element

from openjupyter_service.errors import ExchangeError


def local(element: Element) -> str:
    """The name of an element without its namespace."""
    return str(element.tag).rpartition("}")[2]


def children(parent: Element, name: str) -> Iterator[Element]:
    """Children of that name, whatever their namespace."""
    return (child for child in parent if local(child) == name)


def all_in(parent: Element, outer: str, inner: str) -> list[Element]:
    """Grandchildren: all `inner` in all `outer`."""
    return [child for group in children(parent, outer) for child in children(group, inner)]


def text_of(parent: Element, name: str) -> str:
    """The text of the first child of that name, empty if there is none."""
    return next((child.text or "" for child in children(parent, name)), "").strip()


def attribute(element: Element, name: str, default: str = "") -> str:
    """An attribute, without blanks around it."""
    return str(element.get(name, default)).strip()


def number(text: str) -> float:
    """A weight.

    Raises:
        ExchangeError: it is no finite number from 0 on
    """
    try:
        found = float(text)
    except ValueError:
        found = math.nan
    if not 0 <= found < 1e9:
        raise ExchangeError(f"{text[:50]!r} is no weight; write a number from 0 on")
    return found
