"""Which two values a failing assertion compared, and how: plain asserts, unittest, numpy.testing, pandas.testing.

Nothing here is shown by itself; `reveal` shows as much of it as the exercise's policy allows.
"""

import operator
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from types import FrameType, SimpleNamespace, TracebackType
from typing import Any

import numpy as np

from openjupyter_service.judge.language import ENGLISH, N_, Speech
from openjupyter_service.judge.source import compared_side
from openjupyter_service.judge.texts import short
from openjupyter_service.judge.trace import Comparison, Side, Trace
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
_OPERATORS: dict[str, Callable[[Any, Any], Any]] = {
    **{"==": operator.eq, "!=": operator.ne, "<": operator.lt, "<=": operator.le, ">": operator.gt, ">=": operator.ge},
    **{"is": operator.is_, "is not": operator.is_not},
    **{"in": lambda left, right: left in right, "not in": lambda left, right: left not in right},
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
    if isinstance(error, AssertionError) and (testing := _testing_call(traceback, tests)):
        name, names, (left, right) = testing
        op = "<" if name == "assert_array_less" else "=="
        return _attributed(op, names[left], names[right], trace, traceback, tests, name, _tolerance(names))
    found = trace.comparison
    if found is None or not isinstance(error, AssertionError) or _holds(found):
        return None
    if (found.frame, found.line) != _innermost(traceback):
        return None
    return _attributed(found.op, found.left, found.right, trace, traceback, tests, "")


def expectation(error: BaseException, speech: Speech = ENGLISH) -> str:
    """What the test wanted to happen instead of a value: "should raise ValueError"; "" when it was not that."""
    traceback = error.__traceback__
    if names := _raises_of_learner(traceback):
        return _should(_RAISE, names["name"], SimpleNamespace(match=names["match"]), speech)
    call = failed_call(traceback, ("_pytest.raises", "_pytest.recwarn", "_pytest.outcomes")) or failed_call(traceback)
    context = call[1].get("self") if call else None
    for sentences, attribute in ((_RAISE, "expected_exceptions"), (_RAISE, "expected"), (_WARN, "expected_warning")):
        kinds = getattr(context, attribute, None)
        if kinds:
            names_of = [kind.__name__ for kind in (kinds if isinstance(kinds, tuple) else (kinds,))]
            return _should(sentences, speech.text(N_(" or ")).join(names_of), context, speech)
    return ""


_RAISE = (N_("should raise {wanted}"), N_("should raise {wanted} with a text that matches {pattern}"))
_WARN = (N_("should warn with {wanted}"), N_("should warn with {wanted} with a text that matches {pattern}"))


def _should(sentences: tuple[str, str], wanted: str, context: Any, speech: Speech) -> str:
    pattern = _pattern(context)
    return speech.text(sentences[bool(pattern)], wanted=wanted, pattern=pattern)


def _raises_of_learner(traceback: TracebackType | None) -> dict[str, Any] | None:
    """Local variables of a `learner.raises` that did not see its exception."""
    while traceback:
        frame = traceback.tb_frame
        if frame.f_code.co_name == "raises" and frame.f_globals.get("__name__") == _LEARNER:
            return dict(frame.f_locals) if traceback.tb_next is None else None
        traceback = traceback.tb_next
    return None


def _pattern(context: Any) -> str:
    wanted = next((found for name in _PATTERNS if (found := getattr(context, name, None)) is not None), None)
    text = getattr(wanted, "pattern", wanted)
    return short(text, MAX_PATTERN) if text else ""


_LEARNER = "openjupyter_service.judge.learner"
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


def _testing_call(traceback: TracebackType | None, tests: Path) -> tuple[str, dict[str, Any], tuple[str, str]] | None:
    """The assertion of numpy or pandas that a test called: its name, local variables and the names of both sides."""
    found = None
    while traceback:
        frame = traceback.tb_frame
        if Path(frame.f_code.co_filename).is_relative_to(tests):
            found = None
        elif found is None and str(frame.f_globals.get("__name__")).startswith(_TESTING):
            pair = next((pair for pair in _PAIRS if pair[0] in frame.f_locals and pair[1] in frame.f_locals), None)
            found = (frame.f_code.co_name, dict(frame.f_locals), pair) if pair else None
        traceback = traceback.tb_next
    return found


def _innermost(traceback: TracebackType | None) -> tuple[FrameType, int] | None:
    while traceback and traceback.tb_next:
        traceback = traceback.tb_next
    return (traceback.tb_frame, traceback.tb_lineno) if traceback else None


def _holds(comparison: Comparison) -> bool:
    """Is it true, so that it was only a part of what failed? False for what cannot be told."""
    try:
        return bool(_OPERATORS[comparison.op](comparison.left, comparison.right))
    except Exception:
        return False


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
            if isinstance(got, int | float) and isinstance(expected, int | float):  # a hundred times sooner
                return _equal(got, expected) or abs(got - expected) <= absolute + relative * abs(expected)
            return bool(np.isclose(got, expected, rtol=relative, atol=absolute, equal_nan=True))
        except Exception:
            return _equal(got, expected)

    return close
