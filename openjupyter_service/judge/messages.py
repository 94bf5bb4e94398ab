"""From what happened in a test to an outcome, a sentence for the learner, and a place in their notebook.

Whatever the exercise's policy, a sentence names what was called and what went wrong, never an argument, an expected
value or a line of the test: what learner code raises is named by its builtin type only, because its text could carry
the test's inputs. Values are `reveal`'s to show, as far as the policy goes.
"""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from openjupyter_service.judge.channel import SandboxGone
from openjupyter_service.judge.compared import find
from openjupyter_service.judge.failures import (
    KernelTestFailed,
    NoSuchCell,
    NotDefined,
    NotRun,
    OutOfTime,
    OwnTimeLimit,
    Raised,
    Stopped,
    UnusableValue,
)
from openjupyter_service.judge.trace import SENT, Trace
from openjupyter_service.judge.unittests import author_text

MAX_MESSAGE = 1_000

_NO_WORD = "This test did not pass."

_STOPPED = {
    "time limit": "{label} took longer than this test allows. Look for a loop that never ends.",
    "memory limit": "{label} used more memory than this exercise allows.",
    "crashed": "Python ended while {inside} was running.",
}


@dataclass(frozen=True)
class Told:
    """What to say of a test that did not pass.

    `place` is {"cell", "number", "line"} (a code cell by its index and its number) or {"file", "line"}, or None.
    """

    outcome: str
    message: str
    place: dict[str, Any] | None = None


def describe(error: BaseException, raised_in: Path, tests: Path, trace: Trace) -> Told:
    """Outcome, learner's sentence and place for the exception that ended a test.

    Args:
        error: the exception
        raised_in: file of the innermost frame, that of pytest.fail() itself left out
        tests: folder of the hidden tests; only a text written there is an author's word to the learner
        trace: what the test did
    """
    raised = getattr(error, "learner_error", None)
    place = (raised.place or None) if isinstance(raised, Raised) else None
    outcome, message = _outcome_and_message(error, raised_in, tests, trace)
    return Told(outcome, message, place)


def _outcome_and_message(error: BaseException, raised_in: Path, tests: Path, trace: Trace) -> tuple[str, str]:
    label = _label(trace)
    if isinstance(error, Stopped) and not error.label:
        return error.outcome, "This test did not run, because Python ended in an earlier test."
    if isinstance(error, Stopped):
        return error.outcome, _STOPPED[error.outcome].format(
            label=_named(error.label), inside=_named(error.label, at_start=False)
        )
    if isinstance(error, NotRun):
        return "not run", "This test did not run, because the notebook was stopped before its end."
    if isinstance(error, OutOfTime):
        return "time limit", "This test did not run: the tests before it took all the time that this exercise has."
    if isinstance(error, KernelTestFailed):
        return "failed", str(error)[:MAX_MESSAGE] or _NO_WORD
    if isinstance(error, SandboxGone | OwnTimeLimit):
        return "internal error", "This test could not be run."
    if isinstance(error, NoSuchCell):
        return "failed", f"Your notebook has no cell `{error.missing}`."
    if isinstance(error, NotDefined):
        return "failed", f"Your notebook does not define `{error.missing}`."
    if isinstance(raised := getattr(error, "learner_error", None), Raised):
        return "error", _raised_sentence(raised)
    if isinstance(error, NameError | ImportError) and raised_in.is_relative_to(tests):
        return "internal error", "This test could not be run, because it has a mistake of its own."
    if isinstance(error, UnusableValue):
        return "failed", f"{_named(label)} gave something that this test cannot use." if label else _NO_WORD
    if authored := _authored(error, raised_in.is_relative_to(tests)):
        return "failed", authored[:MAX_MESSAGE]
    if call := _call_that_gave_none(error, trace, tests):
        return "failed", f"`{call}` gave None. Is a `return` missing?"
    return "failed", _unexpected(label) if label else _NO_WORD


def _label(trace: Trace) -> str:
    """What the test used last; what was changed in a value of the test's own is told by who changed it."""
    last = trace.last
    if last and last.label == SENT:
        return before.label if (before := trace.before(last)) else ""
    return trace.label


def _unexpected(label: str) -> str:
    if label.startswith(("the ", "what ")):
        return f"{_named(label)} is not what this test expects."
    if label in ("your files", "your figures"):
        return f"{_named(label)} are not what this test expects."
    return f"{_named(label)} did not give what this test expects."


def _named(label: str, at_start: bool = True) -> str:
    """A label in a sentence: code as code, words as words."""
    is_words = label.startswith(("the ", "what ", "your "))
    if not is_words:
        return f"`{label}`"
    return label[0].upper() + label[1:] if at_start else label


def _call_that_gave_none(error: BaseException, trace: Trace, tests: Path) -> str:
    """The label of the call whose None was compared; None is no value that could repeat the test's inputs."""
    compared = find(error, trace, tests)
    if compared is None or compared.op != "==" or compared.side not in ("left", "right"):
        return ""
    if (compared.left if compared.side == "left" else compared.right) is not None:
        return ""
    call = trace.call_of(None)
    return call.label if call and call.returned is None and call.label.endswith(")") else ""


def _raised_sentence(raised: Raised) -> str:
    place = _place_words(raised.place)
    if raised.type == "NotImplementedError":
        return f"{_named(raised.label)} is not written yet{f' ({place})' if place else ''}."
    kind = raised.type if raised.type == raised.name else f"an exception of your own (a kind of {raised.type})"
    return f"{_named(raised.label)} raised {kind}{f' in {place}' if place else ''}."


def _place_words(place: dict[str, Any]) -> str:
    if not place:
        return ""
    where = f"code cell {place['number']}" if "number" in place else place["file"]
    return f"{where}, line {place['line']}"


def _authored(error: BaseException, in_test: bool) -> str:
    """The text that the test's author wrote for the learner: `assert …, "text"` or pytest.fail("text")."""
    if isinstance(error, AssertionError) and (text := author_text(error)):
        return text
    if not in_test:  # pytest.raises() that saw no exception calls pytest.fail(), too, with words of its own
        return ""
    if isinstance(error, pytest.fail.Exception):
        return error.msg or ""
    if not isinstance(error, AssertionError):
        return ""
    text = str(error)
    # pytest appends its explanation, which shows values, to the author's text.
    return "" if text.startswith("assert ") else text.split("\nassert ", 1)[0]
