"""Followed courses as their staff see them: what is published, how following goes, and what checks have found."""

from dataclasses import dataclass

from openjupyter_service.courses import CourseSecrets, FollowedCourse
from openjupyter_service.errors import Forbidden, NotFound
from openjupyter_service.grading.follow import Follower
from openjupyter_service.grading.gate import Running
from openjupyter_service.language import N_
from openjupyter_service.secrets import site_secret
from openjupyter_service.settings import Settings
from openjupyter_service.store.courses import Courses
from openjupyter_service.store.encryption import SecretBox
from openjupyter_service.store.engine import Store
from openjupyter_service.store.records import CourseSync, CourseVersion
from openjupyter_service.store.staff import StaffScores
from openjupyter_service.store.versions import Versions

VERSIONS = 10


@dataclass(frozen=True)
class CourseLine:
    """A followed course in a list."""

    name: str
    published: CourseVersion | None
    newest: CourseVersion | None
    sync: CourseSync
    is_syncing: bool


@dataclass(frozen=True)
class CoursePage:
    """All of one followed course."""

    course: FollowedCourse
    published: CourseVersion | None
    versions: list[CourseVersion]
    """Newest first."""
    sync: CourseSync
    is_syncing: bool
    trouble: str | None
    """Why a version that waits could not be checked yet, in words."""
    running: Running | None


class CourseView:
    """What a person may see and do about followed courses; blocks. `person` is a hub username, None the operator.

    Staff of an LMS course see the courses that exercises are linked from there: findings quote tests and solutions.
    """

    def __init__(self, settings: Settings, store: Store, follower: Follower) -> None:
        box = SecretBox(site_secret(settings.data_dir, "store"))
        self._courses = Courses(store, box, [course.name for course in settings.courses])
        self._versions = Versions(store)
        self._staff = StaffScores(store)
        self._follower = follower

    def lines(self, person: str | None) -> list[CourseLine]:
        """The followed courses that this person may see, by name."""
        mine = self._staff.courses(person) if person is not None else None
        return [self._line(course.name) for course in self._courses.all() if mine is None or course.name in mine]

    def page(self, person: str | None, name: str) -> CoursePage:
        """One of them; NotFound when there is none of that name for this person."""
        course = self._visible(person, name)
        return CoursePage(
            course=course,
            published=self._versions.published(name),
            versions=self._versions.of(name, VERSIONS),
            sync=self._courses.sync(name),
            is_syncing=self._follower.is_syncing(name),
            trouble=self._follower.trouble(name),
            running=self._follower.running(name),
        )

    def running(self, person: str | None, name: str) -> Running | None:
        """How far the check of a course is; NotFound as above."""
        self._visible(person, name)
        return self._follower.running(name)

    def sync(self, person: str | None, name: str) -> None:
        """Have it fetched now; NotFound as above."""
        self._visible(person, name)
        self._courses.want_sync(name)
        self._follower.wake()

    def check_again(self, person: str | None, name: str) -> None:
        """Have its newest version checked again, if that was refused; NotFound as above."""
        self._visible(person, name)
        self._versions.check_again(name)
        self._follower.wake()

    def add(self, person: str | None, course: FollowedCourse, secrets: CourseSecrets) -> None:
        """Follow another course. Forbidden but for the operator; CourseError when its name is taken."""
        self._operator_only(person)
        self._courses.add(course, secrets)
        self._follower.wake()

    def remove(self, person: str | None, name: str) -> None:
        """Follow a course no longer. Forbidden but for the operator; NotFound when there is none."""
        self._operator_only(person)
        self._courses.remove(name)

    def _line(self, name: str) -> CourseLine:
        return CourseLine(
            name=name,
            published=self._versions.published(name),
            newest=next(iter(self._versions.of(name, 1)), None),
            sync=self._courses.sync(name),
            is_syncing=self._follower.is_syncing(name),
        )

    def _visible(self, person: str | None, name: str) -> FollowedCourse:
        course = next((each for each in self._courses.all() if each.name == name), None)
        if course is None or (person is not None and name not in self._staff.courses(person)):
            raise NotFound(N_("there is no such course among yours that is followed in Git repositories"))
        return course

    def _operator_only(self, person: str | None) -> None:
        if person is not None:
            raise Forbidden(N_("only the operator of this installation can do that"))
