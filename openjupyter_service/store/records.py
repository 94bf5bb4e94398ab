"""What the store takes and gives: plain frozen records. Every time is a float of Unix seconds (UTC)."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from openjupyter_service.courses import FollowedCourse


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
    DROPPED = "dropped"
    """An operator has given it up."""


class VersionState(StrEnum):
    """Where a version of a followed course stands."""

    WAITING = "waiting"
    """Fetched, and to be checked."""
    CHECKING = "checking"
    PUBLISHED = "published"
    """Sound: the newest of these is what learners get."""
    REFUSED = "refused"
    SUPERSEDED = "superseded"
    """A newer one was fetched before this one was checked."""


class RegradeState(StrEnum):
    """Where a regrade stands."""

    GRADING = "grading"
    """Its trial gradings are under way."""
    READY = "ready"
    """All trials have ended: it can be compared, applied or dropped."""
    APPLYING = "applying"
    """Learner after learner gets the new gradings; whoever finds it so goes on."""
    APPLIED = "applied"
    DROPPED = "dropped"


class Counts(StrEnum):
    """Which of a learner's scores goes to the LMS."""

    BEST = "best"
    LATEST = "latest"


@dataclass(frozen=True, slots=True)
class ToolKey:
    """A key pair of the tool. It signs from `active_at` on, and is published until `expires_at`."""

    kid: str
    pem: str = field(repr=False)
    created_at: float
    active_at: float
    expires_at: float | None


@dataclass(frozen=True, slots=True)
class Person:
    """What a launch told of a person besides who they are."""

    learner: str
    display_name: str | None = field(repr=False)
    locale: str | None
    updated_at: float


@dataclass(frozen=True, slots=True)
class Placement:
    """One exercise linked in one LMS course, for one learner: where a score goes."""

    id: int
    platform: str
    deployment: str
    """"" with LTI 1.1."""
    context_id: str
    resource_link_id: str
    learner: str
    course: str
    exercise: str
    subject: str = field(repr=False)
    """The person at the platform."""
    is_staff: bool
    """Of this LMS course, at the last launch."""
    outcome_url: str | None
    sourcedid: str | None = field(repr=False)
    lineitem_url: str | None
    lineitems_url: str | None
    scopes: tuple[str, ...]
    context_title: str
    resource_title: str
    created_at: float
    last_launched_at: float

    @property
    def has_score_service(self) -> bool:
        """Does this LMS wait for a score here?"""
        basic = self.outcome_url is not None and self.sourcedid is not None
        return basic or self.lineitem_url is not None or self.lineitems_url is not None


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
    """Of the course as learners pull it."""
    private_commit: str | None
    """Of the private half; None for a course on this machine."""
    notebook_path: str
    created_at: float
    state: GradingState
    score: float | None
    """0..1, None until a grading is done, and for one that failed."""
    credit: float | None
    """What the score counts for, 0..1; None when it does not."""
    regrade_id: int | None
    """The regrade that the grading comes from; None for the one that followed its submission."""
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
    private_commit: str | None
    notebook_path: str
    created_at: float
    """When it was handed in."""
    attempts: int
    """1 at the first claim."""
    queued_at: float
    lease_until: float
    regrade_id: int | None = None
    """The regrade that it is a trial of; None for a learner's own grading."""


@dataclass(frozen=True, slots=True)
class CourseVersion:
    """One pair of commits of a followed course, and what its check has found."""

    id: int
    course: str
    public_commit: str
    """At the Git host."""
    private_commit: str
    public_folder: str
    """Folder of the repository that was the public half then; "" = all of it."""
    private_folder: str
    served_commit: str | None
    """As learners pull it; None until it is published."""
    state: VersionState
    report: Mapping[str, Any] | None
    created_at: float
    started_at: float | None
    finished_at: float | None


@dataclass(frozen=True, slots=True)
class PublishedVersion:
    """A published version, with its course as it is followed now."""

    course: FollowedCourse
    id: int
    public_commit: str
    private_commit: str
    private_folder: str
    served_commit: str


@dataclass(frozen=True, slots=True)
class CourseSync:
    """How following a course goes."""

    wanted_at: float | None
    """When somebody last asked for a sync."""
    synced_at: float | None
    """When the last one began."""
    ended_at: float | None
    """When the last one came to an end, well or not."""
    problem: str | None
    """Why it did not come to an end, in words."""


@dataclass(frozen=True, slots=True)
class Regrade:
    """One exercise graded anew for everybody, with results that count only once they are applied."""

    id: int
    course: str
    exercise: str
    commit: str | None
    """Of the course as learners pull it, that it grades with; None for a course on this machine."""
    private_commit: str | None
    counts: Counts
    state: RegradeState
    never_lower: bool
    """Decided when it is applied: whoever would lose keeps what they have."""
    begun_by: str | None
    """Hub username; None for the operator."""
    applied_by: str | None
    summary: Mapping[str, Any] | None
    """Which tests and statuses changed, as it stood when it was applied."""
    created_at: float
    ready_at: float | None
    finished_at: float | None
    """When it was applied or dropped."""


@dataclass(frozen=True, slots=True)
class RegradeProgress:
    """How many trial gradings there are, and how many of them stand where."""

    total: int
    done: int
    failed: int
    """Given up after internal errors."""
    running: int
    learners_waiting: int
    """Learners' own gradings, which go first."""


@dataclass(frozen=True, slots=True)
class RegradeChange:
    """What an applied regrade came to for one learner: what counts, 0..1, None when nothing does."""

    learner: str
    before: float | None
    after: float | None
    graded: float | None
    """What would count if nobody had been spared."""


@dataclass(frozen=True, slots=True)
class OutboxItem:
    """A score to be sent, with where it goes: Basic Outcomes where there is a `sourcedid`, else a line item."""

    id: int
    grading_id: int
    placement_id: int
    platform: str
    deployment: str
    context_id: str
    resource_link_id: str
    subject: str = field(repr=False)
    outcome_url: str | None
    sourcedid: str | None = field(repr=False)
    lineitem_url: str | None
    lineitems_url: str | None
    scopes: tuple[str, ...]
    context_title: str
    resource_title: str
    state: PassbackState
    next_attempt_at: float
    last_error: str | None
    sent_at: float | None
    learner: str
    course: str
    exercise: str
    commit: str | None
    """What was graded: the course as learners pull it."""
    private_commit: str | None
    """And its private half; None for a course on this machine."""
    score: float
    """What counts, 0..1."""
    maximum: float
    """Points of the exercise, by the report."""
    comment: str | None
    attempts: int
    """Attempts made so far."""
    created_at: float
