"""The outbox: scores that wait to be accepted by an LMS."""

import builtins
import dataclasses
from collections.abc import Collection
from typing import Any

from sqlalchemy import RowMapping, Select, func, select, tuple_, update

from openjupyter_service.store.engine import Store
from openjupyter_service.store.records import OutboxItem, PassbackState
from openjupyter_service.store.tables import gradings, outbox, placements, submissions

_ERROR_CHARACTERS = 1000
_UNSENT = (PassbackState.PENDING, PassbackState.FAILED, PassbackState.DROPPED)
_ITEM = [each.name for each in dataclasses.fields(OutboxItem)]
_OF_OUTBOX = [name for name in _ITEM if name in outbox.c]
_OF_PLACEMENT = [name for name in _ITEM if name in placements.c and name not in outbox.c]
_OF_SUBMISSION = (submissions.c.commit, submissions.c.private_commit)
_MAXIMUM = gradings.c.report["max_points"].as_float().label("maximum")


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
    ) -> builtins.list[OutboxItem]:
        """What is to be sent now, longest due first; at most one item a placement."""
        query = (
            _items()
            .where(
                outbox.c.state == PassbackState.PENDING,
                outbox.c.next_attempt_at <= now,
                outbox.c.placement_id.not_in([*excluding_placements]),
                placements.c.platform.not_in([*excluding_platforms]),
            )
            .order_by(outbox.c.next_attempt_at, outbox.c.id)
            .limit(limit)
        )
        return self._read(query)

    def list(
        self,
        state: PassbackState | None = None,
        platform: str | None = None,
        contexts: Collection[tuple[str, str]] | None = None,
        limit: int = 100,
    ) -> builtins.list[OutboxItem]:
        """Scores with what became of them, newest first.

        Args:
            state: only these; None = all.
            platform: only of this one.
            contexts: only of these LMS courses, each a platform and a context id; None = all.
            limit: how many at most.
        """
        query = _items().order_by(outbox.c.id.desc()).limit(limit)
        if state is not None:
            query = query.where(outbox.c.state == state)
        if platform is not None:
            query = query.where(placements.c.platform == platform)
        if contexts is not None:
            query = query.where(tuple_(placements.c.platform, placements.c.context_id).in_([*contexts]))
        return self._read(query)

    def get(self, item_ids: Collection[int]) -> builtins.list[OutboxItem]:
        """The scores of these ids."""
        return self._read(_items().where(outbox.c.id.in_([*item_ids])).order_by(outbox.c.id))

    def retry_now(self, item_ids: Collection[int]) -> int:
        """Send these at once: waiting ones, and refused or dropped ones unless a newer score has taken their place.

        Returns how many.
        """
        now, count = self._store.now(), 0
        for item in self.get(item_ids):
            with self._store.write() as connection:
                newer = select(outbox.c.id).where(
                    outbox.c.placement_id == item.placement_id,
                    outbox.c.id > item.id,
                    outbox.c.state.in_([PassbackState.PENDING, PassbackState.SENT]),
                )
                if connection.scalar(newer.limit(1)) is not None:
                    continue
                values = {"state": PassbackState.PENDING, "next_attempt_at": now}
                if item.state is not PassbackState.PENDING:
                    values["created_at"] = now  # another seven days
                count += connection.execute(
                    update(outbox).where(outbox.c.id == item.id, outbox.c.state.in_(_UNSENT)).values(values)
                ).rowcount
        return count

    def drop(self, item_ids: Collection[int]) -> int:
        """Give these up: waiting and refused ones. Returns how many."""
        with self._store.write() as connection:
            return connection.execute(
                update(outbox)
                .where(
                    outbox.c.id.in_([*item_ids]),
                    outbox.c.state.in_([PassbackState.PENDING, PassbackState.FAILED]),
                )
                .values(state=PassbackState.DROPPED)
            ).rowcount

    def postpone(self, platform: str, until: float, error: str) -> int:
        """Nothing is sent to a platform that is down before `until`. Returns how many scores wait for that."""
        of_platform = select(placements.c.id).where(placements.c.platform == platform)
        with self._store.write() as connection:
            return connection.execute(
                update(outbox)
                .where(
                    outbox.c.state == PassbackState.PENDING,
                    outbox.c.next_attempt_at < until,
                    outbox.c.placement_id.in_(of_platform),
                )
                .values(next_attempt_at=until, **_error(error))
            ).rowcount

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

    def _read(self, query: Select[Any]) -> builtins.list[OutboxItem]:
        with self._store.read() as connection:
            return [OutboxItem(**dict(row) | _decoded(row)) for row in connection.execute(query).mappings()]

    def _change(self, item_id: int, states: tuple[PassbackState, ...], values: dict[str, Any]) -> None:
        with self._store.write() as connection:
            connection.execute(
                update(outbox)
                .where(outbox.c.id == item_id, outbox.c.state.in_(states))
                .values(values | {"attempts": outbox.c.attempts + 1})
            )


def _items() -> Select[Any]:
    columns = [*(outbox.c[name] for name in _OF_OUTBOX), *(placements.c[name] for name in _OF_PLACEMENT)]
    return (
        select(*columns, *_OF_SUBMISSION, _MAXIMUM)
        .join_from(outbox, placements)
        .join(gradings, gradings.c.id == outbox.c.grading_id)
        .join(submissions, submissions.c.id == gradings.c.submission_id)
    )


def _decoded(row: RowMapping) -> dict[str, Any]:
    maximum = row["maximum"]
    return {
        "state": PassbackState(row["state"]),
        "scopes": tuple(row["scopes"]),
        # An exercise without points has a score nevertheless.
        "maximum": maximum if maximum is not None and maximum > 0 else 1.0,
    }


def _error(text: str) -> dict[str, Any]:
    return {"last_error": text[:_ERROR_CHARACTERS]}
