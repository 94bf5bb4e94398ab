"""Regrades: after a corrected test, grade an exercise anew for everybody, see what would change, and change it."""

import logging

from openjupyter_service.errors import NotFound, OpenJupyterError, RegradeError
from openjupyter_service.exercises.course import load_exercise
from openjupyter_service.grading.compared import Comparison, compare, compared_when_applied
from openjupyter_service.grading.courses import SiteCourses
from openjupyter_service.language import N_
from openjupyter_service.settings import Settings
from openjupyter_service.store.engine import Store
from openjupyter_service.store.records import Counts, Regrade, RegradeProgress, RegradeState
from openjupyter_service.store.regrades import Regrades

log = logging.getLogger(__name__)


class Regrading:
    """Begins, compares, applies and drops regrades; the service's workers grade. Every call blocks."""

    def __init__(self, settings: Settings, store: Store) -> None:
        self._courses = SiteCourses(settings, store)
        self._regrades = Regrades(store)

    def begin(self, course_name: str, exercise_name: str, begun_by: str | None = None) -> Regrade:
        """Queue a trial grading of every submission of an exercise, with its tests as they are now.

        A followed course is graded with what is published now. On this machine tests are read when each trial begins:
        they should not change until it is ready.

        Raises:
            NotFound: no such course or exercise
            ExerciseError: its exercise.toml is broken
            RegradeError: there is nothing to grade, or another regrade of this exercise is open
        """
        course = self._courses.find(course_name)
        exercise = load_exercise(course.private, exercise_name)
        exercise.tests()  # those that are not there at all are told at once
        pair = course.pair
        regrade = self._regrades.begin(
            course_name,
            exercise_name,
            commit=pair.public_commit if pair is not None else None,
            private_commit=pair.private_commit if pair is not None else None,
            counts=Counts(exercise.counts),
            begun_by=begun_by,
        )
        log.info("regrade %d of %s/%s begins", regrade.id, course_name, exercise_name)
        return regrade

    def find(self, regrade_id: int) -> Regrade | None:
        """The regrade of that id, if there is one."""
        return self._regrades.get(regrade_id)

    def get(self, regrade_id: int) -> Regrade:
        """The regrade of that id; NotFound when there is none."""
        regrade = self.find(regrade_id)
        if regrade is None:
            raise NotFound(N_("there is no regrade {number}"), number=regrade_id)
        return regrade

    def open(self, course: str, exercise: str) -> Regrade | None:
        """The one of an exercise that is neither applied nor dropped."""
        return self._regrades.open(course, exercise)

    def all(self, limit: int = 100) -> list[Regrade]:
        """Newest first."""
        return self._regrades.all(limit)

    def progress(self, regrade_id: int) -> RegradeProgress:
        """How far the trial gradings are."""
        return self._regrades.progress(regrade_id)

    def title(self, course: str, exercise: str) -> str:
        """The title of an exercise as it is now, else its name."""
        try:
            return load_exercise(self._courses.find(course).private, exercise).title
        except OpenJupyterError:
            return exercise

    def is_outdated(self, regrade: Regrade) -> bool:
        """Has the course been published anew since? Of one on this machine nobody can tell."""
        course = self._courses.get(regrade.course)
        pair = course.pair if course is not None else None
        return pair is not None and (pair.public_commit, pair.private_commit) != (
            regrade.commit,
            regrade.private_commit,
        )

    def compare(self, regrade_id: int, never_lower: bool = False) -> Comparison:
        """What would change if it were applied now; of one that is applied what has changed.

        Raises:
            RegradeError: it is still grading, or it was dropped
        """
        regrade = self.get(regrade_id)
        places = self._regrades.places(regrade.course, regrade.exercise)
        failures = self._regrades.failures(regrade_id)
        if regrade.state is RegradeState.APPLIED:
            return compared_when_applied(self._regrades.changes(regrade_id), regrade.summary or {}, failures, places)
        if regrade.state is not RegradeState.READY:
            raise RegradeError(N_("this regrade cannot be compared: it is still under way, or it was dropped"))
        return compare(
            self._regrades.works(regrade_id),
            self._regrades.reports(regrade_id),
            failures,
            places,
            regrade.counts,
            never_lower,
        )

    def start_applying(self, regrade_id: int, never_lower: bool, applied_by: str | None = None) -> Regrade:
        """Decide that it is applied. From here on it cannot be dropped, and goes on after any interruption.

        Raises:
            RegradeError: it is not ready, or was dropped
        """
        ready = self.get(regrade_id).state is RegradeState.READY
        summary = self.compare(regrade_id).summary() if ready else {}
        regrade = self._regrades.start_applying(regrade_id, never_lower, applied_by, summary)
        log.info("regrade %d is being applied by %s", regrade_id, applied_by or "the operator")
        return regrade

    def go_on_applying(self, regrade_id: int) -> None:
        """Give learner after learner the new gradings, and queue the scores that changed. May be called again."""
        for learner in self._regrades.left_to_apply(regrade_id):
            self._regrades.apply_to(regrade_id, learner)
        self._regrades.end_applying(regrade_id)

    def apply(self, regrade_id: int, never_lower: bool, applied_by: str | None = None) -> None:
        """Both steps at once."""
        self.start_applying(regrade_id, never_lower, applied_by)
        self.go_on_applying(regrade_id)

    def go_on(self) -> int:
        """End what somebody began to apply. Returns how many regrades that were."""
        begun = self._regrades.applying()
        for regrade in begun:
            self.go_on_applying(regrade.id)
            log.info("regrade %d is applied", regrade.id)
        return len(begun)

    def drop(self, regrade_id: int) -> None:
        """Throw the trials away; nothing that counts has changed.

        Raises:
            RegradeError: it is being applied, or over
        """
        self.get(regrade_id)
        if not self._regrades.drop(regrade_id):
            raise RegradeError(N_("this regrade cannot be dropped: it was applied, or dropped already"))
