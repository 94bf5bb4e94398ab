"""What launches leave behind: nonces, and placements."""

import dataclasses
import math
from collections.abc import Sequence
from typing import Any

from sqlalchemy import ColumnElement, Connection, RowMapping, delete, exists, insert, select, update
from sqlalchemy.exc import IntegrityError

from openjupyter_service.store.engine import Store
from openjupyter_service.store.members import note_launch
from openjupyter_service.store.records import Counts, PassbackState, Placement
from openjupyter_service.store.scores import counted_score, queue_passback, supersede
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
        deployment: str = "",
        context_id: str,
        resource_link_id: str,
        learner: str,
        course: str,
        exercise: str,
        subject: str = "",
        is_staff: bool = False,
        outcome_url: str | None = None,
        sourcedid: str | None = None,
        lineitem_url: str | None = None,
        lineitems_url: str | None = None,
        scopes: Sequence[str] = (),
        context_title: str = "",
        resource_title: str = "",
        counts: Counts = Counts.BEST,
    ) -> Placement:
        """Store a launch as a placement, new or known.

        A launch without a service for scores (after the deadline, or by an instructor) keeps what an earlier one told.
        When the learner has been graded before and the LMS has not heard of it, the score that counts is queued for it.
        """
        now = self._store.now()
        identity = {
            "platform": platform,
            "deployment": deployment,
            "context_id": context_id,
            "resource_link_id": resource_link_id,
            "learner": learner,
        }
        values: dict[str, Any] = {
            "course": course,
            "exercise": exercise,
            "subject": subject,
            "is_staff": is_staff,
            "context_title": context_title,
            "resource_title": resource_title,
            "last_launched_at": now,
        }
        if outcome_url is not None and sourcedid is not None:
            values |= {"outcome_url": outcome_url, "sourcedid": sourcedid}
        if lineitem_url is not None or lineitems_url is not None:
            values |= {"lineitems_url": lineitems_url, "scopes": list(scopes)}
            if lineitem_url is not None:  # else the one that was found or made before stays
                values["lineitem_url"] = lineitem_url
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
            before = (known.course, known.exercise) if known is not None and moved else None
            note_launch(self._store, connection, placement, before)
            if placement.has_score_service and (moved or not _has_heard(connection, placement.id)):
                counted = counted_score(connection, learner, course, exercise, counts)
                if counted is not None:
                    queue_passback(connection, placement.id, counted.grading_id, counted.credit, None, now)
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

    def is_staff(self, learner: str, course: str) -> bool:
        """Has this person's last launch of any link to this course been one by staff?"""
        query = exists().where(placements.c.learner == learner, placements.c.course == course, placements.c.is_staff)
        with self._store.read() as connection:
            return bool(connection.scalar(select(query)))

    def contexts_of_staff(self, learner: str) -> list[tuple[str, str, str]]:
        """LMS courses in which this person is staff: platform, context id, and course."""
        columns = (placements.c.platform, placements.c.context_id, placements.c.course)
        query = select(*columns).where(placements.c.learner == learner, placements.c.is_staff).distinct()
        with self._store.read() as connection:
            return [(row.platform, row.context_id, row.course) for row in connection.execute(query.order_by(*columns))]

    def set_lineitem(self, placement_id: int, url: str) -> None:
        """A line item was found or made: it is that of everybody who has the same link."""
        self._change_lineitem(placement_id, placements.c.lineitem_url.is_distinct_from(url), url)

    def forget_lineitem(self, placement_id: int, url: str) -> None:
        """A line item is gone: nobody who has the same link sends to it any more."""
        self._change_lineitem(placement_id, placements.c.lineitem_url == url, None)

    def next_timestamp(self, placement_id: int) -> float:
        """A time for the next score: now, or a millisecond after the last one, whichever is later."""
        with self._store.write() as connection:
            self._store.lock(connection, "timestamp", str(placement_id))
            last = connection.scalar(select(placements.c.last_timestamp).where(placements.c.id == placement_id))
            # Whole milliseconds: that is how LMSes read and keep them.
            milliseconds = math.ceil(self._store.now() * 1000)
            if last is not None:
                milliseconds = max(milliseconds, round(last * 1000) + 1)
            connection.execute(
                update(placements).where(placements.c.id == placement_id).values(last_timestamp=milliseconds / 1000)
            )
        return milliseconds / 1000

    def _change_lineitem(self, placement_id: int, condition: ColumnElement[bool], url: str | None) -> None:
        link = (placements.c.platform, placements.c.deployment, placements.c.context_id, placements.c.resource_link_id)
        with self._store.write() as connection:
            row = connection.execute(select(*link).where(placements.c.id == placement_id)).first()
            if row is not None:
                connection.execute(
                    update(placements)
                    .where(*(column == value for column, value in zip(link, row, strict=True)), condition)
                    .values(lineitem_url=url)
                )


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


_FIELDS = [each.name for each in dataclasses.fields(Placement)]


def _placement(row: RowMapping) -> Placement:
    values = {name: row[name] for name in _FIELDS}
    return Placement(**values | {"scopes": tuple(row["scopes"])})
