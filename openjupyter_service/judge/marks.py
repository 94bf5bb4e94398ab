"""The marks of hidden tests: which there are, and what is wrong with those of a test."""

import math
from collections.abc import Callable, Iterator
from numbers import Real
from typing import Any, get_args

import pytest

from openjupyter_service.judge.trace import Policy

MARKERS = (
    "points(n): what the test is worth; 1 by default",
    "hint(text): what a learner reads when the test fails",
    'reveal(policy): "none", "calls" or "diff" for this test, in place of the exercise\'s',
    "seconds(n): how long learner code may take in this test, in place of the exercise's test_seconds",
    "in_kernel: runs inside the learner's kernel; less sealed",
    "exact_types: numpy's scalars stay what they are",
)

_WANTED: dict[str, tuple[str, Callable[[Any], bool]]] = {
    "points": ("a number, 0 or more", lambda value: _is_number(value) and value >= 0),
    "hint": ("a text", lambda value: isinstance(value, str)),
    "reveal": (", ".join(map(repr, get_args(Policy))), lambda value: value in get_args(Policy)),
    "seconds": ("a number above 0", lambda value: _is_number(value) and value > 0),
}


def argument(item: pytest.Item, name: str, default: Any) -> Any:
    """What a test's mark says; the default without it."""
    marker = item.get_closest_marker(name)
    return marker.args[0] if marker else default


def mistakes(item: pytest.Item) -> Iterator[str]:
    """A sentence for each mark that would otherwise give a learner another score than its author meant."""
    for name, (wanted, is_right) in _WANTED.items():
        marker = item.get_closest_marker(name)
        if marker and not (len(marker.args) == 1 and not marker.kwargs and is_right(marker.args[0])):
            yield f"{item.nodeid}: the mark {name} takes {wanted}"
    if item.get_closest_marker("in_kernel") and getattr(item, "cls", None) is not None:
        yield f"{item.nodeid}: the mark in_kernel is for functions outside of classes"


def _is_number(value: Any) -> bool:
    return isinstance(value, Real) and not isinstance(value, bool) and math.isfinite(value)
