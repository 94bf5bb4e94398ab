"""What the store takes and gives: plain frozen records. Every time is a float of Unix seconds (UTC)."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any


class GradingState(StrEnum):
    """Where a grading stands."""

    QUEUED = "queued"
    RUNNING = "running"
    DONE = "done"
    FAILED = "failed"
    """Given up after internal errors: nobody's score, never sent."""


class PassbackState(StrEnum):
    """Where a passback stands."""

    PENDING = "pending"
    SENT = "sent"
    FAILED = "failed"
    SUPERSEDED = "superseded"
    """A newer score for the same placement took its place before it was accepted."""


@dataclass(frozen=True, slots=True)
class Placement:
    """One exercise linked in one LMS course, for one learner: where a score goes."""

    id: int
    platform: str
    context_id: str
    resource_link_id: str
    learner: str
    course: str
    exercise: str
    outcome_url: str | None
    sourcedid: str | None
    context_title: str
    resource_title: str
    created_at: float
    last_launched_at: float

    @property
    def has_outcome_service(self) -> bool:
        """Does this LMS wait for a score here?"""
        return self.outcome_url is not None and self.sourcedid is not None


@dataclass(frozen=True, slots=True)
class Passback:
    """One score on its way, or not, to one LMS course."""

    platform: str
    context_title: str
    resource_title: str
    state: PassbackState
    score: float
    attempts: int
    next_attempt_at: float
    last_error: str | None
    sent_at: float | None


@dataclass(frozen=True, slots=True)
class SubmissionSummary:
    """A submission with the state of its latest grading."""

    id: str
    learner: str
    course: str
    exercise: str
    commit: str | None
    notebook_path: str
    created_at: float
    state: GradingState
    score: float | None
    """0..1, None until a grading is done, and for one that failed."""
    queued_at: float
    started_at: float | None
    finished_at: float | None


@dataclass(frozen=True, slots=True)
class Submission(SubmissionSummary):
    """A submission with its latest grading, the report and the passbacks."""

    attempts: int
    timings: Mapping[str, Any] | None
    report: Mapping[str, Any] | None
    passbacks: tuple[Passback, ...]


@dataclass(frozen=True, slots=True)
class Claimed:
    """A grading that a worker holds until its lease runs out."""

    grading_id: int
    submission_id: str
    learner: str
    course: str
    exercise: str
    commit: str | None
    notebook_path: str
    attempts: int
    """1 at the first claim."""
    queued_at: float
    lease_until: float


@dataclass(frozen=True, slots=True)
class OutboxItem:
    """A score to be sent, with where it goes."""

    id: int
    grading_id: int
    placement_id: int
    platform: str
    outcome_url: str
    sourcedid: str
    learner: str
    course: str
    exercise: str
    score: float
    comment: str | None
    attempts: int
    """Attempts made so far."""
    created_at: float
