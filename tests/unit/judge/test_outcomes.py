"""What the learner reads for every way a hidden test can end. One run of the judge over a namespace of a notebook."""

from pathlib import Path

import pytest

from tests.unit.judge.running import Judged, Namespace, run_judge

SECRET = "31337"
"""Expected values and inputs of the hidden tests below; no learner may ever read it."""

NOTEBOOK = """
import os

answer = 42
words = ["a", "b"]
import numpy as np
import pandas as pd
array = np.arange(3.0)
table = pd.DataFrame({"a": [1, 2]})

class Own(ValueError): pass
class Group(ExceptionGroup): pass

def mean(values): return sum(values) / len(values)
def fails(*args): raise ZeroDivisionError(f"called with {args}")
def own(*args): raise Own(f"called with {args}")
def todo(*args): raise NotImplementedError
def leaves(*args): raise SystemExit(f"{args}")
def interrupts(*args): raise KeyboardInterrupt
def decodes(*args): return b"\\xff".decode()
def groups(*args): raise Group("many", [ValueError(1)])
def asserts(*args): assert False, f"called with {args}"
def key(*args): raise KeyError("the key")
def stops(*args): raise StopIteration
def speaks(text): print(text)
def loop():
    value = []
    value.append(value)
    return value

class Account:
    owner = "ada"
    def __init__(self, balance=0): self.balance = balance
    def deposit(self, amount): self.balance += amount; return self.balance
    def __len__(self): return 2
    def __getitem__(self, index): return (10, 20)[index]
    def __contains__(self, item): return item == 10
    def __repr__(self): return "an account"

account = Account(5)
"""

HIDDEN = f"""
import runpy
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest

helper = SimpleNamespace(**runpy.run_path(str(Path(__file__).with_name("helper.py"))))
SECRET = {SECRET}

# --- passing

def test_data(learner):
    assert learner.answer == 42 and learner["words"] == ["a", "b"]
    assert type(learner.answer) is int

def test_call(learner):
    assert learner.mean([1, 2, 6]) == 3.0

def test_array(learner):
    np.testing.assert_array_equal(learner.array, [0, 1, 2])

def test_table(learner):
    pd.testing.assert_frame_equal(learner.table, pd.DataFrame({{"a": [1, 2]}}))

def test_handles(learner):
    account = learner.Account(1)
    assert account.deposit(4) == 5
    assert account.balance == 5 and learner.Account.owner == "ada"
    assert len(account) == 2 and account[1] == 20 and list(account) == [10, 20]
    assert 10 in account and 11 not in account
    assert learner.account.type_name == "Account"
    assert repr(learner.account) == "<the learner's Account: an account>"

def test_a_handle_is_an_argument(learner):
    assert learner.run("lambda account: account.balance")(learner.account) == 5

def test_printed(learner):
    assert learner.printed() == ""
    learner.speaks("hello")
    assert learner.printed() == "hello\\n"

def test_run(learner):
    assert learner.run("answer = 1; answer + 1") == 2

def test_namespace_is_fresh(learner):
    assert learner.answer == 42

def test_expected_exceptions(learner):
    with pytest.raises(ZeroDivisionError, match="called with"):
        learner.fails(SECRET)
    with pytest.raises(ValueError, match="called with") as caught:
        learner.own(SECRET)
    assert type(caught.value) is ValueError
    with pytest.raises(UnicodeDecodeError, match="invalid start byte"):
        learner.decodes()
    with pytest.raises(KeyError):
        learner.key()
    with pytest.raises(StopIteration):
        learner.stops()
    with pytest.raises(AttributeError):
        learner.account.colour

def test_exits_are_runtime_errors(learner):
    with pytest.raises(RuntimeError):
        learner.leaves()
    with pytest.raises(RuntimeError):
        learner.interrupts()
    with pytest.raises(RuntimeError):
        learner.groups()

def test_has_a_name(learner):
    assert hasattr(learner, "answer") and not hasattr(learner, "question")
    assert getattr(learner, "question", None) is None

def test_without_learner():
    assert True

# --- failing: nothing of the test may reach the learner

def test_wrong_value(learner):
    assert learner.answer == SECRET

def test_wrong_value_inside(learner):
    assert learner.mean([1, SECRET]) in (SECRET, SECRET + 1) and len(learner.words) == SECRET

def test_wrong_not(learner):
    assert not learner.answer

def test_wrong_approx(learner):
    assert learner.mean([1]) == pytest.approx(SECRET)

def test_wrong_array(learner):
    np.testing.assert_allclose(learner.array, [0, 1, SECRET])

def test_wrong_array_with_text(learner):
    np.testing.assert_allclose(learner.array, [0, 1, SECRET], err_msg="secret " + str(SECRET))

def test_wrong_table(learner):
    pd.testing.assert_frame_equal(learner.table, pd.DataFrame({{"a": [1, SECRET]}}))

def test_helper_asserts(learner):
    helper.check(learner.answer)

def test_helper_says(learner):
    helper.check_and_say(learner.answer)

def test_did_not_raise(learner):
    with pytest.raises(ValueError, match=str(SECRET)):
        learner.mean([SECRET])

def test_raises_another_text(learner):
    with pytest.raises(ValueError, match=str(SECRET)):
        learner.own()

def test_raises_no_group(learner):
    with pytest.RaisesGroup(pytest.RaisesExc(ValueError, match=str(SECRET))):
        raise ExceptionGroup("g", [ValueError("another")])

def test_did_not_warn(learner):
    with pytest.warns(UserWarning, match=str(SECRET)):
        learner.mean([SECRET])

def test_breaks_itself(learner):
    {{}}[SECRET + learner.answer]

# --- failing with the author's own words

def test_words(learner):
    assert learner.answer == SECRET, "The answer should be larger."

def test_words_of_many_lines(learner):
    assert learner.answer == SECRET, "One.\\nTwo."

def test_fail(learner):
    pytest.fail("Please read the question again.")

def test_words_raised(learner):
    raise AssertionError("Think again.")

def test_long_words(learner):
    pytest.fail("x" * 5000)

# --- the learner's side fails

def test_missing(learner):
    learner.median([SECRET])

def test_raises(learner):
    learner.fails(SECRET)

def test_raises_own(learner):
    learner.own(SECRET)

def test_raises_assertion(learner):
    learner.asserts(SECRET)

def test_todo(learner):
    learner.todo(SECRET)

def test_leaves(learner):
    learner.leaves(SECRET)

def test_too_deep(learner):
    learner.loop()

def test_no_figure(learner):
    learner.figure(learner.answer)

# --- handles refuse what would be answered by the learner's code, or by chance

def test_compare(learner):
    assert learner.account == SECRET

def test_compare_not(learner):
    assert learner.account != SECRET

def test_truth(learner):
    assert learner.account

def test_set(learner):
    learner.account.balance = SECRET

def test_order(learner):
    assert learner.account < SECRET

def test_argument(learner):
    learner.mean(object())

def test_expected_comparison_error_is_no_pass(learner):
    assert learner.account in [SECRET]

# --- titles, points, hints

@pytest.mark.points(2.5)
@pytest.mark.hint("Look at the first line.")
def test_marks(learner):
    \"\"\"A title of its own

    More for the author.
    \"\"\"
    assert learner.answer == SECRET

@pytest.mark.parametrize("value", [SECRET, 42, SECRET + 1])
def test_parameters(learner, value):
    assert learner.answer == value

class TestGroup:
    @pytest.mark.points(0.5)
    def test_in_a_class(self, learner):
        assert learner.answer == 42

def test_repeated_title_one(learner):
    "The same"

def test_repeated_title_two(learner):
    "The same"

def test_skipped(learner):
    pytest.skip("not today " + str(SECRET))

@pytest.mark.xfail
def test_expected_to_fail(learner):
    assert learner.answer == SECRET

def test_fixture_fails(broken):
    pass

@pytest.fixture
def broken(learner):
    assert learner.answer == SECRET

def test_teardown_fails(breaks_later):
    pass

@pytest.fixture
def breaks_later(learner):
    yield
    assert learner.answer == SECRET

def test_prints(learner, capsys):
    print("on standard output", SECRET)
"""

HELPER = """
def check(value):
    assert value == 31337

def check_and_say(value):
    assert value == 31337, "Said by a helper."
"""

PASSED = [
    "test_set",
    *("test_data", "test_call", "test_array", "test_table", "test_handles", "test_a_handle_is_an_argument"),
    *("test_printed", "test_run", "test_namespace_is_fresh", "test_expected_exceptions", "test_has_a_name"),
    *("test_exits_are_runtime_errors", "test_without_learner", "TestGroup::test_in_a_class", "test_prints"),
    *("test_repeated_title_one", "test_repeated_title_two"),
]

SILENT = "`{}` did not give what this test expects."
FAILED = {
    "test_wrong_value": ("failed", SILENT.format("answer")),
    "test_wrong_value_inside": ("failed", SILENT.format("mean(...)")),
    "test_wrong_not": ("failed", SILENT.format("answer")),
    "test_wrong_approx": ("failed", SILENT.format("mean(...)")),
    "test_wrong_array": ("failed", SILENT.format("array")),
    "test_wrong_array_with_text": ("failed", SILENT.format("array")),
    "test_wrong_table": ("failed", SILENT.format("table")),
    "test_helper_asserts": ("failed", SILENT.format("answer")),
    "test_helper_says": ("failed", "Said by a helper."),
    "test_did_not_raise": ("failed", SILENT.format("mean(...)")),
    "test_raises_another_text": ("failed", SILENT.format("own(...)")),
    "test_raises_no_group": ("failed", "This test did not pass."),
    "test_did_not_warn": ("failed", SILENT.format("mean(...)")),
    "test_breaks_itself": ("failed", SILENT.format("answer")),
    "test_words": ("failed", "The answer should be larger."),
    "test_words_of_many_lines": ("failed", "One.\n  Two."),
    "test_fail": ("failed", "Please read the question again."),
    "test_words_raised": ("failed", "Think again."),
    "test_long_words": ("failed", "x" * 1_000),
    "test_missing": ("failed", "Your notebook does not define `median`."),
    "test_raises": ("error", "`fails(...)` raised ZeroDivisionError in code cell 3, line 15."),
    "test_raises_own": (
        "error",
        "`own(...)` raised an exception of your own (a kind of ValueError) in code cell 3, line 16.",
    ),
    "test_raises_assertion": ("error", "`asserts(...)` raised AssertionError in code cell 3, line 22."),
    "test_todo": ("error", "`todo(...)` is not written yet (code cell 3, line 17)."),
    "test_leaves": ("error", "`leaves(...)` raised SystemExit in code cell 3, line 18."),
    "test_too_deep": ("failed", "`loop(...)` gave something that this test cannot use."),
    "test_no_figure": ("failed", "`answer` gave something that this test cannot use."),
    "test_compare": ("failed", SILENT.format("account")),
    "test_compare_not": ("failed", SILENT.format("account")),
    "test_truth": ("failed", SILENT.format("account")),
    "test_order": ("failed", SILENT.format("account")),
    "test_argument": ("failed", SILENT.format("mean")),
    "test_expected_comparison_error_is_no_pass": ("failed", SILENT.format("account")),
    "test_marks": ("failed", SILENT.format("answer")),
    "test_parameters[31337]": ("failed", SILENT.format("answer")),
    "test_parameters[31338]": ("failed", SILENT.format("answer")),
    "test_skipped": ("not run", ""),
    "test_expected_to_fail": ("failed", SILENT.format("answer")),
    "test_fixture_fails": ("failed", SILENT.format("answer")),
    "test_teardown_fails": ("failed", SILENT.format("answer")),
}


@pytest.fixture(scope="module")
def judged(tmp_path_factory: pytest.TempPathFactory) -> Judged:
    folder = tmp_path_factory.mktemp("judge")
    judged = run_judge(folder, {"test_hidden.py": HIDDEN, "helper.py": HELPER}, Namespace(NOTEBOOK))
    assert list(folder.iterdir()) == [], "the judge left files behind"
    return judged


@pytest.mark.parametrize("name", [*PASSED, "test_parameters[42]"])
def test_passes(judged: Judged, name: str) -> None:
    record = judged.tests[name]
    assert (record["outcome"], record["message"], record["staff"]) == ("passed", "", ""), record["staff"]
    assert record["earned"] == record["points"]


@pytest.mark.parametrize("name", FAILED)
def test_fails_with_these_words(judged: Judged, name: str) -> None:
    record = judged.tests[name]
    assert (record["outcome"], record["message"]) == FAILED[name], record["staff"]
    assert record["earned"] == 0
    assert record["seconds"] >= 0


def test_every_hidden_test_is_accounted_for(judged: Judged) -> None:
    assert set(judged.tests) == {*PASSED, *FAILED, "test_parameters[42]"}
    assert judged.events == [
        {"event": "test", "done": done, "total": len(judged.tests)} for done in range(1, len(judged.tests) + 1)
    ]


def test_what_learners_read_holds_nothing_secret(judged: Judged) -> None:
    for record in judged.verdict["tests"]:
        shown = {key: record[key] for key in ("title", "message", "hint", "outcome")}
        assert SECRET not in str(shown) and "31338" not in str(shown) and "called with" not in str(shown)
        assert "assert " not in record["message"]


def test_staff_read_everything(judged: Judged) -> None:
    assert f"assert 42 == {SECRET}" in judged.tests["test_wrong_value"]["staff"]
    assert f"called with ({SECRET},)" in judged.tests["test_raises"]["staff"]
    assert "def fails" not in judged.tests["test_wrong_value"]["staff"]
    assert "is a handle and cannot be compared" in judged.tests["test_compare"]["staff"]
    assert "neither plain data nor an object of the learner" in judged.tests["test_argument"]["staff"]


def test_titles_points_and_hints(judged: Judged) -> None:
    tests = judged.tests
    marks = tests["test_marks"]
    assert (marks["title"], marks["points"], marks["hint"]) == ("A title of its own", 2.5, "Look at the first line.")
    assert tests["test_wrong_value"]["title"] == "Wrong value" and tests["test_wrong_value"]["points"] == 1
    assert tests["TestGroup::test_in_a_class"]["points"] == 0.5
    names = [f"test_parameters[{value}]" for value in ("31337", "42", "31338")]
    assert [tests[name]["title"] for name in names] == ["Parameters", "Parameters (2)", "Parameters (3)"]
    assert [tests[f"test_repeated_title_{n}"]["title"] for n in ("one", "two")] == ["The same", "The same (2)"]
    assert tests["test_skipped"]["points"] == 0


def test_points_are_those_of_the_records(judged: Judged) -> None:
    records = judged.verdict["tests"]
    assert sum(record["points"] for record in records) == len(judged.tests) - 1 + 1.5 - 0.5
    assert sum(record["earned"] for record in records) == len(PASSED) - 0.5 + 1
    assert len({record["id"] for record in records}) == len(records)
    assert {record["sealed"] for record in records} == {True}


def test_each_test_that_asks_gets_a_fork_and_gives_it_back(judged: Judged) -> None:
    borders = [(question["agent"], question.get("seconds")) for question in judged.questions if "agent" in question]
    assert borders == [("begin", 7), ("end", None)] * (len(borders) // 2)
    assert 0 < len(borders) // 2 <= len(judged.tests) - 1
    assert [question["id"] for question in judged.questions] == list(range(1, len(judged.questions) + 1))


def test_no_question_gives_expected_values_away(judged: Judged) -> None:
    compared = [
        question for question in judged.questions if question.get("do") in ("get", "attribute", "length", "iterate")
    ]
    assert compared and not [question for question in compared if SECRET in str(question)]


def test_what_tests_print_stays_out_of_the_frames(judged: Judged) -> None:
    assert f"on standard output {SECRET}" not in str(judged.verdict)


def test_a_notebook_that_was_stopped_is_not_tested(tmp_path: Path) -> None:
    source = "def test_one(learner): learner.f(1)\ndef test_source(learner): assert learner.source('f')\n"
    judged = run_judge(tmp_path, source, alive=False)
    assert judged.questions == []
    assert judged.tests["test_one"]["outcome"] == "not run"
    assert judged.tests["test_one"]["message"] == (
        "This test did not run, because the notebook was stopped before its end."
    )
    assert judged.tests["test_source"]["outcome"] == "passed"
