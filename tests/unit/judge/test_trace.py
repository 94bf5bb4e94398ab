"""The trace of a test: its last calls, and whose side of a comparison is whose."""

from typing import Any

import numpy as np
import pandas as pd
import pytest

from openjupyter_service.judge.trace import MAX_CALLS, NOTHING, PRINTED, SENT, Policy, Trace


def trace_of(*values: Any, policy: Policy = "diff") -> Trace:
    trace = Trace()
    trace.begin(policy)
    for value in values:
        trace.called("f(...)")
        trace.returned(value)
    return trace


@pytest.mark.parametrize(
    ("label", "args", "kwargs", "text"),
    [
        ("total(...)", ({"tea": 2},), {}, "total({'tea': 2})"),
        ("total(...)", (1, "b"), {"key": [1]}, "total(1, 'b', key=[1])"),
        ("total(...)", (), {}, "total()"),
        ("Basket(...).add(...)", ("tea",), {}, "Basket(...).add('tea')"),
        ("words[...]", (3,), {}, "words[3]"),
        ("... in words", ("a",), {}, "'a' in words"),
        ("len(words)", (), {}, "len(words)"),
        ("basket.total", (), {}, "basket.total"),
        ("f(...)", (np.float64(2.5), np.int8(3)), {}, "f(2.5, 3)"),
    ],
)
def test_calls_are_written_as_the_policy_allows(label: str, args: Any, kwargs: Any, text: str) -> None:
    for policy, shown in (("none", label), ("calls", text), ("diff", text)):
        trace = Trace()
        trace.begin(policy)  # type: ignore[arg-type]
        trace.called(label, args, kwargs)
        assert trace.last and (trace.last.label, trace.last.text) == (label, shown)
        assert trace.last.returned is NOTHING


def test_arguments_are_those_of_the_moment() -> None:
    trace = Trace()
    trace.begin("calls")
    items = [3, 1]
    trace.called("sort(...)", (items,))
    items.sort()
    assert trace.last and trace.last.text == "sort([3, 1])"


def test_whose_side_by_identity() -> None:
    theirs, ours = [1, 2], [1, 2]
    trace = trace_of(theirs)
    assert trace.side(theirs, [1, 3]) == "left" and trace.side([1, 3], theirs) == "right"
    assert trace.side(theirs, ours) == "left"
    assert trace.side(theirs, theirs) == "both"


def test_whose_side_by_equality_when_it_is_clear() -> None:
    trace = trace_of(7, "seven")
    assert trace.side("seven", 8) == "left" and trace.side(8, 7) == "right"
    assert trace.side("seven", 7) == "left", "the last call counts for more than earlier ones"
    assert trace.side(8, 9) is None and trace.side("seven", "sev" + "en") is None
    assert trace.side(7.0, 8) is None, "equal, but another type"


def test_arrays_tables_and_liars_are_never_asked() -> None:
    class Liar:
        def __eq__(self, other: object) -> bool:
            raise AssertionError("asked")

        __hash__ = None  # type: ignore[assignment]

    array, table, liar = np.arange(3), pd.DataFrame({"a": [1]}), Liar()
    trace = trace_of(array, table, liar, [array])
    assert trace.side(array, np.arange(3)) == "left"
    assert trace.side(pd.DataFrame({"a": [1]}), table) == "right"
    assert trace.side(liar, Liar()) == "left" and trace.side([np.arange(3)], [np.arange(3)]) is None


def test_the_call_that_gave_a_value() -> None:
    trace = Trace()
    trace.begin("calls")
    for label, value in (("one(...)", [1]), ("two(...)", [2]), ("three(...)", [1])):
        trace.called(label)
        trace.returned(value)
    for value, label in (([2], "two(...)"), ([1], "three(...)"), ([9], "three(...)")):
        assert (call := trace.call_of(value)) and call.label == label


def test_a_trace_is_short() -> None:
    trace = trace_of(*([n] for n in range(1_000)))
    assert trace.side([1_000 - MAX_CALLS - 1], 0) is None
    assert trace.side([1_000 - MAX_CALLS], 0) == "left"


def test_a_new_test_starts_anew() -> None:
    trace = trace_of([1])
    trace.printed("x")
    trace.compared("==", 1, 2)
    trace.begin("calls")
    assert (trace.last, trace.label, trace.comparison, trace.printed_text) == (None, "", None, "")
    assert trace.side([1], 2) is None


def test_policy_none_keeps_no_values() -> None:
    trace = trace_of([1], policy="none")
    trace.printed("text")
    assert trace.last and trace.last.returned is NOTHING and trace.printed_text == ""


def test_looking_back_belongs_to_an_earlier_call() -> None:
    trace = trace_of(None)
    for label in (SENT, PRINTED):
        trace.called(label)
        trace.returned("text")
    assert (last := trace.last) and last.looks_back
    assert (call := trace.before(last)) and call.label == "f(...)" and trace.before(call) is None


def test_answers_without_a_call_are_ignored() -> None:
    trace = Trace()
    trace.returned(1)
    trace.printed("x")
    assert trace.last is None and trace.label == ""
