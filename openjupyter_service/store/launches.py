"""What launches leave behind: nonces, and placements."""

from typing import Any

from sqlalchemy import Connection, RowMapping, delete, exists, insert, select, update
from sqlalchemy.exc import IntegrityError

from openjupyter_service.store.engine import Store
from openjupyter_service.store.records import PassbackState, Placement
from openjupyter_service.store.scores import best_score, queue_passback, supersede
from openjupyter_service.store.tables import nonces, outbox, placements


class Launches:
    """Nonces and placements."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def use_nonce(self, platform: str, nonce: str, expires_at: float) -> bool:
        """Remember a nonce until `expires_at`; False when the platform has used it before. Forgets expired ones."""
        try:
            with self._store.write() as connection:
                connection.execute(delete(nonces).where(nonces.c.expires_at < self._store.now()))
                connection.execute(insert(nonces).values(platform=platform, nonce=nonce, expires_at=expires_at))
        except IntegrityError:
            return False
        return True

    def record(
        self,
        *,
        platform: str,
        context_id: str,
        resource_link_id: str,
        learner: str,
        course: str,
        exercise: str,
        outcome_url: str | None = None,
        sourcedid: str | None = None,
        context_title: str = "",
        resource_title: str = "",
    ) -> Placement:
        """Store a launch as a placement, new or known.

        A launch without outcome service (after the deadline, or by an instructor) keeps what an earlier one told.
        When the learner has been graded before and the LMS has not heard of it, the best score is queued for it.
        """
        now = self._store.now()
        identity = {
            "platform": platform,
            "context_id": context_id,
            "resource_link_id": resource_link_id,
            "learner": learner,
        }
        values: dict[str, Any] = {
            "course": course,
            "exercise": exercise,
            "context_title": context_title,
            "resource_title": resource_title,
            "last_launched_at": now,
        }
        if outcome_url is not None and sourcedid is not None:
            values |= {"outcome_url": outcome_url, "sourcedid": sourcedid}
        with self._store.write() as connection:
            self._store.lock(connection, "placement", *identity.values())
            # Against a grading that finishes meanwhile and does not see this placement yet.
            self._store.lock(connection, "scores", learner, course, exercise)
            known = connection.execute(select(placements).filter_by(**identity)).first()
            if known is None:
                written = connection.execute(
                    insert(placements).values(**identity, **values, created_at=now).returning(*placements.c)
                )
            else:
                written = connection.execute(
                    update(placements).where(placements.c.id == known.id).values(**values).returning(*placements.c)
                )
            placement = _placement(written.mappings().one())
            moved = known is not None and (known.course, known.exercise) != (course, exercise)
            if moved:
                supersede(connection, placement.id)
            if placement.has_outcome_service and (moved or not _has_heard(connection, placement.id)):
                best = best_score(connection, learner, course, exercise)
                if best is not None:
                    queue_passback(connection, placement.id, best.grading_id, best.score, None, now)
        return placement

    def placements(self, learner: str, course: str | None = None, exercise: str | None = None) -> list[Placement]:
        """A learner's placements, oldest first; of one course or exercise when named."""
        query = select(placements).where(placements.c.learner == learner).order_by(placements.c.id)
        if course is not None:
            query = query.where(placements.c.course == course)
        if exercise is not None:
            query = query.where(placements.c.exercise == exercise)
        with self._store.read() as connection:
            return [_placement(row) for row in connection.execute(query).mappings()]


def _has_heard(connection: Connection, placement_id: int) -> bool:
    return bool(
        connection.scalar(
            select(
                exists().where(
                    outbox.c.placement_id == placement_id,
                    outbox.c.state.in_([PassbackState.PENDING, PassbackState.SENT]),
                )
            )
        )
    )


def _placement(row: RowMapping) -> Placement:
    return Placement(**row)
