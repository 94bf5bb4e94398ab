"""The outbox: scores that wait to be accepted by an LMS."""

from collections.abc import Collection
from typing import Any

from sqlalchemy import func, select, update

from openjupyter_service.store.engine import Store
from openjupyter_service.store.records import OutboxItem, PassbackState
from openjupyter_service.store.tables import outbox, placements

_ERROR_CHARACTERS = 1000


class Outbox:
    """Scores to be sent. One process sends; `excluding_placements` keeps two sends to one placement apart."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def due(
        self,
        now: float,
        limit: int,
        excluding_placements: Collection[int] = (),
        excluding_platforms: Collection[str] = (),
    ) -> list[OutboxItem]:
        """What is to be sent now, longest due first; at most one item a placement."""
        query = (
            select(
                outbox.c.id,
                outbox.c.grading_id,
                outbox.c.placement_id,
                placements.c.platform,
                placements.c.outcome_url,
                placements.c.sourcedid,
                placements.c.learner,
                placements.c.course,
                placements.c.exercise,
                outbox.c.score,
                outbox.c.comment,
                outbox.c.attempts,
                outbox.c.created_at,
            )
            .join_from(outbox, placements)
            .where(
                outbox.c.state == PassbackState.PENDING,
                outbox.c.next_attempt_at <= now,
                outbox.c.placement_id.not_in(list(excluding_placements)),
                placements.c.platform.not_in(list(excluding_platforms)),
            )
            .order_by(outbox.c.next_attempt_at, outbox.c.id)
            .limit(limit)
        )
        with self._store.read() as connection:
            return [OutboxItem(**row._mapping) for row in connection.execute(query)]

    def sent(self, item_id: int, at: float) -> None:
        """The LMS has accepted it."""
        # Also one that was superseded while it was on its way: the LMS does have it.
        self._change(
            item_id,
            (PassbackState.PENDING, PassbackState.SUPERSEDED),
            {"state": PassbackState.SENT, "sent_at": at, "last_error": None},
        )

    def retry(self, item_id: int, error: str, next_attempt_at: float) -> None:
        """It did not arrive; try again at `next_attempt_at`, unless a newer score has taken its place."""
        self._change(item_id, (PassbackState.PENDING,), {"next_attempt_at": next_attempt_at} | _error(error))

    def failed(self, item_id: int, error: str) -> None:
        """The LMS will never take it. The next launch of the placement queues the score anew."""
        self._change(item_id, (PassbackState.PENDING,), {"state": PassbackState.FAILED} | _error(error))

    def pending_count(self) -> int:
        """How many scores wait."""
        query = select(func.count()).select_from(outbox).where(outbox.c.state == PassbackState.PENDING)
        with self._store.read() as connection:
            return connection.scalar(query) or 0

    def next_attempt_at(self) -> float | None:
        """When the next score is due, or None when none waits."""
        query = select(func.min(outbox.c.next_attempt_at)).where(outbox.c.state == PassbackState.PENDING)
        with self._store.read() as connection:
            return connection.scalar(query)

    def _change(self, item_id: int, states: tuple[PassbackState, ...], values: dict[str, Any]) -> None:
        with self._store.write() as connection:
            connection.execute(
                update(outbox)
                .where(outbox.c.id == item_id, outbox.c.state.in_(states))
                .values(values | {"attempts": outbox.c.attempts + 1})
            )


def _error(text: str) -> dict[str, Any]:
    return {"last_error": text[:_ERROR_CHARACTERS]}
