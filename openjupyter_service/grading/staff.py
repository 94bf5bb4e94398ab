"""Scores that did not arrive, as staff of a course read them: whose, where to, what the LMS said, and what to do."""

import time
from collections.abc import Callable
from dataclasses import dataclass

from openjupyter_service.errors import NotFound, OpenJupyterError
from openjupyter_service.grading.advice import advice
from openjupyter_service.grading.courses import SiteCourses
from openjupyter_service.grading.submit import find_exercise
from openjupyter_service.language import N_
from openjupyter_service.secrets import site_secret
from openjupyter_service.settings import Settings
from openjupyter_service.store.encryption import SecretBox
from openjupyter_service.store.engine import Store
from openjupyter_service.store.outbox import Outbox
from openjupyter_service.store.platforms import Platforms
from openjupyter_service.store.records import OutboxItem, PassbackState
from openjupyter_service.store.staff import StaffScores

PAGE = 50
LONG_SECONDS = 900.0
"""A score that has waited longer is shown, though it is still being sent."""
MAX_AT_ONCE = 10_000


@dataclass(frozen=True)
class Trouble:
    """One score that did not arrive. Times are Unix seconds."""

    id: int
    learner: str
    """Hub username."""
    name: str | None
    """Display name, where the LMS has told it."""
    course: str
    exercise: str
    exercise_title: str
    commit: str | None
    """What was graded: the course as learners pull it."""
    private_commit: str | None
    """And its private half; None for a course on this machine."""
    lms: str
    context_title: str
    resource_title: str
    score: float
    """0..1."""
    points: float
    max_points: float
    is_final: bool
    """Refused for good; else it is sent again at `next_attempt_at`."""
    since: float
    attempts: int
    next_attempt_at: float | None
    said: str
    """What the LMS answered, or why it could not be asked."""
    advice: list[str]
    """What to do about it: texts to translate."""


@dataclass(frozen=True)
class Troubles:
    """One page of them, newest first."""

    count: int
    """On all pages."""
    found: list[Trouble]
    older: int | None
    """Where the next page begins; None on the last one."""


class StaffView:
    """What a person may see and do about scores; blocks. `person` is a hub username, None the operator."""

    def __init__(self, settings: Settings, store: Store, clock: Callable[[], float] = time.time) -> None:
        self._courses = SiteCourses(settings, store)
        self._clock = clock
        self._scores, self._outbox = StaffScores(store), Outbox(store)
        self._platforms = Platforms(store, SecretBox(site_secret(settings.data_dir, "store")), settings.platforms)

    def is_staff(self, person: str) -> bool:
        """Is this person staff of any LMS course, by their last launch of it?"""
        return self._scores.is_staff(person)

    def page(self, person: str | None, before: int | None = None) -> Troubles:
        """Scores of this person's courses that did not arrive, those with ids below `before`."""
        since = self._since()
        rows = self._scores.page(person, since, before, PAGE + 1)
        names = dict(rows[:PAGE])
        items = sorted(self._outbox.get(list(names)), key=lambda item: -item.id)
        titles, platforms = self._titles(items), {each.name: each.shown_title for each in self._platforms.all()}
        found = [self._trouble(item, names[item.id], titles, platforms) for item in items]
        return Troubles(self._scores.count(person, since), found, rows[PAGE - 1][0] if len(rows) > PAGE else None)

    def send_again(self, person: str | None, item_id: int | None) -> int:
        """Send one of them at once, or all (None). Returns how many go out.

        Raises:
            NotFound: there is no such score in this person's courses.
        """
        since = self._since()
        if item_id is None:
            ids = [number for number, _ in self._scores.page(person, since, None, MAX_AT_ONCE)]
        else:
            ids = self._scores.visible(person, since, [item_id])
            if not ids:
                raise NotFound(N_("there is no such score in your courses; perhaps it has arrived meanwhile"))
        return self._outbox.retry_now(ids)

    def _since(self) -> float:
        return self._clock() - LONG_SECONDS

    def _titles(self, items: list[OutboxItem]) -> dict[tuple[str, str], str]:
        found = {}
        for key in {(item.course, item.exercise) for item in items}:
            try:
                found[key] = find_exercise(self._courses, *key).title
            except OpenJupyterError:
                found[key] = key[1]
        return found

    def _trouble(
        self, item: OutboxItem, name: str | None, titles: dict[tuple[str, str], str], platforms: dict[str, str]
    ) -> Trouble:
        is_final = item.state is PassbackState.FAILED
        return Trouble(
            id=item.id,
            learner=item.learner,
            name=name,
            course=item.course,
            exercise=item.exercise,
            exercise_title=titles[item.course, item.exercise],
            commit=item.commit,
            private_commit=item.private_commit,
            lms=platforms.get(item.platform, item.platform),
            context_title=item.context_title,
            resource_title=item.resource_title,
            score=item.score,
            points=item.score * item.maximum,
            max_points=item.maximum,
            is_final=is_final,
            since=item.created_at,
            attempts=item.attempts,
            next_attempt_at=None if is_final else item.next_attempt_at,
            said=item.last_error or "",
            advice=advice(item.last_error or "", is_final),
        )
