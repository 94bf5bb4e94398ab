"""The queue of gradings: claimed with a lease, finished in one step with the passbacks that follow from it."""

import math
from collections.abc import Mapping
from typing import Any

from sqlalchemy import ColumnElement, and_, or_, select, update

from openjupyter_service.store.engine import Store
from openjupyter_service.store.order import fair_order
from openjupyter_service.store.progress import note_graded
from openjupyter_service.store.records import Claimed, Counts, GradingState
from openjupyter_service.store.scores import counted_score, queue_passback, waits_for_score
from openjupyter_service.store.tables import gradings, placements, submissions


class Queue:
    """Gradings to be done.

    A worker's name must be its own: two that share one could finish each other's gradings.
    """

    def __init__(self, store: Store) -> None:
        self._store = store

    def claim(self, worker: str, lease_seconds: float) -> Claimed | None:
        """Take the next grading, queued or left by a worker whose lease ran out; None when there is nothing to do."""
        now = self._store.now()
        claimable = _claimable(now)
        order = fair_order(claimable).subquery()
        following = (
            select(gradings.c.id)
            .join_from(gradings, order, gradings.c.id == order.c.id)
            .where(claimable)
            .order_by(order.c.place)
            .limit(1)
            .with_for_update(of=gradings, skip_locked=True)  # SQLite has no such clause and needs none
        )
        with self._store.read() as connection:  # idle workers must not take turns with those who write
            if connection.scalar(select(gradings.c.id).where(claimable).limit(1)) is None:
                return None
        with self._store.write() as connection:
            grading_id = connection.scalar(following)
            if grading_id is None:
                return None
            row = connection.execute(
                update(gradings)
                .where(gradings.c.id == grading_id)
                .values(
                    state=GradingState.RUNNING,
                    attempts=gradings.c.attempts + 1,
                    claimed_by=worker,
                    lease_until=now + lease_seconds,
                    started_at=now,
                )
                .returning(gradings.c.submission_id, gradings.c.attempts, gradings.c.queued_at)
            ).one()
            submission = connection.execute(select(submissions).where(submissions.c.id == row.submission_id)).one()
        return Claimed(
            grading_id=grading_id,
            submission_id=submission.id,
            learner=submission.learner,
            course=submission.course,
            exercise=submission.exercise,
            commit=submission.commit,
            private_commit=submission.private_commit,
            notebook_path=submission.notebook_path,
            created_at=submission.created_at,
            attempts=row.attempts,
            queued_at=row.queued_at,
            lease_until=now + lease_seconds,
        )

    def renew(self, grading_id: int, worker: str, lease_seconds: float) -> bool:
        """Hold a grading longer; False when another worker has taken it."""
        return self._change(grading_id, worker, {"lease_until": self._store.now() + lease_seconds})

    def release(self, grading_id: int, worker: str, delay_seconds: float = 0.0) -> bool:
        """Put a grading back, not to be claimed before the delay is over; False when it is not the worker's."""
        return self._change(grading_id, worker, _queued(self._store.now() + delay_seconds))

    def release_all(self, worker: str) -> int:
        """Put back all that a worker of this name held before it died. Returns how many."""
        with self._store.write() as connection:
            return connection.execute(
                update(gradings)
                .where(gradings.c.state == GradingState.RUNNING, gradings.c.claimed_by == worker)
                .values(_queued(self._store.now()))
            ).rowcount

    def finish(
        self,
        grading_id: int,
        worker: str,
        report: Mapping[str, Any],
        score: float | None,
        timings: Mapping[str, float],
        comment: str | None = None,
        *,
        late_factor: float = 1.0,
        counts: Counts = Counts.BEST,
    ) -> bool:
        """Store the report and queue the learner's score that counts for every LMS that waits for it, all or nothing.

        Args:
            grading_id: the grading.
            worker: who holds it.
            report: JSON without NaN or infinities.
            score: 0..1; None sends nothing.
            timings: seconds by stage.
            comment: text for the LMS.
            late_factor: what part of the score counts, 0..1; with 0 it does not count at all.
            counts: which of the learner's scores goes to the LMS.

        Returns:
            False, and nothing is stored, when the worker no longer holds the grading.

        Raises:
            ValueError: the score or the late factor is not within 0..1.
        """
        if score is not None and not (math.isfinite(score) and 0.0 <= score <= 1.0):
            raise ValueError(f"a score lies within 0 and 1, not {score}")
        if not 0.0 <= late_factor <= 1.0:
            raise ValueError(f"a late factor lies within 0 and 1, not {late_factor}")
        now = self._store.now()
        with self._store.write() as connection:
            values = _finished(GradingState.DONE, now) | {
                "report": dict(report),
                "status": _status(report),
                "score": score,
                "credit": score * late_factor if score is not None and late_factor > 0 else None,
                "timings": dict(timings),
            }
            owner = connection.execute(
                select(submissions.c.learner, submissions.c.course, submissions.c.exercise)
                .join_from(submissions, gradings)
                .where(gradings.c.id == grading_id)
            ).first()
            if owner is None:
                return False
            # Two gradings of one learner that finish together must see each other's score.
            self._store.lock(connection, "scores", *owner)
            if not connection.execute(update(gradings).where(_held(grading_id, worker)).values(values)).rowcount:
                return False
            note_graded(self._store, connection, grading_id, report)
            counted = counted_score(connection, *owner, counts) if score is not None else None
            if counted is not None:
                waiting = select(placements.c.id).where(
                    placements.c.learner == owner.learner,
                    placements.c.course == owner.course,
                    placements.c.exercise == owner.exercise,
                    waits_for_score(),
                )
                for placement_id in connection.scalars(waiting.order_by(placements.c.id)).all():
                    queue_passback(connection, placement_id, grading_id, counted.credit, comment, now)
        return True

    def fail(self, grading_id: int, worker: str, report: Mapping[str, Any]) -> bool:
        """Give a grading up after internal errors: its report is stored, no score, nothing is sent."""
        values = _finished(GradingState.FAILED, self._store.now()) | {
            "report": dict(report),
            "status": _status(report),
        }
        with self._store.write() as connection:
            if not connection.execute(update(gradings).where(_held(grading_id, worker)).values(values)).rowcount:
                return False
            note_graded(self._store, connection, grading_id, report)
        return True

    def _change(self, grading_id: int, worker: str, values: dict[str, Any]) -> bool:
        with self._store.write() as connection:
            result = connection.execute(update(gradings).where(_held(grading_id, worker)).values(values))
            return result.rowcount == 1


def _claimable(now: float) -> ColumnElement[bool]:
    return or_(
        and_(gradings.c.state == GradingState.QUEUED, gradings.c.available_at <= now),
        and_(gradings.c.state == GradingState.RUNNING, gradings.c.lease_until < now),
    )


def _held(grading_id: int, worker: str) -> ColumnElement[bool]:
    return and_(gradings.c.id == grading_id, gradings.c.state == GradingState.RUNNING, gradings.c.claimed_by == worker)


def _queued(available_at: float) -> dict[str, Any]:
    return {
        "state": GradingState.QUEUED,
        "available_at": available_at,
        "claimed_by": None,
        "lease_until": None,
        "started_at": None,
    }


def _status(report: Mapping[str, Any]) -> str | None:
    status = report.get("status")
    return str(status) if status is not None else None


def _finished(state: GradingState, now: float) -> dict[str, Any]:
    return {"state": state, "finished_at": now, "claimed_by": None, "lease_until": None}
