"""What learners read about a hidden test beyond its sentence, as far as the exercise's policy goes."""

from pathlib import Path
from typing import Any

from openjupyter_service.judge.trace import Policy, Trace

Details = dict[str, Any]
"""JSON data: "called", "returned", "raised", "printed", "expected", "compared" (each a text or None), and "table" (see
`diff`) or None."""


def details(policy: Policy, trace: Trace, error: BaseException, tests: Path) -> Details | None:
    """The details of a test that did not pass; None when there is nothing that may be shown.

    Args:
        policy: "none" shows nothing, "calls" what was called and what came of it, "diff" what was expected as well
        trace: what the test did; `trace.begin(policy)` was called with the same policy
        error: the exception that ended the test, with its traceback
        tests: folder of the hidden tests
    """
    return None
