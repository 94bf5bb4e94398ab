"""Which two values a failing assertion compared, and how: plain asserts, unittest, numpy.testing, pandas.testing.

Nothing here is shown by itself; `reveal` shows as much of it as the exercise's policy allows.
"""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Any

import numpy as np

from openjupyter_service.judge.source import compared_side
from openjupyter_service.judge.texts import short
from openjupyter_service.judge.trace import Side, Trace
from openjupyter_service.judge.unittests import failed_call

MAX_PATTERN = 200

Same = Callable[[Any, Any], bool]
"""Do two cells count as equal in this assertion?"""

_UNITTEST = {
    "assertEqual": ("==", "first", "second"),
    "assertNotEqual": ("!=", "first", "second"),
    "assertAlmostEqual": ("==", "first", "second"),
    "assertNotAlmostEqual": ("!=", "first", "second"),
    "assertCountEqual": ("==", "first_seq", "second_seq"),
    "assertMultiLineEqual": ("==", "first", "second"),
    "assertSequenceEqual": ("==", "seq1", "seq2"),
    "assertListEqual": ("==", "list1", "list2"),
    "assertTupleEqual": ("==", "tuple1", "tuple2"),
    "assertSetEqual": ("==", "set1", "set2"),
    "assertDictEqual": ("==", "d1", "d2"),
    "assertIn": ("in", "member", "container"),
    "assertNotIn": ("not in", "member", "container"),
    "assertIs": ("is", "expr1", "expr2"),
    "assertIsNot": ("is not", "expr1", "expr2"),
    "assertGreater": (">", "a", "b"),
    "assertGreaterEqual": (">=", "a", "b"),
    "assertLess": ("<", "a", "b"),
    "assertLessEqual": ("<=", "a", "b"),
}
_AGAINST = {
    "assertTrue": ("is", "expr", True),
    "assertFalse": ("is", "expr", False),
    "assertIsNone": ("is", "obj", None),
    "assertIsNotNone": ("is not", "obj", None),
}
_TESTING = ("numpy.testing", "pandas._testing", "pandas._libs.testing", "pandas.testing")
_PAIRS = (("actual", "desired"), ("left", "right"), ("x", "y"))


@dataclass(frozen=True)
class Compared:
    """Two values that were compared, whose side the learner made, and what counts as equal inside of them."""

    op: str
    left: Any
    right: Any
    side: Side | None
    same: Same


def find(error: BaseException, trace: Trace, tests: Path) -> Compared | None:
    """The comparison that ended a test; None when it was none, or it cannot be told; `tests` is their folder."""
    traceback = error.__traceback__
    if call := failed_call(traceback):
        code, names = call
        if code.co_name in _AGAINST:
            op, name, against = _AGAINST[code.co_name]
            return Compared(op, names.get(name), against, "left", _equal)
        if code.co_name not in _UNITTEST:
            return None
        op, left, right = _UNITTEST[code.co_name]
        return _attributed(op, names.get(left), names.get(right), trace, traceback, tests, code.co_name)
    if call := failed_call(traceback, _TESTING):
        code, names = call
        pair = next((pair for pair in _PAIRS if pair[0] in names and pair[1] in names), None)
        if pair is None:
            return None
        op = "<" if code.co_name == "assert_array_less" else "=="
        return _attributed(op, names[pair[0]], names[pair[1]], trace, traceback, tests, code.co_name, _tolerance(names))
    found = trace.comparison
    if found is None or not isinstance(error, AssertionError) or found.frame is not _innermost(traceback):
        return None
    return _attributed(found.op, found.left, found.right, trace, traceback, tests, "")


def expectation(error: BaseException) -> str:
    """What the test wanted to happen instead of a value: "should raise ValueError"; "" when it was not that."""
    if isinstance(text := getattr(error, "expectation", None), str):
        return text
    traceback = error.__traceback__
    call = failed_call(traceback, ("_pytest.raises", "_pytest.recwarn", "_pytest.outcomes")) or failed_call(traceback)
    context = call[1].get("self") if call else None
    for verb, attribute in (
        ("raise", "expected_exceptions"),
        ("raise", "expected"),
        ("warn with", "expected_warning"),
    ):
        kinds = getattr(context, attribute, None)
        if kinds:
            names = " or ".join(kind.__name__ for kind in (kinds if isinstance(kinds, tuple) else (kinds,)))
            return f"should {verb} {names}{_pattern(context)}"
    return ""


def _pattern(context: Any) -> str:
    wanted = next((found for name in _PATTERNS if (found := getattr(context, name, None)) is not None), None)
    text = getattr(wanted, "pattern", wanted)
    return f" with a text that matches {short(text, MAX_PATTERN)}" if text else ""


_PATTERNS = ("match", "match_expr", "expected_regex")


def _attributed(
    op: str,
    left: Any,
    right: Any,
    trace: Trace,
    traceback: TracebackType | None,
    tests: Path,
    function: str,
    same: Same | None = None,
) -> Compared:
    side = trace.side(left, right) or compared_side(traceback, tests, function, op)
    return Compared(op, left, right, side, same or _equal)


def _innermost(traceback: TracebackType | None) -> Any:
    while traceback and traceback.tb_next:
        traceback = traceback.tb_next
    return traceback.tb_frame if traceback else None


def _equal(got: Any, expected: Any) -> bool:
    """`==` of two cells, where not-a-number equals itself; False for what cannot be compared."""
    try:
        return bool(got == expected) or bool(got != got and expected != expected)
    except Exception:
        return got is expected


def _tolerance(names: dict[str, Any]) -> Same:
    """Equality of cells as numpy.testing and pandas.testing were asked for it."""
    relative, absolute, decimal = names.get("rtol"), names.get("atol"), names.get("decimal")
    if isinstance(decimal, int):
        relative, absolute = 0.0, 1.5 * 10.0**-decimal
    if not isinstance(relative, int | float) or not isinstance(absolute, int | float):
        return _equal

    def close(got: Any, expected: Any) -> bool:
        try:
            return bool(np.isclose(got, expected, rtol=relative, atol=absolute, equal_nan=True))
        except Exception:
            return _equal(got, expected)

    return close
