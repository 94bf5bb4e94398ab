"""Parts of points, seeds, marks, limits, unittest and tests inside the kernel: what a real judge makes of each."""

from pathlib import Path

import pytest

from openjupyter_service.judge.kernel_tests import needed_sources
from tests.unit.judge.running import Judged, Namespace, run_judge

NOTEBOOK = """
import time

def f(n): return n
def fails(): raise KeyError("no")
def sleep(seconds): time.sleep(seconds)

class Shape:
    def area(self): raise NotImplementedError
    def describe(self): return f"{type(self).__name__} of {self.area()}"
"""

HIDDEN = """
import math
import unittest

import pytest

SIDE = 3

def squared(side):
    return side ** 2

# --- parts of the points: (given, passes) in a test of 2 points

GIVEN = {
    "nothing": [], "some": [0.5, 1], "all": [1, 1], "too much": [1, 5], "negative": [1, -0.5], "below zero": [1, -3],
    "zero": [0], "nan": [math.nan, 0.5], "infinite": [math.inf, 0.5], "minus infinite": [-math.inf, 0.5],
}

@pytest.mark.points(2)
@pytest.mark.parametrize("given", GIVEN)
def test_passes_with(learner_points, given):
    for points in GIVEN[given]:
        learner_points(points)

@pytest.mark.points(2)
@pytest.mark.parametrize("given", GIVEN)
def test_fails_with(learner_points, given):
    for points in GIVEN[given]:
        learner_points(points, f"Given {points}.")
    pytest.fail("And no more.")

@pytest.mark.points(2)
def test_raises_later(learner, learner_points):
    learner_points(0.5, "Half of it.")
    learner.fails()

@pytest.mark.points(2)
def test_skips_later(learner_points):
    learner_points(0.5, "Half of it.")
    pytest.skip("not today")

@pytest.mark.points(2)
def test_gives_a_text(learner, learner_points):
    learner_points(0.5)
    learner_points("many", "Many.")

@pytest.mark.points(2)
def test_gives_what_the_learner_says(learner, learner_points):
    learner_points(learner.f(0.75), "As you say.")

# --- seeds

def test_seed(seed):
    pytest.fail(str(seed))

def test_rng(rng):
    pytest.fail(str(rng.random()))

def test_other_rng(rng):
    pytest.fail(str(rng.random()))

@pytest.mark.parametrize("n", [1, 2])
def test_rng_of_a_case(rng, n):
    pytest.fail(str(rng.random()))

# --- reveal

@pytest.mark.reveal("diff")
def test_shows_all(learner):
    assert learner.f(31337) == 31338

@pytest.mark.reveal("calls")
class TestShown:
    def test_shows_calls(self, learner):
        assert learner.f(31337) == 31338

    @pytest.mark.reveal("none")
    def test_shows_nothing(self, learner):
        assert learner.f(31337) == 31338

# --- unittest

@pytest.mark.hint("All of these.")
class TestCase(unittest.TestCase):
    def setUp(self):
        self.f = self.learner.f

    def test_equal(self):
        "A title"
        self.assertEqual(self.f(2), 2)

    @pytest.mark.points(3)
    def test_not_equal(self):
        self.assertEqual(self.f(31337), 31338)

    def test_not_equal_with_words(self):
        self.assertEqual(self.f(31337), 31338, "Look again.")

    def test_raises(self):
        with self.assertRaises(KeyError):
            self.learner.fails()

    def test_error(self):
        self.learner.fails()

    @unittest.skip("not today")
    def test_skipped(self):
        raise RuntimeError

    def test_with_subtests(self):
        for n in (1, 2):
            with self.subTest(n=n):
                self.assertEqual(self.f(n), n)

# --- inside the kernel

@pytest.mark.in_kernel
def test_in_kernel(learner):
    class Square(learner.Shape):
        def area(self):
            return squared(SIDE)

    assert Square().describe() == "Square of 9"

@pytest.mark.in_kernel
@pytest.mark.parametrize("side", [31337])
def test_in_kernel_with_values(learner, rng, seed, side):
    assert learner.f(side) == side and type(seed) is int
    assert 0 <= rng.random() < 1
    assert learner.f(side) == side + 1, "One more, please."

@pytest.mark.in_kernel
def test_in_kernel_without_words(learner):
    assert learner.f(31337) == 0

@pytest.mark.in_kernel
def test_in_kernel_missing(learner):
    learner.median([1])

@pytest.mark.in_kernel
def test_in_kernel_raises(learner):
    learner.fails()
"""


@pytest.fixture(scope="module")
def judged(tmp_path_factory: pytest.TempPathFactory) -> Judged:
    return run_judge(tmp_path_factory.mktemp("judge"), HIDDEN, Namespace(NOTEBOOK))


@pytest.mark.parametrize(
    ("given", "passing", "failing"),
    [
        ("nothing", ("passed", 2), ("failed", 0)),
        ("some", ("partial", 1.5), ("partial", 1.5)),
        ("all", ("passed", 2), ("failed", 2)),
        ("too much", ("passed", 2), ("failed", 2)),
        ("negative", ("partial", 0.5), ("partial", 0.5)),
        ("below zero", ("partial", 0), ("failed", 0)),
        ("zero", ("partial", 0), ("failed", 0)),
        ("nan", ("partial", 0.5), ("partial", 0.5)),
        ("infinite", ("partial", 0.5), ("partial", 0.5)),
        ("minus infinite", ("partial", 0.5), ("partial", 0.5)),
    ],
)
def test_parts_of_points(judged: Judged, given: str, passing: tuple[str, float], failing: tuple[str, float]) -> None:
    passed, failed = (judged.tests[f"test_{how}_with[{given}]"] for how in ("passes", "fails"))
    assert (passed["outcome"], passed["earned"]) == passing
    assert (failed["outcome"], failed["earned"]) == failing
    assert failed["message"].endswith("And no more.")


def test_what_was_said_with_the_points_is_read(judged: Judged) -> None:
    assert judged.tests["test_fails_with[some]"]["message"] == "Given 0.5. Given 1. And no more."
    record = judged.tests["test_raises_later"]
    assert (record["outcome"], record["earned"]) == ("error", 0.5)
    assert record["message"] == "Half of it. `fails(...)` raised KeyError in code cell 3, line 5."
    record = judged.tests["test_gives_what_the_learner_says"]
    assert (record["outcome"], record["earned"], record["message"]) == ("partial", 0.75, "As you say.")


def test_points_of_a_skipped_test_count_nowhere(judged: Judged) -> None:
    record = judged.tests["test_skips_later"]
    assert (record["outcome"], record["earned"], record["points"]) == ("not run", 0, 0)


def test_points_that_are_a_text_end_the_test_and_leave_the_rest(judged: Judged) -> None:
    record = judged.tests["test_gives_a_text"]
    assert (record["outcome"], record["earned"]) == ("partial", 0.5)
    assert "could not convert string to float" in record["staff"]


SEEDED = ("test_seed", "test_rng", "test_other_rng", "test_rng_of_a_case[1]", "test_rng_of_a_case[2]")


def drawn(judged: Judged) -> list[str]:
    return [judged.tests[name]["message"] for name in SEEDED]


def test_random_inputs_come_again_and_differ(judged: Judged, tmp_path: Path) -> None:
    only = HIDDEN.partition("# --- seeds")[2].partition("# --- reveal")[0]
    again = run_judge(tmp_path, f"import pytest\n{only}", seed=7)
    other = run_judge(tmp_path, f"import pytest\n{only}", seed=8)
    assert drawn(again) == drawn(judged)
    assert (drawn(again)[0], drawn(other)[0]) == ("7", "8")
    assert len({*drawn(again), *drawn(other)}) == 2 * len(SEEDED)
    assert (again.verdict["seed"], other.verdict["seed"]) == (7, 8)


def test_a_seed_that_no_test_uses_is_not_told(tmp_path: Path) -> None:
    assert run_judge(tmp_path, "def test_one(): pass").verdict["seed"] is None


def test_the_mark_reveal_wins_over_the_exercise_and_the_class(judged: Judged) -> None:
    shown = {name: judged.tests[name]["details"] for name in judged.tests if "test_shows" in name}
    assert (shown["test_shows_all"]["called"], shown["test_shows_all"]["expected"]) == ("f(31337)", "31338")
    calls = shown["TestShown::test_shows_calls"]
    assert (calls["called"], calls["returned"], calls["expected"]) == ("f(31337)", "31337", None)
    assert shown["TestShown::test_shows_nothing"] is None


@pytest.mark.parametrize(
    ("name", "outcome", "points", "message"),
    [
        ("test_equal", "passed", 1, ""),
        ("test_not_equal", "failed", 3, "`f(...)` did not give what this test expects."),
        ("test_not_equal_with_words", "failed", 1, "Look again."),
        ("test_raises", "passed", 1, ""),
        ("test_error", "error", 1, "`fails(...)` raised KeyError in code cell 3, line 5."),
        ("test_skipped", "not run", 0, ""),
        ("test_with_subtests", "passed", 1, ""),
    ],
)
def test_cases_of_unittest(judged: Judged, name: str, outcome: str, points: float, message: str) -> None:
    record = judged.tests[f"TestCase::{name}"]
    assert (record["outcome"], record["points"], record["message"]) == (outcome, points, message), record["staff"]
    assert record["hint"] == "All of these."
    assert record["title"] == ("A title" if name == "test_equal" else record["title"]) and record["sealed"]


@pytest.mark.parametrize(
    ("name", "outcome", "message"),
    [
        ("test_in_kernel", "passed", ""),
        ("test_in_kernel_with_values[31337]", "failed", "One more, please."),
        ("test_in_kernel_without_words", "failed", "This test did not pass."),
        ("test_in_kernel_missing", "failed", "Your notebook does not define `median`."),
        ("test_in_kernel_raises", "error", "`this test` raised KeyError in code cell 3, line 5."),
    ],
)
def test_tests_inside_the_kernel(judged: Judged, name: str, outcome: str, message: str) -> None:
    record = judged.tests[name]
    assert (record["outcome"], record["message"]) == (outcome, message), record["staff"]
    assert record["sealed"] is False and "31337" not in record["message"] + record["title"]


def test_only_what_a_test_needs_goes_into_the_kernel(judged: Judged) -> None:
    asked = [question for question in judged.questions if question.get("do") == "kernel_test"]
    sent = "\n".join(asked[0]["sources"])
    assert "SIDE = 3" in sent and "def squared" in sent and "31338" not in sent and "GIVEN" not in sent


# --- what is sent


MODULE = """
import math
from os import path as where, sep
if sep:
    import json
LIMIT: int = 5
FIRST, (SECOND, *REST) = 1, (2, 3)
UNUSED = "expected"
def helper(x=LIMIT): return FIRST + other(x)
def other(x): return helper if x else Base
class Base: pass
class Unused(Base): pass
@mark
@mark.more(UNUSED)
def test_one(learner): return helper(SECOND)
def test_two(): return UNUSED
LIMIT += 1
"""


def test_the_needed_statements_come_in_their_order() -> None:
    sources = needed_sources(MODULE, "test_one")
    assert sources[:2] == ["import math", "from os import path as where, sep"]
    assert [source.partition("\n")[0] for source in sources[2:]] == [
        "LIMIT: int = 5",
        "FIRST, (SECOND, *REST) = (1, (2, 3))",
        "def helper(x=LIMIT):",
        "def other(x):",
        "class Base:",
        "def test_one(learner):",
        "LIMIT += 1",
    ]


def test_marks_are_not_sent() -> None:
    assert needed_sources(
        "@mark('secret')\nasync def other(): pass\n@mark('secret')\ndef test_one(): pass", "test_one"
    ) == ["def test_one():\n    pass"]


# --- limits and mistakes


def test_seconds_of_a_test_are_its_own(tmp_path: Path) -> None:
    source = """
import pytest
@pytest.mark.seconds(0.25)
def test_short(learner): learner.f(1)
@pytest.mark.seconds(99)
def test_not_longer_than_all_together(learner): learner.f(1)
def test_of_the_exercise(learner): learner.f(1)
"""
    judged = run_judge(tmp_path, source, Namespace(NOTEBOOK), run_seconds=30)
    given = [question["seconds"] for question in judged.questions if question.get("agent") == "begin"]
    assert given[0] == 0.25 and given[2] == 7
    assert 20 < given[1] <= 30


def test_tests_for_which_no_time_is_left_do_not_run(tmp_path: Path) -> None:
    source = """
import pytest
def test_slow(learner): learner.sleep(1.2)
@pytest.mark.reveal("diff")
def test_next(learner): learner.f(1)
class TestCase(__import__("unittest").TestCase):
    def test_last(self): pass
@pytest.mark.in_kernel
def test_in_kernel(learner): pass
"""
    judged = run_judge(tmp_path, source, Namespace(NOTEBOOK), run_seconds=1)
    late = "This test did not run: the tests before it took all the time that this exercise has."
    told = {name: (record["outcome"], record["message"]) for name, record in judged.tests.items()}
    assert told.pop("test_slow") == ("passed", "")
    assert len(told) == 3 and set(told.values()) == {("time limit", late)}
    assert sum("do" in question for question in judged.questions) == 2


@pytest.mark.parametrize(
    "loop", ["while True: pass", "while True:\n        try: learner.f(1)\n        except Exception: pass"]
)
def test_a_test_that_loops_itself_is_its_authors_fault(tmp_path: Path, loop: str) -> None:
    source = f"def test_fine(): pass\ndef test_loops(learner):\n    {loop}\n"
    judged = run_judge(tmp_path, source, Namespace(NOTEBOOK), test_seconds=0.3, own_seconds=0.3)
    assert set(judged.verdict) == {"fault"}
    assert "test_loops" in judged.verdict["fault"] and "the test's own code takes too long" in judged.verdict["fault"]


MISTAKES = {
    "points": ["points", "points('2')", "points(-1)", "points(float('nan'))", "points(True)", "points(n=2)"],
    "hint": ["hint", "hint(5)", "hint('a', 'b')"],
    "reveal": ["reveal", "reveal('all')", "reveal(None)", "reveal(['diff'])"],
    "seconds": ["seconds", "seconds(0)", "seconds(-1)", "seconds('1')", "seconds(float('inf'))"],
    "in_kernel": ["in_kernel"],
}


def test_marks_that_make_no_sense_are_told_to_the_author(tmp_path: Path) -> None:
    marks = [mark for each in MISTAKES.values() for mark in each]
    lines = ["import pytest", "class TestAll:"]
    for number, mark in enumerate(marks):
        lines += [f"    @pytest.mark.{mark}", f"    def test_{number}(self): pass"]
    judged = run_judge(tmp_path, "\n".join(lines))
    assert set(judged.verdict) == {"fault"} and judged.questions == []
    told = judged.verdict["fault"].splitlines()
    wrong = [name for name, each in MISTAKES.items() for _ in each]
    assert len(told) == len(wrong)
    for number, (line, name) in enumerate(zip(told, wrong, strict=True)):
        assert line.startswith(f"test_hidden.py::TestAll::test_{number}: the mark {name} "), line


def test_marks_that_make_sense_are_taken(tmp_path: Path) -> None:
    source = """
import numpy as np
import pytest
@pytest.mark.points(0)
@pytest.mark.hint("")
@pytest.mark.seconds(0.5)
def test_nothing(): pass
@pytest.mark.points(np.float64(2.5))
def test_number(): pass
@pytest.mark.points(np.int64(2))
@pytest.mark.somebodys_own(1, 2)
def test_integer(): pass
"""
    judged = run_judge(tmp_path, source)
    assert [record["earned"] for record in judged.verdict["tests"]] == [0, 2.5, 2]


# --- what is told of iteration, and of points before a stop

ITERATES = """
import pytest
pytestmark = pytest.mark.reveal("diff")

def test_generator(learner):
    assert list(learner.squares(3)) == [0, 1, 31337]

def test_iterable_like_the_expected(learner):
    assert list(learner.Pair()) == [1]

def test_next(learner):
    assert next(learner.squares(3)) == 31337

def test_later(learner):
    pair = learner.Sized()
    learner.squares(3)
    assert list(pair) == [31337]

def test_in_a_loop(learner):
    for n in learner.squares(3):
        assert learner.double(n) == n

def test_raises_in_between(learner):
    list(learner.breaks())

def test_length_of_a_generator(learner):
    numbers = learner.squares(3)
    for length in (lambda: len(numbers), lambda: [iter(numbers), len(numbers)]):
        with pytest.raises(TypeError, match="has no len"):
            length()
"""
ITERATED = """
def squares(n):
    for i in range(n): yield i * i
def breaks():
    yield 1
    raise KeyError("no")
def double(n): return 2 * n
class Pair:
    def __iter__(self): return iter([1, 2])
class Sized(Pair):
    def __len__(self): return 2
"""


def test_items_are_what_their_call_gave(tmp_path: Path) -> None:
    tests = run_judge(tmp_path, ITERATES, Namespace(ITERATED)).tests
    told = {
        name.removeprefix("test_"): tuple(
            (record["details"] or {}).get(key) for key in ("called", "returned", "expected")
        )
        for name, record in tests.items()
    }
    assert told == {
        "generator": ("squares(3)", "[0, 1, 4]", "[0, 1, 31337]"),
        "iterable_like_the_expected": ("Pair()", "[1, 2]", "[1]"),
        "next": ("next(squares(...))", "0", "31337"),
        "later": ("list(Sized(...))", "[1, 2]", "[31337]"),
        "in_a_loop": ("double(1)", "2", "1"),
        "raises_in_between": ("breaks()", "[1]", None),
        "length_of_a_generator": (None, None, None),
    }
    assert tests["test_generator"]["message"] == "`squares(...)` did not give what this test expects."
    assert tests["test_raises_in_between"]["message"] == "`breaks(...)` raised KeyError in code cell 3, line 6."
    assert tests["test_length_of_a_generator"]["outcome"] == "passed"


@pytest.mark.parametrize("kind", ["time limit", "memory limit", "crashed"])
def test_points_stay_when_learner_code_is_stopped(tmp_path: Path, kind: str) -> None:
    source = """
import pytest
@pytest.mark.points(2)
def test_stops(learner, learner_points):
    learner_points(0.5, "Half of it.")
    learner.f(1)
"""
    honest = Namespace(NOTEBOOK)
    judged = run_judge(
        tmp_path, source, lambda asked: {"error": {"kind": kind}} if asked.get("do") == "call" else honest(asked)
    )
    record = judged.tests["test_stops"]
    assert (record["outcome"], record["earned"]) == (kind, 0.5)
    assert record["message"].startswith("Half of it. ")
