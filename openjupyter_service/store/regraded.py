"""What a regrade comes to for one learner: worked out from plain records, in the same way to be shown and applied."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass

from openjupyter_service.store.records import Counts, GradingState

_SAME = 1e-9
"""Scores are sums of parts, and may differ by less than anybody means."""


@dataclass(frozen=True, slots=True)
class Result:
    """What a grading gave: score and credit 0..1, and the report's status."""

    score: float | None
    credit: float | None
    status: str | None


@dataclass(frozen=True, slots=True)
class Work:
    """One submission: its latest grading that came to an end, if any, and its trial, if it has one."""

    submission_id: str
    learner: str
    created_at: float
    now: Result | None
    trial: Result | None
    trial_state: GradingState | None

    @property
    def is_regraded(self) -> bool:
        """Has its trial given a result? One that failed by our fault changes nothing."""
        return self.trial_state is GradingState.DONE

    @property
    def is_lowered(self) -> bool:
        """Is the new result worth less, in what counts or, if that is the same, in the score?"""
        if self.now is None or self.trial is None or not self.is_regraded:
            return False
        if differ(self.now.credit, self.trial.credit):
            return is_less(self.trial.credit, self.now.credit)
        return is_less(self.trial.score, self.now.score)


@dataclass(frozen=True, slots=True)
class Outcome:
    """What counts for a learner, 0..1 or None when nothing does."""

    before: float | None
    after: float | None
    """What counts once the gradings of `replaced` have changed."""
    graded: float | None
    """What would count if nobody were spared."""
    replaced: frozenset[str]
    """Ids of the submissions that get their new grading."""


def outcome(works: Sequence[Work], counts: Counts, never_lower: bool) -> Outcome:
    """What a regrade comes to for the learner who has handed in all of `works`.

    With `never_lower` a submission that would lose keeps its grading; and where a learner would lose nevertheless (the
    latest counts, and one that had failed is now graded, and is worse), all theirs do.
    """
    before = _counted(works, counts, ())
    everything = frozenset(work.submission_id for work in works if work.is_regraded)
    graded = _counted(works, counts, everything)
    if not never_lower:
        return Outcome(before, graded, graded, everything)
    spared = everything - {work.submission_id for work in works if work.is_lowered}
    after = _counted(works, counts, spared)
    if is_less(after, before):
        return Outcome(before, before, graded, frozenset())
    return Outcome(before, after, graded, spared)


def differ(one: float | None, other: float | None) -> bool:
    """Are these two scores not the same?"""
    return is_less(one, other) or is_less(other, one)


def is_less(one: float | None, other: float | None) -> bool:
    """Is the first score worth less? One that does not count is worth less than 0."""
    return (-1.0 if one is None else one) < (-1.0 if other is None else other) - _SAME


def _counted(works: Sequence[Work], counts: Counts, replaced: Collection[str]) -> float | None:
    """As store/scores.py finds it in the tables."""
    found: list[tuple[float, str, float]] = []
    for work in works:
        result = work.trial if work.submission_id in replaced else work.now
        if result is not None and result.credit is not None:
            found.append((work.created_at, work.submission_id, result.credit))
    if not found:
        return None
    return max(found)[2] if counts is Counts.LATEST else max(credit for _, _, credit in found)
