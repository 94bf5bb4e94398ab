"""What a regrade comes to for one learner, and that it is what the tables say afterwards."""

import pytest

from openjupyter_service.store.records import Counts, GradingState
from openjupyter_service.store.regraded import Outcome, Result, Work, differ, is_less, outcome


def works(*cases: tuple[float | None, float | None]) -> list[Work]:
    """Submissions in the order of time, each with what counts now and after; None = does not count."""
    return [
        Work(
            f"s{number}",
            "ada",
            float(number),
            Result(now, now, "wrong") if now is not None else None,
            Result(trial, trial, "wrong"),
            GradingState.DONE,
        )
        for number, (now, trial) in enumerate(cases)
    ]


@pytest.mark.parametrize(
    ("cases", "counts", "before", "after"),
    [
        ([(0.5, 0.7)], Counts.BEST, 0.5, 0.7),
        ([(0.8, 0.5), (0.4, 0.6)], Counts.BEST, 0.8, 0.6),
        ([(0.8, 0.5), (0.4, 0.6)], Counts.LATEST, 0.4, 0.6),
        ([(0.8, 1.0), (0.9, 0.5)], Counts.LATEST, 0.9, 0.5),
        ([(None, 0.5)], Counts.BEST, None, 0.5),
        ([(0.5, None)], Counts.BEST, 0.5, None),
        ([(0.5, 0.9), (0.6, None)], Counts.LATEST, 0.6, 0.9),
        ([(0.3, 0.1 + 0.2)], Counts.BEST, 0.3, 0.3),
    ],
)
def test_before_and_after(
    cases: list[tuple[float | None, float | None]], counts: Counts, before: float | None, after: float | None
) -> None:
    found = outcome(works(*cases), counts, never_lower=False)
    assert (found.before, found.after, found.graded) == (before, pytest.approx(after), found.after)
    assert len(found.replaced) == len(cases)


@pytest.mark.parametrize(
    ("cases", "counts", "after", "replaced"),
    [
        ([(0.8, 0.5), (0.4, 0.9)], Counts.BEST, 0.9, {"s1"}),
        ([(0.8, 0.5), (0.4, 0.6)], Counts.BEST, 0.8, {"s1"}),
        ([(0.8, 1.0), (0.9, 0.5)], Counts.LATEST, 0.9, {"s0"}),
        ([(0.5, None)], Counts.BEST, 0.5, set()),
        # The latest had failed and gave no score; graded now it would take the place of a better one.
        ([(0.9, 0.95), (None, 0.3)], Counts.LATEST, 0.9, set()),
        ([(0.9, 0.95), (None, 0.3)], Counts.BEST, 0.95, {"s0", "s1"}),
    ],
)
def test_nobody_is_lowered(
    cases: list[tuple[float | None, float | None]], counts: Counts, after: float, replaced: set[str]
) -> None:
    found = outcome(works(*cases), counts, never_lower=True)
    assert (found.after, found.replaced) == (after, replaced)
    assert not is_less(found.after, found.before)


def test_a_trial_that_failed_takes_nothing_away() -> None:
    work = Work("s", "ada", 1.0, Result(0.5, 0.5, "wrong"), Result(None, None, "internal error"), GradingState.FAILED)
    assert outcome([work], Counts.BEST, never_lower=False) == Outcome(0.5, 0.5, 0.5, frozenset())


def test_late_work_that_does_not_count_keeps_its_better_score_too() -> None:
    work = Work("s", "ada", 1.0, Result(0.8, None, "wrong"), Result(0.4, None, "wrong"), GradingState.DONE)
    assert work.is_lowered
    assert outcome([work], Counts.BEST, never_lower=True).replaced == frozenset()
    assert outcome([work], Counts.BEST, never_lower=False).replaced == {"s"}


def test_what_does_not_count_is_worth_less_than_nothing() -> None:
    assert is_less(None, 0.0) and not is_less(0.0, None) and not differ(None, None) and differ(None, 0.0)
