"""The sentence a learner reads for a test that did not pass: the same for every policy, and without any value."""

from pathlib import Path
from typing import Any

import pytest

from openjupyter_service.judge.channel import SandboxGone
from openjupyter_service.judge.failures import CellPlace, NotDefined, NotRun, Raised, Stopped, UnusableValue
from openjupyter_service.judge.messages import MAX_MESSAGE, Told, describe
from openjupyter_service.judge.trace import Trace
from tests.unit.judge.tracing import run

TESTS = Path("/tests")
SECRET = "31337"
THERE = {"execution": 9, "line": 7}
CELL = {"cell": 4, "number": 3, "line": 7}


def tell(error: BaseException, label: str = "mean(...)", raised_in: Path = TESTS / "test_a.py") -> Told:
    trace = Trace()
    if label:
        trace.called(label, (SECRET,))
    return describe(error, raised_in, TESTS, trace)


def raised(kind: str, name: str | None = None, place: Any = None) -> Exception:
    frame = {"type": kind, "name": name or kind, "message": f"with {SECRET}", "place": place}
    return Raised(frame, "mean(...)", {"shapes.py": 9}, {9: CellPlace(4, 3, 9)}).exception()


@pytest.mark.parametrize(
    ("error", "told"),
    [
        (
            raised("KeyError", place=THERE),
            Told("error", "`mean(...)` raised KeyError in code cell 3, line 7.", CELL),
        ),
        (
            raised("KeyError", place={"file": "shapes.py", "line": 2}),
            Told("error", "`mean(...)` raised KeyError in shapes.py, line 2.", {"file": "shapes.py", "line": 2}),
        ),
        (
            raised("KeyError", place={"file": "/tests/test_a.py", "line": 2}),
            Told("error", "`mean(...)` raised KeyError."),
        ),
        (
            raised("ValueError", "TooSmall"),
            Told("error", "`mean(...)` raised an exception of your own (a kind of ValueError)."),
        ),
        (
            raised("NotImplementedError", place=THERE),
            Told("error", "`mean(...)` is not written yet (code cell 3, line 7).", CELL),
        ),
        (
            Stopped("time limit", "mean(...)"),
            Told("time limit", "`mean(...)` took longer than this test allows. Look for a loop that never ends."),
        ),
        (
            Stopped("memory limit", "mean(...)"),
            Told("memory limit", "`mean(...)` used more memory than this exercise allows."),
        ),
        (Stopped("crashed", "mean(...)"), Told("crashed", "Python ended while `mean(...)` was running.")),
        (NotRun(), Told("not run", "This test did not run, because the notebook was stopped before its end.")),
        (NotDefined("mean"), Told("failed", "Your notebook does not define `mean`.")),
        (UnusableValue(f"x {SECRET}"), Told("failed", "`mean(...)` gave something that this test cannot use.")),
        (SandboxGone(SECRET), Told("internal error", "This test could not be run.")),
        (AssertionError("Too small."), Told("failed", "Too small.")),
        (
            AssertionError(f"assert 1 == {SECRET}"),
            Told("failed", "`mean(...)` did not give what this test expects."),
        ),
        (AssertionError(f"Too small.\nassert 1 == {SECRET}"), Told("failed", "Too small.")),
        (KeyError(SECRET), Told("failed", "`mean(...)` did not give what this test expects.")),
    ],
    ids=lambda value: repr(value)[:60],
)
def test_sentences(error: BaseException, told: Told) -> None:
    assert tell(error) == told
    assert SECRET not in str(told)


def test_without_a_use_of_the_learners_code() -> None:
    assert tell(KeyError(SECRET), label="").message == "This test did not pass."


def test_words_from_outside_of_the_tests_are_not_the_authors() -> None:
    told = tell(AssertionError(f"arrays differ: {SECRET}"), raised_in=Path("/lib/numpy/testing.py"))
    assert told.message == "`mean(...)` did not give what this test expects."


def test_long_words_are_cut() -> None:
    assert len(tell(AssertionError("x" * 5_000)).message) == MAX_MESSAGE


def test_a_missing_return_is_told(tmp_path: Path) -> None:
    names = {"mean": lambda *args: None, "log": lambda *args: None, "seven": lambda *args: 7, "nothing": None}
    source = f"""
def test_missing(learner):
    assert learner.mean([{SECRET}]) == {SECRET}

def test_missing_the_other_way(learner):
    assert {SECRET} == learner.mean({SECRET})

def test_used_for_something_else(learner):
    learner.log({SECRET})
    assert learner.seven() == {SECRET}

def test_may_be_none(learner):
    assert learner.mean({SECRET}) is not None

def test_name(learner):
    assert learner.nothing == {SECRET}

def test_expects_none(learner):
    assert learner.seven({SECRET}) == None
"""
    said = {name: tried.told.message for name, tried in run(tmp_path, source, names, "none").items() if tried}
    missing = "`mean(...)` gave None. Is a `return` missing?"
    assert said == {
        "test_missing": missing,
        "test_missing_the_other_way": missing,
        "test_used_for_something_else": "`seven(...)` did not give what this test expects.",
        "test_may_be_none": "`mean(...)` did not give what this test expects.",
        "test_name": "`nothing` did not give what this test expects.",
        "test_expects_none": "`seven(...)` did not give what this test expects.",
    }


@pytest.mark.parametrize(
    ("label", "sentence"),
    [
        ("what you print", "What you print is not what this test expects."),
        ("the figure of plot(...)", "The figure of plot(...) is not what this test expects."),
        ("the file out.csv", "The file out.csv is not what this test expects."),
        ("your files", "Your files are not what this test expects."),
        ("your notebook", "Your notebook did not give what this test expects."),
        ("the_answer", "`the_answer` did not give what this test expects."),
        ("... in words", "`... in words` did not give what this test expects."),
    ],
)
def test_words_are_words_and_code_is_code(label: str, sentence: str) -> None:
    assert tell(KeyError(SECRET), label).message == sentence


def test_words_inside_of_a_sentence() -> None:
    assert tell(Stopped("crashed", "your notebook")).message == "Python ended while your notebook was running."
    assert tell(Stopped("memory limit", "your notebook")).message.startswith("Your notebook used more memory")


def test_who_changed_a_value_of_the_test_is_told() -> None:
    trace = Trace()
    trace.called("add(...)")
    trace.called("what the test sends")
    told = describe(KeyError(SECRET), TESTS / "test_a.py", TESTS, trace)
    assert told.message == "`add(...)` did not give what this test expects."
