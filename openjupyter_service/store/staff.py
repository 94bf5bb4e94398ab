"""What staff of an LMS course may see of scores on their way: those of their own courses, and nothing of another."""

from collections.abc import Collection
from typing import Any

from sqlalchemy import Select, and_, func, or_, select

from openjupyter_service.store.contexts import Context, placed_in, staffed
from openjupyter_service.store.engine import Store
from openjupyter_service.store.records import PassbackState
from openjupyter_service.store.tables import outbox, people, placements


class StaffScores:
    """Scores that an LMS has refused for good, or that have waited long; the newest of each placement alone."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def is_staff(self, person: str) -> bool:
        """Is this person staff of any LMS course?"""
        return bool(self._contexts(person))

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
        return query if person is None else query.where(placed_in(self._contexts(person)))

    def _contexts(self, person: str) -> set[Context]:
        with self._store.read() as connection:
            return staffed(connection, person)
