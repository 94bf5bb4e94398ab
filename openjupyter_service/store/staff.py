"""What staff of an LMS course may see of scores on their way: those of their own courses, and nothing of another."""

from collections.abc import Collection, Iterable
from typing import Any

from sqlalchemy import ColumnElement, Connection, Select, and_, false, func, or_, select, tuple_

from openjupyter_service.store.contexts import Context, context_of
from openjupyter_service.store.engine import Store
from openjupyter_service.store.records import PassbackState
from openjupyter_service.store.tables import outbox, people, placements


class StaffScores:
    """Scores that an LMS has refused for good, or that have waited long; the newest of each placement alone.

    An LMS course is known by platform, deployment and context id (LTI 1.3 core, section 5.4.1: an id is unique within
    its deployment). Of launches without a context the link itself takes its place.
    """

    def __init__(self, store: Store) -> None:
        self._store = store

    def is_staff(self, person: str) -> bool:
        """Is this person staff of any LMS course?"""
        with self._store.read() as connection:
            return bool(staff_courses(connection, person))

    def courses(self, person: str) -> set[str]:
        """Names of the courses that an LMS course of this person's has exercises of."""
        with self._store.read() as connection:
            theirs = is_in_courses(staff_courses(connection, person))
            return set(connection.scalars(select(placements.c.course).where(theirs).distinct()))

    def page(
        self, person: str | None, waiting_since: float, before: int | None, limit: int
    ) -> list[tuple[int, str | None]]:
        """Ids in the outbox, newest first, each with the learner's display name.

        Args:
            person: who looks: staff by their last launch of a course; None = the operator, who sees all.
            waiting_since: of scores that wait only those that were queued before this time.
            before: only ids below this one.
            limit: how many at most.
        """
        query = (
            self._query(person, waiting_since, outbox.c.id, people.c.display_name)
            .join(people, people.c.learner == placements.c.learner, isouter=True)
            .order_by(outbox.c.id.desc())
            .limit(limit)
        )
        if before is not None:
            query = query.where(outbox.c.id < before)
        with self._store.read() as connection:
            return [(row.id, row.display_name) for row in connection.execute(query)]

    def count(self, person: str | None, waiting_since: float) -> int:
        """How many there are."""
        with self._store.read() as connection:
            return connection.scalar(self._query(person, waiting_since, func.count())) or 0

    def visible(self, person: str | None, waiting_since: float, ids: Collection[int]) -> list[int]:
        """Those of these ids that this person may see and send again."""
        query = self._query(person, waiting_since, outbox.c.id).where(outbox.c.id.in_([*ids]))
        with self._store.read() as connection:
            return list(connection.scalars(query.order_by(outbox.c.id)))

    def _query(self, person: str | None, waiting_since: float, *columns: Any) -> Select[Any]:
        later = outbox.alias("later")
        is_newest = (
            ~select(later.c.id).where(later.c.placement_id == outbox.c.placement_id, later.c.id > outbox.c.id).exists()
        )
        troubled = or_(
            outbox.c.state == PassbackState.FAILED,
            and_(outbox.c.state == PassbackState.PENDING, outbox.c.created_at < waiting_since, outbox.c.attempts > 0),
        )
        query = select(*columns).select_from(outbox.join(placements)).where(troubled, is_newest)
        if person is None:
            return query
        with self._store.read() as connection:
            return query.where(is_in_courses(staff_courses(connection, person)))


def staff_courses(connection: Connection, person: str) -> set[Context]:
    """LMS courses of which this person's last launch was one by staff."""
    mine = (
        select(
            placements.c.platform,
            placements.c.deployment,
            placements.c.context_id,
            placements.c.resource_link_id,
            placements.c.is_staff,
        )
        .where(placements.c.learner == person)
        .order_by(placements.c.last_launched_at, placements.c.id)
    )
    rows = connection.execute(mine).all()
    last: dict[Context, bool] = {}
    for platform, deployment, context, link, is_staff in rows:
        last[context_of(platform, deployment, context, link)] = is_staff
    return {context for context, is_staff in last.items() if is_staff}


def is_in_courses(contexts: Iterable[Context]) -> ColumnElement[bool]:
    """Is a placement in one of these LMS courses?"""
    courses = [(platform, deployment, context) for platform, deployment, context, _ in contexts if context]
    links = [(platform, deployment, link) for platform, deployment, context, link in contexts if not context]
    where = (placements.c.platform, placements.c.deployment)
    found: list[ColumnElement[bool]] = [false()]
    if courses:
        found.append(tuple_(*where, placements.c.context_id).in_(courses))
    if links:
        found.append(and_(placements.c.context_id == "", tuple_(*where, placements.c.resource_link_id).in_(links)))
    return or_(*found)
