"""What a learner's gradings at one exercise come to, and what a report says of its tests. Knows no database."""

from collections import Counter
from collections.abc import Iterable, Mapping
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


def progress_of(history: Iterable[Graded], opened_at: float | None) -> dict[str, Any] | None:
    """Columns of `progress` but its key and `max_points`; None when nothing was graded.

    Args:
        history: all gradings of one learner and exercise that have ended.
        opened_at: when they first opened the exercise, if that is known.
    """
    ended = in_force(history)
    if not ended:
        return None
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


def last_verdict(history: Iterable[Graded]) -> int | None:
    """The grading of the latest submission with a verdict."""
    verdicts = [each for each in in_force(history) if each.state is GradingState.DONE]
    return verdicts[-1].grading_id if verdicts else None


def tests_of(report: Mapping[str, Any] | None) -> tuple[Counter[str], Counter[str]]:
    """How often tests of each title were run in a report, and how often they did not pass."""
    seen: Counter[str] = Counter()
    failed: Counter[str] = Counter()
    for test in (report or {}).get("tests") or ():
        title, outcome = str(test.get("title", ""))[:MAX_TITLE], test.get("outcome")
        if title and outcome != NOT_RUN:
            seen[title] += 1
            failed[title] += outcome != PASSED
    return seen, failed
