"""Regrades as staff of LMS courses see them: which they may begin and read, whose names, and what they may decide.

A regrade concerns everybody who has handed in the exercise, in whichever LMS course they have opened it. So staff of
any of these courses may begin one and read what it would change, for their own learners by name and for all others as
a number. Applied or dropped it is by those who answer for everybody concerned: staff of every LMS course in which the
exercise is linked, or the operator. Who has begun one may drop it, too.
"""

from dataclasses import dataclass, field

from openjupyter_service.errors import ExerciseError, Forbidden, NotFound, RegradeError
from openjupyter_service.grading.compared import Comparison, LearnerChange
from openjupyter_service.grading.regrade import Regrading
from openjupyter_service.language import N_
from openjupyter_service.settings import Settings
from openjupyter_service.store.engine import Store
from openjupyter_service.store.records import Regrade, RegradeProgress, RegradeState
from openjupyter_service.store.staff_exercises import StaffExercises

MAX_REGRADES = 100


@dataclass(frozen=True)
class ExerciseToRegrade:
    """One that a person may begin a regrade of."""

    course: str
    exercise: str
    title: str


@dataclass(frozen=True)
class SeenRegrade:
    """One regrade in a list."""

    regrade: Regrade
    title: str
    """Of the exercise."""
    progress: RegradeProgress


@dataclass(frozen=True)
class SeenChanges:
    """Some learners of a comparison: those of one's own courses by name, and how many others there are."""

    own: list[tuple[str | None, LearnerChange]] = field(default_factory=list)
    """Display name, where the LMS has told it, and what changes."""
    others: int = 0

    @property
    def count(self) -> int:
        """Of all courses."""
        return len(self.own) + self.others


@dataclass(frozen=True)
class RegradePage:
    """A regrade with all that one person may know of it."""

    regrade: Regrade
    title: str
    progress: RegradeProgress
    comparison: Comparison | None
    """None as long as there is nothing to compare. Its learners are those of all courses: never show them."""
    gains: SeenChanges
    losses: SeenChanges
    spared: SeenChanges
    failed: SeenChanges
    unchanged: int
    may_apply: bool
    may_drop: bool
    is_outdated: bool
    """The course was published anew after it began."""


class RegradeView:
    """What a person may see and do about regrades; blocks. `person` is a hub username, None the operator."""

    def __init__(self, settings: Settings, store: Store) -> None:
        self._regrading = Regrading(settings, store)
        self._exercises = StaffExercises(store)

    def exercises(self, person: str | None) -> list[ExerciseToRegrade]:
        """Those that a regrade can be begun of, and none of which one is open."""
        return [
            ExerciseToRegrade(*each, self._regrading.title(*each))
            for each in self._exercises.of(person)
            if self._regrading.open(*each) is None
        ]

    def regrades(self, person: str | None) -> list[SeenRegrade]:
        """Regrades of exercises in this person's LMS courses, newest first."""
        mine = set(self._exercises.of(person))
        return [
            SeenRegrade(each, self._regrading.title(each.course, each.exercise), self._regrading.progress(each.id))
            for each in self._regrading.all(MAX_REGRADES)
            if (each.course, each.exercise) in mine
        ]

    def page(self, person: str | None, regrade_id: int) -> RegradePage:
        """One regrade.

        Raises:
            NotFound: there is none in this person's courses
        """
        regrade = self._visible(person, regrade_id)
        is_compared = regrade.state in (RegradeState.READY, RegradeState.APPLIED)
        comparison = self._regrading.compare(regrade_id) if is_compared else None
        names = self._exercises.learners(person, regrade.course, regrade.exercise) if comparison is not None else {}

        def seen(changes: list[LearnerChange]) -> SeenChanges:
            own = [(names[each.learner], each) for each in changes if each.learner in names]
            return SeenChanges(own, len(changes) - len(own))

        may_apply = self._exercises.answers_for(person, regrade.course, regrade.exercise)
        return RegradePage(
            regrade,
            self._regrading.title(regrade.course, regrade.exercise),
            self._regrading.progress(regrade_id),
            comparison,
            seen(comparison.gains if comparison is not None else []),
            seen(comparison.losses if comparison is not None else []),
            seen(comparison.spared if comparison is not None else []),
            seen(comparison.failed if comparison is not None else []),
            len(comparison.unchanged) if comparison is not None else 0,
            may_apply and regrade.state is RegradeState.READY,
            (may_apply or regrade.begun_by == person) and regrade.state in (RegradeState.GRADING, RegradeState.READY),
            regrade.finished_at is None and self._regrading.is_outdated(regrade),
        )

    def begin(self, person: str | None, course: str, exercise: str) -> Regrade:
        """Begin one.

        Raises:
            NotFound: no such exercise in this person's courses
            RegradeError: it is broken, or another regrade of it is open
        """
        if (course, exercise) not in self._exercises.of(person):
            raise NotFound(N_("nobody in your courses has handed in such an exercise"))
        try:
            return self._regrading.begin(course, exercise, person)
        except ExerciseError:
            raise RegradeError(
                N_("this exercise is broken at the moment and cannot be graded: mend it first, then begin again")
            ) from None

    def apply(self, person: str | None, regrade_id: int, never_lower: bool) -> None:
        """Decide that a regrade is applied; the service does it.

        Raises:
            NotFound: there is none in this person's courses
            Forbidden: it concerns other courses, too
            RegradeError: it is not ready, or was dropped
        """
        regrade = self._visible(person, regrade_id)
        if not self._exercises.answers_for(person, regrade.course, regrade.exercise):
            raise Forbidden(_OTHERS)
        self._regrading.start_applying(regrade_id, never_lower, person)

    def drop(self, person: str | None, regrade_id: int) -> None:
        """Throw one away; raises as `apply` does."""
        regrade = self._visible(person, regrade_id)
        is_theirs = regrade.begun_by is not None and regrade.begun_by == person
        if not is_theirs and not self._exercises.answers_for(person, regrade.course, regrade.exercise):
            raise Forbidden(_OTHERS)
        self._regrading.drop(regrade_id)

    def _visible(self, person: str | None, regrade_id: int) -> Regrade:
        regrade = self._regrading.find(regrade_id)
        if regrade is None or (regrade.course, regrade.exercise) not in self._exercises.of(person):
            raise NotFound(N_("there is no such regrade in your courses"))
        return regrade


_OTHERS = N_(
    "this exercise is linked in other LMS courses as well, where you do not teach; staff of all of them, or the "
    "operator of this installation, can decide"
)
