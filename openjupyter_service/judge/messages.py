"""From what happened in a test to an outcome and a sentence for the learner.

A sentence names what was called and what went wrong, never an argument, an expected value or a line of the test: what
learner code raises is named by its builtin type only, because its text could carry the test's inputs.
"""

from pathlib import Path
from typing import Any

import pytest

from openjupyter_service.judge.channel import SandboxGone
from openjupyter_service.judge.failures import NotDefined, NotRun, Raised, Stopped, UnusableValue

MAX_MESSAGE = 1_000

_STOPPED = {
    "time limit": "{label} took longer than this test allows. Look for a loop that never ends.",
    "memory limit": "{label} used more memory than this exercise allows.",
    "crashed": "Python ended while {label} was running.",
}


def describe(error: BaseException, raised_in: Path, tests: Path, label: str) -> tuple[str, str]:
    """Outcome and learner's sentence for the exception that ended a test.

    Args:
        error: the exception
        raised_in: file of the innermost frame, that of pytest.fail() itself left out
        tests: folder of the hidden tests; only a text written there is an author's word to the learner
        label: what the test used last
    """
    if isinstance(error, Stopped) and not error.label:
        return error.outcome, "This test did not run, because Python ended in an earlier test."
    if isinstance(error, Stopped):
        return error.outcome, _STOPPED[error.outcome].format(label=f"`{error.label}`")
    if isinstance(error, NotRun):
        return "not run", "This test did not run, because the notebook was stopped before its end."
    if isinstance(error, SandboxGone):
        return "internal error", "This test could not be run."
    if isinstance(error, NotDefined):
        return "failed", f"Your notebook does not define `{error.missing}`."
    if isinstance(raised := getattr(error, "learner_error", None), Raised):
        return "error", _raised_sentence(raised)
    if isinstance(error, UnusableValue):
        return "failed", f"`{label}` gave something that this test cannot use."
    if authored := _authored(error, raised_in.is_relative_to(tests)):
        return "failed", authored[:MAX_MESSAGE]
    return "failed", f"`{label}` did not give what this test expects." if label else "This test did not pass."


def _raised_sentence(raised: Raised) -> str:
    place = _place_words(raised.place)
    if raised.type == "NotImplementedError":
        return f"`{raised.label}` is not written yet{f' ({place})' if place else ''}."
    kind = raised.type if raised.type == raised.name else f"an exception of your own (a kind of {raised.type})"
    return f"`{raised.label}` raised {kind}{f' in {place}' if place else ''}."


def _place_words(place: dict[str, Any]) -> str:
    if not place:
        return ""
    where = f"code cell {place['number']}" if "number" in place else place["file"]
    return f"{where}, line {place['line']}"


def _authored(error: BaseException, in_test: bool) -> str:
    """The text that the test's author wrote for the learner: `assert …, "text"` or pytest.fail("text")."""
    if not in_test:  # pytest.raises() that saw no exception calls pytest.fail(), too, with words of its own
        return ""
    if isinstance(error, pytest.fail.Exception):
        return error.msg or ""
    if not isinstance(error, AssertionError):
        return ""
    text = str(error)
    # pytest appends its explanation, which shows values, to the author's text.
    return "" if text.startswith("assert ") else text.split("\nassert ", 1)[0]
