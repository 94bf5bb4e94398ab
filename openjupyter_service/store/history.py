"""What a learner's gradings at one exercise come to, and what a report says of its tests. Knows no database."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, NamedTuple

from openjupyter_service.store.records import GradingState

CORRECT = "correct"
PASSED = "passed"
NOT_RUN = "not run"
MAX_TITLE = 300


class Graded(NamedTuple):
    """One grading that has ended, of one submission."""

    submission_id: str
    created_at: float
    """When it was handed in."""
    grading_id: int
    state: GradingState
    status: str | None
    credit: float | None


def in_force(history: Iterable[Graded]) -> list[Graded]:
    """One grading for each submission, in the order in which they were handed in: its last one with a verdict.

    A regrade that failed by our fault takes no verdict away.
    """
    last: dict[str, Graded] = {}
    for each in sorted(history, key=lambda one: (one.created_at, one.submission_id, one.grading_id)):
        known = last.get(each.submission_id)
        if known is None or each.state is GradingState.DONE or known.state is not GradingState.DONE:
            last[each.submission_id] = each
    return list(last.values())


def progress_of(ended: Sequence[Graded], opened_at: float | None) -> dict[str, Any]:
    """Columns of `progress` but its key and `max_points`.

    Args:
        ended: of one learner and exercise, as `in_force` gives them; at least one.
        opened_at: when they first opened the exercise, if that is known.
    """
    verdicts = [each for each in ended if each.state is GradingState.DONE]
    solved = next((number for number, each in enumerate(verdicts) if each.status == CORRECT), None)
    credits = [each.credit for each in verdicts if each.credit is not None]
    first = ended[0].created_at
    return {
        "opened_at": first if opened_at is None else min(first, opened_at),
        "attempts": len(verdicts),
        "first_at": verdicts[0].created_at if verdicts else None,
        "internal_errors": len(ended) - len(verdicts),
        "last_at": ended[-1].created_at,
        "last_status": ended[-1].status,
        "solved_after": None if solved is None else solved + 1,
        "solved_at": None if solved is None else verdicts[solved].created_at,
        "best_credit": max(credits, default=None),
        "latest_credit": credits[-1] if credits else None,
    }


def last_verdict(ended: Sequence[Graded]) -> int | None:
    """The grading of the latest submission with a verdict."""
    return next((each.grading_id for each in reversed(ended) if each.state is GradingState.DONE), None)


def tests_of(report: Mapping[str, Any] | None) -> dict[str, tuple[int, int]]:
    """How often tests of each title were run in a report, and how often they did not pass."""
    found: dict[str, tuple[int, int]] = {}
    for test in (report or {}).get("tests") or ():
        title, outcome = str(test.get("title", ""))[:MAX_TITLE], test.get("outcome")
        if title and outcome != NOT_RUN:
            seen, failed = found.get(title, (0, 0))
            found[title] = seen + 1, failed + (outcome != PASSED)
    return found
