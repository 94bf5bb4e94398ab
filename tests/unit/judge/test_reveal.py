"""What learners may read of a hidden test, for each policy and every way a test can compare."""

from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from tests.unit.judge.running import Namespace, run_judge
from tests.unit.judge.tracing import Printed, Tried, run

GIVEN = "31337"
"""An argument of the hidden tests: for learners under the policies calls and diff only."""
WANTED = "27182"
"""An expected value: for learners under the policy diff only."""


def raises(*args: Any) -> None:
    raise ValueError(f"called with {args}")


NAMES: dict[str, Any] = {
    "echo": lambda *args, **kwargs: args[0] if args else kwargs,
    "words": ["a", "b"],
    "answer": 42,
    "fails": raises,
    "speaks": lambda text: Printed(f"said {text}\nand more\n"),
    "sorts": lambda items: None,
    "is_prime": lambda number: False,
    "pair": lambda number: {"sum": number + 1, "rows": [number]},
    "nothing": lambda *args: None,
    "array": lambda number: np.array([1.0, number]),
    "table": lambda number: pd.DataFrame({"name": ["a", "b"], "n": [1, number]}),
    "series": lambda number: pd.Series([1, number], index=["x", "y"]),
    "text": lambda number: f"first\nsecond {number} \nlast",
}

HIDDEN = """
import unittest
import numpy as np
import pandas as pd
import pytest

G, W = 31337, 27182

def test_passes(learner):
    assert learner.echo(G) == G

def test_equal(learner):
    assert learner.echo(G, key=[G]) == W

def test_equal_the_other_way(learner):
    assert W == learner.echo(G)

def test_of_an_earlier_call(learner):
    first = learner.echo(G)
    learner.answer
    assert first == W

def test_less(learner):
    assert learner.echo(G) < W

def test_less_the_other_way(learner):
    assert W > learner.echo(G)

def test_not(learner):
    assert learner.echo(G) != G

def test_one_of(learner):
    assert learner.echo(G) in (W, W + 1)

def test_contains(learner):
    assert W in learner.echo([G])

def test_is(learner):
    assert learner.nothing(G) is not None

def test_approx(learner):
    assert learner.echo(G) == pytest.approx(W)

def test_approx_of_many(learner):
    assert learner.echo([1.0, G]) == pytest.approx([1.0, W])

def test_part(learner):
    assert learner.pair(G)["sum"] == W

def test_part_against_a_name(learner):
    expected = W
    assert len(learner.words) + learner.answer == expected

def test_untold(learner):
    ours, theirs = W, learner.echo(G) + 1
    assert theirs == ours

def test_both(learner):
    assert learner.echo([G]) == learner.echo([W])

def test_truth(learner):
    assert learner.is_prime(G)

def test_untruth(learner):
    assert not learner.echo(G == G)

def test_and(learner):
    assert learner.answer == 42 and learner.echo(G) == W

def test_words(learner):
    assert learner.echo(G) == W, "Think of the first case."

def test_fail(learner):
    learner.echo(G)
    pytest.fail("Not like this.")

def test_raises(learner):
    learner.fails(G)

def test_did_not_raise(learner):
    with pytest.raises(ZeroDivisionError):
        learner.echo(G)

def test_did_not_raise_any(learner):
    with pytest.raises((KeyError, ZeroDivisionError), match=f"no {W}"):
        learner.echo(G)

def test_raised_another_text(learner):
    with pytest.raises(ValueError, match=f"no {W}"):
        learner.fails(G)

def test_did_not_raise_own(learner):
    with learner.raises("TooSmall", match=f"no {W}"):
        learner.echo(G)

def test_raised_another_own_text(learner):
    with learner.raises("ValueError", match=f"no {W}"):
        learner.fails(G)

def test_raised_another_own(learner):
    with learner.raises("TooSmall"):
        learner.fails(G)

def test_did_not_warn(learner):
    with pytest.warns(UserWarning):
        learner.echo(G)

def test_printed(learner):
    learner.speaks(G)
    assert learner.printed() == f"said {W}\\nand more\\n"

def test_changed(learner):
    items = [G, 1]
    learner.sorts(items)
    assert learner.value(items) == [1, W]

def test_numpy(learner):
    np.testing.assert_allclose(learner.array(G), [1.0 + 1e-9, W])

def test_pandas(learner):
    pd.testing.assert_frame_equal(learner.table(G), pd.DataFrame({"name": ["a", "b"], "n": [1, W]}))

def test_series(learner):
    pd.testing.assert_series_equal(learner.series(G), pd.Series([1, W], index=["x", "y"]))

def test_text(learner):
    assert learner.text(G) == f"first\\nsecond {W}\\nlast"

def test_stale(learner):
    try:
        assert learner.echo(G) == W
    except AssertionError:
        pass
    raise AssertionError("Something else.")

def helper(value):
    assert value == W

def test_helper(learner):
    helper(learner.echo(G))

class TestOld(unittest.TestCase):
    @pytest.fixture(autouse=True)
    def use(self, learner):
        self.learner = learner

    def test_unit_equal(self):
        self.assertEqual(self.learner.echo(G), W)

    def test_unit_equal_words(self):
        self.assertEqual(self.learner.echo([G]), [W], "Words of the author.")

    def test_unit_part(self):
        self.assertEqual(self.learner.pair(G)["sum"], W)

    def test_unit_almost(self):
        self.assertAlmostEqual(self.learner.echo(G), W, msg="Words of the author.")

    def test_unit_true(self):
        self.assertTrue(self.learner.echo(G) == W, "Words of the author.")

    def test_unit_true_alone(self):
        self.assertTrue(self.learner.is_prime(G))

    def test_unit_in(self):
        self.assertIn(self.learner.echo(G), [W])

    def test_unit_count(self):
        self.assertCountEqual(self.learner.echo([G]), [W], "Words of the author.")

    def test_unit_not_equal(self):
        self.assertNotEqual(self.learner.echo(G), G)

    def test_unit_regex(self):
        self.assertRegex(self.learner.text(G), str(W), "Words of the author.")

    def test_unit_raises(self):
        with self.assertRaises(ZeroDivisionError):
            self.learner.echo(G)

    def test_unit_raises_words(self):
        with self.assertRaises(ZeroDivisionError, msg="Words of the author."):
            self.learner.echo(G)

    def test_unit_fail(self):
        self.learner.echo(G)
        self.fail("Words of the author.")
"""

Results = dict[str, Tried | None]


@pytest.fixture(scope="module")
def results(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Results]:
    return {
        policy: run(tmp_path_factory.mktemp(policy), HIDDEN, NAMES, policy)  # type: ignore[arg-type]
        for policy in ("none", "calls", "diff")
    }


def test_policy_none_shows_no_value_anywhere(results: dict[str, Results]) -> None:
    shown = [tried for tried in results["none"].values() if tried]
    assert len(shown) > 40
    for tried in shown:
        assert tried.details is None
        for secret in (GIVEN, WANTED, "called with", "said", "assert", "ZeroDivision", "not found", "!="):
            assert secret not in tried.told.message, tried


def test_policy_calls_shows_arguments_and_no_expected_value(results: dict[str, Results]) -> None:
    for name, tried in results["calls"].items():
        if tried and name != "test_both":  # there the expected value is an argument
            assert WANTED not in tried.all_texts, (name, tried)
            assert tried.details and tried.details["expected"] is None and tried.details["compared"] is None
            assert GIVEN not in tried.told.message
    with_call = [
        name for name, tried in results["calls"].items() if tried and tried.details and GIVEN in str(tried.details)
    ]
    assert len(with_call) > 35


def test_policy_diff_shows_what_was_expected(results: dict[str, Results]) -> None:
    without = {name for name, tried in results["diff"].items() if tried and WANTED not in str(tried.details)}
    assert without == {
        *("test_not", "test_is", "test_truth", "test_untruth", "test_fail", "test_raises", "test_did_not_raise"),
        *(
            "test_did_not_warn",
            "test_raised_another_own",
            "test_stale",
            "test_unit_true",
            "test_unit_true_alone",
            "test_unit_not_equal",
        ),
        *("test_unit_regex", "test_unit_raises", "test_unit_raises_words", "test_unit_fail"),
    }


def test_messages_are_the_same_for_every_policy(results: dict[str, Results]) -> None:
    for name, tried in results["none"].items():
        for policy in ("calls", "diff"):
            other = results[policy][name]
            assert (tried and tried.told) == (other and other.told)
    assert results["none"]["test_passes"] is None


CALL = f"echo({GIVEN})"
EXPECTED: dict[str, tuple[str | None, str | None, str | None]] = {
    "test_equal": (f"echo({GIVEN}, key=[{GIVEN}])", GIVEN, WANTED),
    "test_equal_the_other_way": (CALL, GIVEN, WANTED),
    "test_of_an_earlier_call": (CALL, GIVEN, WANTED),
    "test_less": (CALL, GIVEN, f"less than {WANTED}"),
    "test_less_the_other_way": (CALL, GIVEN, f"less than {WANTED}"),
    "test_not": (CALL, GIVEN, f"anything but {GIVEN}"),
    "test_one_of": (CALL, GIVEN, f"one of ({WANTED}, 27183)"),
    "test_contains": (f"echo([{GIVEN}])", f"[{GIVEN}]", f"{WANTED} in it"),
    "test_is": (f"nothing({GIVEN})", "None", "anything but None"),
    "test_approx": (CALL, GIVEN, f"{WANTED} ± 0.027182"),
    "test_part": (f"pair({GIVEN})", f"{{'sum': 31338, 'rows': [{GIVEN}]}}", WANTED),
    "test_part_against_a_name": ("answer", "42", WANTED),
    "test_untold": (CALL, GIVEN, None),
    "test_both": (f"echo([{GIVEN}])", f"[{GIVEN}]", None),
    "test_truth": (f"is_prime({GIVEN})", "False", "True"),
    "test_untruth": ("echo(True)", "True", "False"),
    "test_and": (CALL, GIVEN, WANTED),
    "test_words": (CALL, GIVEN, WANTED),
    "test_fail": (CALL, GIVEN, None),
    "test_raises": (f"fails({GIVEN})", None, None),
    "test_did_not_raise": (CALL, GIVEN, "should raise ZeroDivisionError"),
    "test_did_not_raise_any": (
        CALL,
        GIVEN,
        f"should raise KeyError or ZeroDivisionError with a text that matches 'no {WANTED}'",
    ),
    "test_raised_another_text": (
        f"fails({GIVEN})",
        None,
        f"should raise ValueError with a text that matches 'no {WANTED}'",
    ),
    "test_did_not_raise_own": (CALL, GIVEN, f"should raise TooSmall with a text that matches 'no {WANTED}'"),
    "test_raised_another_own_text": (
        f"fails({GIVEN})",
        None,
        f"should raise ValueError with a text that matches 'no {WANTED}'",
    ),
    "test_raised_another_own": (f"fails({GIVEN})", None, None),
    "test_did_not_warn": (CALL, GIVEN, "should warn with UserWarning"),
    "test_printed": (f"speaks({GIVEN})", None, f"'said {WANTED}\\nand more\\n'"),
    "test_changed": (f"sorts([{GIVEN}, 1])", None, f"[1, {WANTED}]"),
    "test_stale": (CALL, GIVEN, None),
    "test_helper": (CALL, GIVEN, WANTED),
    "test_unit_equal": (CALL, GIVEN, WANTED),
    "test_unit_part": (f"pair({GIVEN})", f"{{'sum': 31338, 'rows': [{GIVEN}]}}", WANTED),
    "test_unit_almost": (CALL, GIVEN, WANTED),
    "test_unit_true_alone": (f"is_prime({GIVEN})", "False", "True"),
    "test_unit_in": (CALL, GIVEN, f"one of [{WANTED}]"),
    "test_unit_count": (f"echo([{GIVEN}])", f"[{GIVEN}]", f"[{WANTED}]"),
    "test_unit_raises": (CALL, GIVEN, "should raise ZeroDivisionError"),
}


@pytest.mark.parametrize("name", EXPECTED)
def test_the_call_what_came_back_and_what_was_expected(results: dict[str, Results], name: str) -> None:
    for policy in ("calls", "diff"):
        tried = results[policy][name]
        assert tried and tried.details
        called, returned, expected = EXPECTED[name]
        assert (tried.details["called"], tried.details["returned"]) == (called, returned)
        assert tried.details["expected"] == (expected if policy == "diff" else None)


def details(results: dict[str, Results], name: str, policy: str = "diff") -> dict[str, Any]:
    tried = results[policy][name]
    assert tried and tried.details
    return tried.details


def test_values_that_cannot_be_told_apart_are_nobodys(results: dict[str, Results]) -> None:
    assert details(results, "test_untold")["compared"] == f"31338 == {WANTED}"
    assert details(results, "test_both")["compared"] == f"[{GIVEN}] == [{WANTED}]"
    assert details(results, "test_both")["table"] is None


def test_what_was_raised_printed_and_changed(results: dict[str, Results]) -> None:
    for policy in ("calls", "diff"):
        assert details(results, "test_raises", policy)["raised"] == f"ValueError: called with ({GIVEN},)"
        assert details(results, "test_raised_another_text", policy)["raised"] == f"ValueError: called with ({GIVEN},)"
        assert details(results, "test_printed", policy)["printed"] == f"said {GIVEN}\nand more\n"
        assert details(results, "test_changed", policy)["changed"] == f"[{GIVEN}, 1]"


def rows(results: dict[str, Results], name: str) -> tuple[list[str], list[tuple[Any, ...]]]:
    table = details(results, name)["table"]
    return table["columns"], [
        (row["label"], *((cell["got"], cell["expected"], cell["same"]) for cell in row["cells"]))
        for row in table["rows"]
    ]


def test_tables_show_what_differs_first(results: dict[str, Results]) -> None:
    same = ("1", "1", True)
    assert rows(results, "test_pandas") == (
        ["name", "n"],
        [("1", ("'b'", "'b'", True), (GIVEN, WANTED, False)), ("0", ("'a'", "'a'", True), same)],
    )
    assert rows(results, "test_series") == (["value"], [("y", (GIVEN, WANTED, False)), ("x", same)])
    assert rows(results, "test_numpy") == (
        ["value"],
        [("1", (f"{GIVEN}.0", f"{WANTED}.0", False)), ("0", ("1.0", "1.000000001", True))],
    )
    assert rows(results, "test_approx_of_many") == (
        ["value"],
        [("1", (GIVEN, f"{WANTED} ± 0.027182", False)), ("0", ("1.0", "1.0 ± 1.0e-06", True))],
    )
    assert rows(results, "test_changed")[1] == [("0", (GIVEN, "1", False)), ("1", ("1", WANTED, False))]
    assert rows(results, "test_unit_equal_words")[1] == [("0", (GIVEN, WANTED, False))]


def test_texts_are_compared_line_by_line(results: dict[str, Results]) -> None:
    columns, lines = rows(results, "test_text")
    assert columns == ["line"]
    assert lines[0] == ("2", (f"'second {GIVEN} '", f"'second {WANTED}'", False))
    assert [line[0] for line in lines] == ["2", "1", "3"]


def test_words_of_the_author_are_told_word_for_word(results: dict[str, Results]) -> None:
    said = {name: tried.told.message for name, tried in results["none"].items() if tried}
    for name in ("equal_words", "almost", "true", "raises_words", "fail"):
        assert said[f"test_unit_{name}"] == "Words of the author."
    for name in ("unit_equal", "unit_part", "unit_in", "unit_true_alone", "unit_not_equal", "unit_raises", "equal"):
        assert said[f"test_{name}"].endswith("did not give what this test expects.")
    assert said["test_words"] == "Think of the first case."
    assert said["test_fail"] == "Not like this."


def test_hostile_texts_are_cut(tmp_path: Path) -> None:
    def shouts(*args: Any) -> None:
        raise ValueError("x" * 100_000)

    names = {"shouts": shouts, "long": lambda *args: "y" * 10**6, "prints": lambda: Printed("z" * 10**6)}
    source = (
        "def test_one(learner): learner.shouts('a' * 10**6, ['b' * 10**6] * 50)\n"
        "def test_two(learner): assert learner.long() == 'w' * 10**6\n"
        "def test_three(learner):\n    learner.prints()\n    assert learner.printed() == 'v' * 10**6\n"
        "def test_four(learner): assert learner.long() == 10 ** 10_000\n"
    )
    for tried in run(tmp_path, source, names, "diff").values():
        assert tried and tried.details
        assert len(tried.all_texts) < 8_000
        assert tried.details["called"] and len(tried.details["called"]) <= 500


def test_an_unknown_policy_shows_nothing(tmp_path: Path) -> None:
    tried = run(tmp_path, "def test_one(learner): assert learner.echo(1) == 2", NAMES, "all")["test_one"]  # type: ignore[arg-type]
    assert tried and tried.details is None


SOURCE = """
def shout(text): print("heard", text)
def add(items): items.append(3)
"""
WHOLE = """
import pytest

def test_printed(learner):
    learner.shout(31337)
    assert learner.printed() == "27182"

def test_changed(learner):
    items = learner.send([1])
    learner.add(items)
    assert learner.value(items) == [1, 2]

@pytest.mark.reveal("none")
def test_of_another_policy(learner):
    assert learner.shout(31337) == 27182
"""


def test_the_judge_itself_shows_the_same(tmp_path: Path) -> None:
    judged = run_judge(tmp_path, WHOLE, Namespace(SOURCE), reveal="diff")
    found = {name: record["details"] for name, record in judged.tests.items()}
    assert found["test_of_another_policy"] is None
    printed, changed = found["test_printed"], found["test_changed"]
    assert (printed["called"], printed["returned"], printed["printed"]) == (f"shout({GIVEN})", None, f"heard {GIVEN}\n")
    assert printed["expected"] == f"'{WANTED}'"
    assert changed["called"].startswith("add(<the learner's list") and changed["changed"] == "[1, 3]"
    assert changed["table"]["rows"][0] == {"label": "1", "cells": [{"got": "3", "expected": "2", "same": False}]}
