"""Courses that are followed in Git repositories: where from, with which secrets, and how the following goes."""

import json
from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import RowMapping, and_, insert, or_, select, update

from openjupyter_service.courses import CourseSecrets, FollowedCourse
from openjupyter_service.errors import CourseError, NotFound
from openjupyter_service.store.encryption import SecretBox
from openjupyter_service.store.engine import Store
from openjupyter_service.store.records import CourseSync
from openjupyter_service.store.tables import courses


class Courses:
    """The followed courses of a site. Secrets are encrypted at rest.

    Args:
        store: the database.
        box: for the secrets in it.
        configured: names of the courses in the settings file, which no followed course may have.
    """

    def __init__(self, store: Store, box: SecretBox, configured: Sequence[str] = ()) -> None:
        self._store = store
        self._box = box
        self._configured = frozenset(configured)

    def all(self) -> list[FollowedCourse]:
        """All that are followed, by name; a course of the settings file goes before one of the same name."""
        query = select(courses).where(courses.c.removed_at.is_(None)).order_by(courses.c.name)
        with self._store.read() as connection:
            rows = connection.execute(query).mappings().all()
        return [_course(row) for row in rows if row["name"] not in self._configured]

    def get(self, name: str) -> FollowedCourse | None:
        """The followed course of that name."""
        row = self._row(name)
        return None if row is None else _course(row)

    def secrets(self, name: str) -> CourseSecrets:
        """Its secrets; NotFound when there is no such course."""
        row = self._row(name)
        if row is None:
            raise _missing(name)
        return (
            CourseSecrets.model_validate_json(self._box.decrypt(row["secrets"])) if row["secrets"] else CourseSecrets()
        )

    def sync(self, name: str) -> CourseSync:
        """How following it goes; NotFound when there is no such course."""
        row = self._row(name)
        if row is None:
            raise _missing(name)
        return CourseSync(row["wanted_at"], row["synced_at"], row["ended_at"], row["problem"])

    def add(self, course: FollowedCourse, secrets: CourseSecrets) -> None:
        """Follow a course from now on; one that was removed comes back with its versions.

        Raises:
            CourseError: there is a course of this name already
        """
        now = self._store.now()
        values = {**self._values(course, secrets), "wanted_at": now}
        values |= {"synced_at": None, "ended_at": None, "problem": None}
        with self._store.write() as connection:
            self._store.lock(connection, "courses")
            if course.name in self._configured:
                raise CourseError(f"the course {course.name} is in the settings file already; choose another name")
            row = connection.execute(select(courses).where(courses.c.name == course.name)).first()
            if row is None:
                connection.execute(insert(courses).values(name=course.name, created_at=now, **values))
            elif row.removed_at is None:
                raise CourseError(f"there is a course {course.name} already; choose another name, or remove it first")
            else:
                connection.execute(
                    update(courses).where(courses.c.name == course.name).values(removed_at=None, **values)
                )

    def replace(self, course: FollowedCourse, secrets: CourseSecrets | None = None) -> None:
        """Change a followed course, found by its name; its secrets when given. NotFound when there is none."""
        values = {"values": course.model_dump(mode="json", exclude={"name"}), "wanted_at": self._store.now()}
        if secrets is not None:
            values = {**values, **self._values(course, secrets)}
        self._change(course.name, values)

    def remove(self, name: str) -> None:
        """Follow a course no longer and forget its secrets; what was handed in stays. NotFound when there is none."""
        self._change(name, {"removed_at": self._store.now(), "secrets": None})

    def want_sync(self, name: str) -> None:
        """Ask for a sync as soon as possible, from any process. NotFound when there is no such course."""
        self._change(name, {"wanted_at": self._store.now()})

    def due(self) -> list[FollowedCourse]:
        """Courses to be synced now: asked for, never done, or looked at too long ago."""
        now = self._store.now()
        asked = or_(
            courses.c.synced_at.is_(None),
            and_(courses.c.wanted_at.is_not(None), courses.c.wanted_at > courses.c.synced_at),
        )
        query = select(courses, asked.label("asked")).where(courses.c.removed_at.is_(None)).order_by(courses.c.name)
        with self._store.read() as connection:
            rows = connection.execute(query).mappings().all()
        found = []
        for row in rows:
            course = _course(row)
            polled = course.poll_seconds > 0 and now - (row["synced_at"] or 0.0) >= course.poll_seconds
            if (row["asked"] or polled) and course.name not in self._configured:
                found.append(course)
        return found

    def began_sync(self, name: str) -> None:
        """A sync begins now: what is asked for later wants another one."""
        self._change(name, {"synced_at": self._store.now()})

    def ended_sync(self, name: str, problem: str | None) -> None:
        """The sync has ended: well (None), or why not, in words."""
        self._change(name, {"ended_at": self._store.now(), "problem": problem})

    def _change(self, name: str, values: Mapping[str, Any]) -> None:
        is_it = and_(courses.c.name == name, courses.c.removed_at.is_(None))
        with self._store.write() as connection:
            if not connection.execute(update(courses).where(is_it).values(**values)).rowcount:
                raise _missing(name)

    def _row(self, name: str) -> RowMapping | None:
        query = select(courses).where(courses.c.name == name, courses.c.removed_at.is_(None))
        with self._store.read() as connection:
            return connection.execute(query).mappings().first()

    def _values(self, course: FollowedCourse, secrets: CourseSecrets) -> dict[str, Any]:
        shown = {name: value.get_secret_value() for name, value in secrets if value is not None}
        return {
            "values": course.model_dump(mode="json", exclude={"name"}),
            "secrets": self._box.encrypt(json.dumps(shown)),
        }


def _missing(name: str) -> NotFound:
    return NotFound(f"no course {name[:64]!r} is followed; `openjupyter course list` shows all")


def _course(row: RowMapping) -> FollowedCourse:
    return FollowedCourse.model_validate({**row["values"], "name": row["name"]})
