"""What is published of followed courses: read on every request, so without secrets and without reports."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from sqlalchemy import ColumnElement, RowMapping, Select, func, select

from openjupyter_service.courses import FollowedCourse
from openjupyter_service.store.engine import Store
from openjupyter_service.store.records import PublishedVersion, VersionState
from openjupyter_service.store.tables import course_versions, courses

_COLUMNS = (
    courses.c.name,
    courses.c["values"],
    course_versions.c.id,
    course_versions.c.public_commit,
    course_versions.c.private_commit,
    course_versions.c.private_folder,
    course_versions.c.served_commit,
)
_IS_PUBLISHED = course_versions.c.state == VersionState.PUBLISHED


class Published:
    """Published versions.

    Args:
        store: the database.
        configured: names of the courses in the settings file, which go before followed ones of the same name.
    """

    def __init__(self, store: Store, configured: Iterable[str] = ()) -> None:
        self._store = store
        self._configured = frozenset(configured)
        # Checking a course's values looks at folders of the disk, and they seldom change.
        self._courses: dict[str, tuple[Mapping[str, Any], FollowedCourse]] = {}

    def all(self) -> list[PublishedVersion]:
        """The newest published version of every followed course that has one, by name."""
        newest = select(func.max(course_versions.c.id)).where(_IS_PUBLISHED).group_by(course_versions.c.course)
        found = self._find(courses.c.removed_at.is_(None), course_versions.c.id.in_(newest))
        return [each for each in found if each.course.name not in self._configured]

    def get(self, name: str) -> PublishedVersion | None:
        """The newest published version of the followed course of that name."""
        if name in self._configured:
            return None
        return next(iter(self._find(courses.c.name == name, courses.c.removed_at.is_(None), limit=1)), None)

    def at(self, name: str, served_commit: str, private_commit: str) -> PublishedVersion | None:
        """The version of these commits that was published once; also of a course that was removed since."""
        conditions = (
            courses.c.name == name,
            course_versions.c.served_commit == served_commit,
            course_versions.c.private_commit == private_commit,
        )
        return next(iter(self._find(*conditions, limit=1)), None)

    def history(self, name: str) -> list[tuple[str, str, str]]:
        """Every version that was published, oldest first: commit and folder of its public half, commit as served."""
        query = (
            select(course_versions.c.public_commit, course_versions.c.public_folder, course_versions.c.served_commit)
            .where(_IS_PUBLISHED, course_versions.c.course == name)
            .order_by(course_versions.c.id)
        )
        with self._store.read() as connection:
            return [(row.public_commit, row.public_folder, row.served_commit) for row in connection.execute(query)]

    def _find(self, *conditions: ColumnElement[bool], limit: int | None = None) -> Sequence[PublishedVersion]:
        query: Select[tuple[object, ...]] = (
            select(*_COLUMNS)
            .join_from(courses, course_versions, courses.c.name == course_versions.c.course)
            .where(_IS_PUBLISHED, *conditions)
            .order_by(courses.c.name, course_versions.c.id.desc())
            .limit(limit)
        )
        with self._store.read() as connection:
            return [self._version(row) for row in connection.execute(query).mappings()]

    def _version(self, row: RowMapping) -> PublishedVersion:
        return PublishedVersion(
            self._course(row["name"], row["values"]),
            row["id"],
            row["public_commit"],
            row["private_commit"],
            row["private_folder"],
            row["served_commit"],
        )

    def _course(self, name: str, values: Mapping[str, Any]) -> FollowedCourse:
        known, course = self._courses.get(name, (None, None))
        if course is None or known != values:
            course = FollowedCourse.model_validate({**values, "name": name})
            self._courses[name] = values, course
        return course
