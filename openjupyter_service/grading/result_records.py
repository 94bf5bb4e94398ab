"""What the pages of results show: plain records. Shares are 0..1, times Unix seconds."""

from dataclasses import dataclass, field
from enum import StrEnum

from openjupyter_service.store.records import Counts, Submission, SubmissionSummary
from openjupyter_service.store.result_records import Fault, LmsCourse, Member, TestCount


class Standing(StrEnum):
    """Where a learner stands at an exercise."""

    SOLVED = "solved"
    TRIED = "tried"
    FAULT = "fault"
    """Nothing but submissions that we could not grade."""
    NOTHING = "nothing"


@dataclass(frozen=True)
class ExerciseRow:
    """One exercise in the overview of an LMS course."""

    name: str
    title: str
    tried: int
    """Learners with a verdict on at least one submission."""
    solved: int
    attempts: int | None
    """Median until solved, of those who have solved it."""
    minutes: int | None
    """Median from first opening it until solved, to two digits."""
    faults: int
    """Learners who met an internal error."""
    hardest: TestCount | None
    """The test that failed most often."""


@dataclass(frozen=True)
class Attention:
    """Something that needs staff: a text for one and for more, with {count} and other placeholders."""

    one: str
    many: str
    count: int
    values: dict[str, object]
    exercise: str | None
    """Where to look; None: the page of scores that did not arrive."""


@dataclass(frozen=True)
class Overview:
    """The first page of an LMS course."""

    place: LmsCourse
    lms: str
    exercises: list[ExerciseRow]
    attention: list[Attention]
    """The most urgent first."""


@dataclass(frozen=True)
class Day:
    """A day (of Unix time, UTC), and how many learners had begun and had solved an exercise at its end."""

    day: int
    begun: int
    solved: int


@dataclass(frozen=True)
class ExercisePage:
    """All about one exercise in an LMS course."""

    place: LmsCourse
    row: ExerciseRow
    tenths: list[int]
    """Learners by the score that counts: below 10 %, below 20 %, …, below 100 %, and 100 %."""
    uncounted: int
    """Learners none of whose scores counts."""
    days: list[Day]
    attempts: list[tuple[int, int, int]]
    """Attempts, how many learners solved it with so many, and how many have not with so many."""
    tests: list[TestCount]
    faults: list[Fault]
    stuck: list[tuple[Member, int]]


@dataclass(frozen=True)
class Cell:
    """One learner at one exercise."""

    standing: Standing
    attempts: int = 0
    points: float | None = None
    """What counts; None when nothing does."""
    max_points: float | None = None


@dataclass(frozen=True)
class Row:
    """One learner in the matrix, with a cell for each exercise."""

    member: Member
    cells: list[Cell]


@dataclass(frozen=True)
class Column:
    """An exercise: its title, and which of a learner's scores counts."""

    name: str
    title: str
    counts: Counts


@dataclass(frozen=True)
class Matrix:
    """One page of learners × exercises."""

    place: LmsCourse
    columns: list[Column]
    rows: list[Row]
    found: int
    """Learners on all pages."""
    page: int
    pages: int


@dataclass(frozen=True)
class LearnerPage:
    """A learner's submissions to one exercise; `shown` is one of them, whole."""

    place: LmsCourse
    member: Member
    exercise: Column
    submissions: list[SubmissionSummary]
    shown: Submission | None = field(repr=False)
