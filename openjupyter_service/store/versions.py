"""Versions of followed courses: each pair of commits that was fetched, checked, and published or refused."""

from collections.abc import Mapping
from typing import Any

from sqlalchemy import ColumnElement, RowMapping, and_, func, insert, select, update

from openjupyter_service.store.engine import Store
from openjupyter_service.store.records import CourseVersion, VersionState
from openjupyter_service.store.tables import course_versions, courses


class Versions:
    """Versions of all followed courses, and what their checks have found."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def add(self, course: str, public_commit: str, private_commit: str) -> int | None:
        """A pair of commits was fetched: to be checked, in the place of one that still waits.

        Returns:
            Id of the new version; None when it is the newest one, checked or not: the same commits and folders.
        """
        with self._store.write() as connection:
            self._store.lock(connection, "versions", course)
            followed = connection.scalar(select(courses.c["values"]).where(courses.c.name == course)) or {}
            pair = {
                "public_commit": public_commit,
                "private_commit": private_commit,
                **{f"{half}_folder": followed.get(half, {}).get("folder", "") for half in ("public", "private")},
            }
            newest = connection.execute(
                select(course_versions)
                .where(course_versions.c.course == course)
                .order_by(course_versions.c.id.desc())
                .limit(1)
            ).first()
            if newest and all(getattr(newest, name) == value for name, value in pair.items()):
                return None
            connection.execute(
                update(course_versions)
                .where(course_versions.c.course == course, course_versions.c.state == VersionState.WAITING)
                .values(state=VersionState.SUPERSEDED, finished_at=self._store.now())
            )
            return connection.execute(
                insert(course_versions)
                .values(
                    course=course,
                    **pair,
                    state=VersionState.WAITING,
                    created_at=self._store.now(),
                )
                .returning(course_versions.c.id)
            ).scalar_one()

    def claim(self, course: str) -> CourseVersion | None:
        """Take the newest version of a course that waits for its check; older ones are never checked.

        Two wait when one was put back after a newer one was fetched.

        Returns:
            The version, which is being checked now; None when none waits.
        """
        waits = and_(course_versions.c.course == course, course_versions.c.state == VersionState.WAITING)
        with self._store.write() as connection:
            self._store.lock(connection, "versions", course)
            newest = connection.scalar(select(func.max(course_versions.c.id)).where(waits))
            row = connection.execute(
                update(course_versions)
                .where(waits, course_versions.c.id == newest)
                .values(state=VersionState.CHECKING, started_at=self._store.now())
                .returning(*course_versions.c)
            ).first()
            connection.execute(
                update(course_versions)
                .where(waits)
                .values(state=VersionState.SUPERSEDED, finished_at=self._store.now())
            )
        return None if row is None else _version(row._mapping)

    def waiting(self) -> list[str]:
        """Names of the courses with a version that waits for its check, sorted."""
        query = select(course_versions.c.course).where(course_versions.c.state == VersionState.WAITING)
        with self._store.read() as connection:
            return list(connection.scalars(query.distinct().order_by(course_versions.c.course)))

    def release(self, version_id: int) -> None:
        """Put back one whose check came to no verdict."""
        with self._store.write() as connection:
            connection.execute(
                update(course_versions)
                .where(course_versions.c.id == version_id, course_versions.c.state == VersionState.CHECKING)
                .values(state=VersionState.WAITING, started_at=None)
            )

    def check_again(self, course: str) -> bool:
        """Let the newest version of a course, which was refused, wait for another check; False when it was not."""
        with self._store.write() as connection:
            self._store.lock(connection, "versions", course)
            newest = connection.scalar(select(func.max(course_versions.c.id)).where(course_versions.c.course == course))
            return bool(
                connection.execute(
                    update(course_versions)
                    .where(course_versions.c.id == newest, course_versions.c.state == VersionState.REFUSED)
                    .values(state=VersionState.WAITING, started_at=None, finished_at=None)
                ).rowcount
            )

    def release_all(self) -> int:
        """Put back the checks that a process has left which is no more. Returns how many."""
        with self._store.write() as connection:
            return connection.execute(
                update(course_versions)
                .where(course_versions.c.state == VersionState.CHECKING)
                .values(state=VersionState.WAITING, started_at=None)
            ).rowcount

    def publish(self, version_id: int, served_commit: str, report: Mapping[str, Any]) -> None:
        """It is sound: what learners get from now on."""
        self._finish(version_id, VersionState.PUBLISHED, report, served_commit)

    def refuse(self, version_id: int, report: Mapping[str, Any]) -> None:
        """It is broken: the last published one stays."""
        self._finish(version_id, VersionState.REFUSED, report, None)

    def get(self, version_id: int) -> CourseVersion | None:
        """The version of that id."""
        return next(iter(self._where(course_versions.c.id == version_id)), None)

    def published(self, course: str) -> CourseVersion | None:
        """The newest published version: what learners get now."""
        found = self._where(
            course_versions.c.course == course, course_versions.c.state == VersionState.PUBLISHED, limit=1
        )
        return next(iter(found), None)

    def of(self, course: str, limit: int = 50) -> list[CourseVersion]:
        """Versions of a course, newest first."""
        return self._where(course_versions.c.course == course, limit=limit)

    def _finish(
        self, version_id: int, state: VersionState, report: Mapping[str, Any], served_commit: str | None
    ) -> None:
        with self._store.write() as connection:
            connection.execute(
                update(course_versions)
                .where(course_versions.c.id == version_id, course_versions.c.state == VersionState.CHECKING)
                .values(state=state, report=dict(report), served_commit=served_commit, finished_at=self._store.now())
            )

    def _where(self, *conditions: ColumnElement[bool], limit: int | None = None) -> list[CourseVersion]:
        query = select(course_versions).where(*conditions).order_by(course_versions.c.id.desc()).limit(limit)
        with self._store.read() as connection:
            return [_version(row) for row in connection.execute(query).mappings()]


def _version(row: RowMapping) -> CourseVersion:
    return CourseVersion(**{**row, "state": VersionState(row["state"])})
