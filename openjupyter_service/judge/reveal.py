"""What learners read about a hidden test beyond its sentence, as far as the exercise's policy goes.

| policy | shows |
|---|---|
| none | nothing: arguments, values and texts of exceptions could all repeat the test's inputs |
| calls | the call, what came back or was raised, what was printed |
| diff | what the test expected as well, and a table of the differences |
"""

from pathlib import Path
from typing import Any

from openjupyter_service.judge.channel import SandboxGone
from openjupyter_service.judge.compared import Compared, expectation, find
from openjupyter_service.judge.diff import table
from openjupyter_service.judge.failures import KernelTestFailed, NotDefined, NotRun, OutOfTime, OwnTimeLimit, Raised
from openjupyter_service.judge.language import ENGLISH, N_, Speech
from openjupyter_service.judge.source import is_bare_truth
from openjupyter_service.judge.texts import cut, short
from openjupyter_service.judge.trace import NOTHING, SENT, Call, Policy, Trace

MAX_CALL = 500
MAX_VALUE = 500
MAX_RAISED = 1_000
MAX_PRINTED = 2_000

Details = dict[str, Any]
"""JSON data: "called", "returned", "raised", "printed", "changed", "expected", "compared" (each a text or None), and
"table" (see `diff`) or None."""

_TELLS_ALL = (NotRun, NotDefined, OutOfTime, OwnTimeLimit, KernelTestFailed, SandboxGone)
"""Whose sentence says what there is to say."""
_LEFT = {
    "==": "{value}",
    "is": "{value}",
    "!=": N_("anything but {value}"),
    "is not": N_("anything but {value}"),
    "<": N_("less than {value}"),
    "<=": N_("at most {value}"),
    ">": N_("more than {value}"),
    ">=": N_("at least {value}"),
    "in": N_("one of {value}"),
    "not in": N_("none of {value}"),
}
"""What is expected of the left side, when the right one is the test's."""
_RIGHT = {
    **{op: _LEFT[op] for op in ("==", "is", "!=", "is not")},
    **{"<": _LEFT[">"], "<=": _LEFT[">="], ">": _LEFT["<"], ">=": _LEFT["<="]},
    **{"in": N_("{value} in it"), "not in": N_("no {value} in it")},
}


def details(
    policy: Policy, trace: Trace, error: BaseException, tests: Path, speech: Speech = ENGLISH
) -> Details | None:
    """The details of a test that did not pass; None when there is nothing that may be shown.

    Args:
        policy: "none" shows nothing, "calls" what was called and what came of it, "diff" what was expected as well
        trace: what the test did; `trace.begin(policy)` was called with the same policy
        error: the exception that ended the test, with its traceback
        tests: folder of the hidden tests
        speech: the learner's language
    """
    if policy not in ("calls", "diff") or isinstance(error, _TELLS_ALL):
        return None
    raised = getattr(error, "learner_error", None)
    compared = None if isinstance(raised, Raised) else find(error, trace, tests)
    looked = _call(trace, compared)
    call = trace.before(looked) if looked and looked.looks_back else looked
    if call is None and not trace.printed_text:
        return None
    found: Details = {
        **_of_call(call, raised, looked is call),
        "printed": cut(trace.printed_text, MAX_PRINTED) or None,
        "changed": _value(looked) if looked and looked.label == SENT else None,
        "expected": None,
        "compared": None,
        "table": None,
    }
    if policy == "diff":
        found |= _expected(error, compared, call, tests, speech)
    return found


def _call(trace: Trace, compared: Compared | None) -> Call | None:
    """The use that gave the value which was compared, else the last one."""
    if compared is None or compared.side is None:
        return trace.last
    return trace.call_of(compared.left if compared.side != "right" else compared.right)


def _of_call(call: Call | None, raised: Any, gave_the_value: bool) -> Details:
    """A call, and what came of it; what it returned is left out where the test looked at something else."""
    error = raised if isinstance(raised, Raised) else call.error if call else None
    return {
        "called": cut(call.text, MAX_CALL) if call else None,
        "returned": _value(call) if gave_the_value else None,
        "raised": _raised(error) if error else None,
    }


def _value(call: Call | None) -> str | None:
    return short(call.returned, MAX_VALUE) if call and call.returned is not NOTHING else None


def _raised(error: Raised) -> str:
    name = error.name or error.type
    return cut(f"{name}: {error.message}" if error.message else name, MAX_RAISED)


def _expected(
    error: BaseException, compared: Compared | None, call: Call | None, tests: Path, speech: Speech
) -> Details:
    if text := expectation(error, speech):
        return {"expected": text}
    if compared is None:
        wanted = is_bare_truth(error.__traceback__, tests) if isinstance(error, AssertionError) else None
        told = call is not None and isinstance(call.returned, bool) and call.returned is not wanted
        return {"expected": repr(wanted)} if wanted is not None and told else {}
    left, right = compared.left, compared.right
    if compared.side not in ("left", "right"):
        return {"compared": f"{short(left, MAX_VALUE)} {compared.op} {short(right, MAX_VALUE)}"}
    got, wanted = (left, right) if compared.side == "left" else (right, left)
    words = (_LEFT if compared.side == "left" else _RIGHT).get(compared.op, f"{compared.op} {{value}}")
    return {
        "expected": speech.text(words, value=short(wanted, MAX_VALUE)),
        "table": table(got, wanted, compared.same, speech) if compared.op == "==" else None,
    }
