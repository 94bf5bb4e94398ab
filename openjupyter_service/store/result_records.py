"""What results of a course consist of: plain frozen records. Times are Unix seconds; credits 0..1."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from openjupyter_service.store.records import GradingState
from openjupyter_service.store.tallies import Kind

Tally = Mapping[Kind, Mapping[int, int]]
"""Of one exercise: learners by kind and bucket."""


@dataclass(frozen=True, slots=True)
class LmsCourse:
    """An LMS course with one of our courses in it."""

    id: int
    platform: str
    deployment: str
    context_id: str
    resource_link_id: str
    """"" where there is a context."""
    course: str
    title: str
    learners: int


@dataclass(frozen=True, slots=True)
class Member:
    """A learner of an LMS course, and what they have reached in the whole course."""

    learner: str
    """Hub username."""
    name: str | None = field(repr=False)
    tried: int
    solved: int
    last_at: float | None


@dataclass(frozen=True, slots=True)
class Reached:
    """What a learner has reached at one exercise."""

    attempts: int
    internal_errors: int
    last_at: float
    last_status: str | None
    solved_after: int | None
    solved_at: float | None
    best_credit: float | None
    latest_credit: float | None
    max_points: float | None


@dataclass(frozen=True, slots=True)
class TestCount:
    """How often a test was run in gradings of an exercise, and did not pass."""

    __test__ = False

    exercise: str
    title: str
    seen: int
    failed: int
    last_at: float


@dataclass(frozen=True, slots=True)
class Fault:
    """A submission that we could not grade."""

    submission_id: str
    learner: str
    name: str | None = field(repr=False)
    finished_at: float
    fault: str


@dataclass(frozen=True, slots=True)
class Handed:
    """One submission in a list of all."""

    id: str
    learner: str
    exercise: str
    created_at: float
    state: GradingState
    status: str | None
    score: float | None
    credit: float | None
    finished_at: float | None
