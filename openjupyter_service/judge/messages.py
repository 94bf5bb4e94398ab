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
from openjupyter_service.judge.language import ENGLISH, N_, Speech
from openjupyter_service.judge.trace import SENT, Trace
from openjupyter_service.judge.unittests import author_text

MAX_MESSAGE = 1_000

_NO_WORD = N_("This test did not pass.")

_STOPPED = {
    "time limit": N_("{label} took longer than this test allows. Look for a loop that never ends."),
    "memory limit": N_("{label} used more memory than this exercise allows."),
    "crashed": N_("Python ended while {label} was running."),
}
_WORDS = (
    N_("your notebook"),
    N_("your files"),
    N_("your figures"),
    N_("what you print"),
    N_("what you pass to a function"),
    N_("what the test sends"),
)
"""Labels of the trace that are words and no code, and below, how others begin."""
_BEGINNINGS = {"the file ": N_("the file {name}"), "the figure of ": N_("the figure of {name}")}


@dataclass(frozen=True)
class Told:
    """What to say of a test that did not pass.

    `place` is {"cell", "number", "line"} (a code cell by its index and its number) or {"file", "line"}, or None.
    """

    outcome: str
    message: str
    place: dict[str, Any] | None = None


def describe(error: BaseException, raised_in: Path, tests: Path, trace: Trace, speech: Speech = ENGLISH) -> Told:
    """Outcome, learner's sentence and place for the exception that ended a test.

    Args:
        error: the exception
        raised_in: file of the innermost frame, that of pytest.fail() itself left out
        tests: folder of the hidden tests; only a text written there is an author's word to the learner
        trace: what the test did
        speech: the learner's language
    """
    raised = getattr(error, "learner_error", None)
    place = (raised.place or None) if isinstance(raised, Raised) else None
    outcome, message = _outcome_and_message(error, raised_in, tests, trace, speech)
    return Told(outcome, message, place)


def _outcome_and_message(
    error: BaseException, raised_in: Path, tests: Path, trace: Trace, speech: Speech
) -> tuple[str, str]:
    say, label = speech.text, _label(trace)
    if isinstance(error, Stopped) and not error.label:
        return error.outcome, say(N_("This test did not run, because Python ended in an earlier test."))
    if isinstance(error, Stopped):
        named = _named(error.label, speech, at_start=error.outcome != "crashed")
        return error.outcome, say(_STOPPED[error.outcome], label=named)
    if isinstance(error, NotRun):
        return "not run", say(N_("This test did not run, because the notebook was stopped before its end."))
    if isinstance(error, OutOfTime):
        return "time limit", say(
            N_("This test did not run: the tests before it took all the time that this exercise has.")
        )
    if isinstance(error, KernelTestFailed):
        return "failed", str(error)[:MAX_MESSAGE] or say(_NO_WORD)
    if isinstance(error, SandboxGone | OwnTimeLimit):
        return "internal error", say(N_("This test could not be run."))
    if isinstance(error, NoSuchCell):
        return "failed", say(N_("Your notebook has no cell `{name}`."), name=error.missing)
    if isinstance(error, NotDefined):
        return "failed", say(N_("Your notebook does not define `{name}`."), name=error.missing)
    if isinstance(raised := getattr(error, "learner_error", None), Raised):
        return "error", _raised_sentence(raised, speech)
    if isinstance(error, NameError | ImportError) and raised_in.is_relative_to(tests):
        return "internal error", say(N_("This test could not be run, because it has a mistake of its own."))
    if isinstance(error, UnusableValue):
        unusable = N_("{label} gave something that this test cannot use.")
        return "failed", say(unusable, label=_named(label, speech)) if label else say(_NO_WORD)
    if authored := _authored(error, raised_in.is_relative_to(tests)):
        return "failed", authored[:MAX_MESSAGE]
    if call := _call_that_gave_none(error, trace, tests):
        return "failed", say(N_("`{call}` gave None. Is a `return` missing?"), call=call)
    return "failed", _unexpected(label, speech) if label else say(_NO_WORD)


def _label(trace: Trace) -> str:
    """What the test used last; what was changed in a value of the test's own is told by who changed it."""
    last = trace.last
    if last and last.label == SENT:
        return before.label if (before := trace.before(last)) else ""
    return trace.label


def _unexpected(label: str, speech: Speech) -> str:
    if label.startswith(("the ", "what ")):
        sentence = N_("{label} is not what this test expects.")
    elif label in ("your files", "your figures"):
        sentence = N_("{label} are not what this test expects.")
    else:
        sentence = N_("{label} did not give what this test expects.")
    return speech.text(sentence, label=_named(label, speech))


def _named(label: str, speech: Speech, at_start: bool = True) -> str:
    """A label in a sentence: code as code, words as words."""
    beginning = next((each for each in _BEGINNINGS if label.startswith(each)), "")
    if beginning:
        words = speech.text(_BEGINNINGS[beginning], name=label.removeprefix(beginning))
    elif label in _WORDS:
        words = speech.text(label)
    elif label.startswith(("the ", "what ", "your ")):
        words = label
    else:
        return f"`{label}`"
    return words[0].upper() + words[1:] if at_start else words


def _call_that_gave_none(error: BaseException, trace: Trace, tests: Path) -> str:
    """The label of the call whose None was compared; None is no value that could repeat the test's inputs."""
    compared = find(error, trace, tests)
    if compared is None or compared.op != "==" or compared.side not in ("left", "right"):
        return ""
    if (compared.left if compared.side == "left" else compared.right) is not None:
        return ""
    call = trace.call_of(None)
    return call.label if call and call.returned is None and call.label.endswith(")") else ""


def _raised_sentence(raised: Raised, speech: Speech) -> str:
    label, place = _named(raised.label, speech), _place_words(raised.place, speech)
    if raised.type == "NotImplementedError":
        unwritten = N_("{label} is not written yet ({place}).") if place else N_("{label} is not written yet.")
        return speech.text(unwritten, label=label, place=place)
    kind = raised.type
    if raised.type != raised.name:
        kind = speech.text(N_("an exception of your own (a kind of {type})"), type=raised.type)
    sentence = N_("{label} raised {kind} in {place}.") if place else N_("{label} raised {kind}.")
    return speech.text(sentence, label=label, kind=kind, place=place)


def _place_words(place: dict[str, Any], speech: Speech) -> str:
    if not place:
        return ""
    where = N_("code cell {number}, line {line}") if "number" in place else N_("{file}, line {line}")
    return speech.text(where, **place)


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
