"""Gradings that a worker holds until a lease runs out: learners' own, and the trials of a regrade."""

import math
from collections.abc import Mapping
from typing import Any

from sqlalchemy import ColumnElement, Row, Table, and_, literal_column, or_, update

from openjupyter_service.store.engine import Store
from openjupyter_service.store.records import Claimed, GradingState

_UNFINISHED = (GradingState.QUEUED, GradingState.RUNNING)


class Leases:
    """Rows of one table that are claimed, held, and put back or finished.

    A worker's name must be its own: two that share one could finish each other's gradings.
    """

    table: Table
    """`gradings`, or one that has the same columns for state, attempts, lease and result."""

    def __init__(self, store: Store) -> None:
        self._store = store

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
                update(self.table)
                .where(
                    unfinished(self.table),
                    self.table.c.state == GradingState.RUNNING,
                    self.table.c.claimed_by == worker,
                )
                .values(_queued(self._store.now()))
            ).rowcount

    def held(self, grading_id: int, worker: str) -> ColumnElement[bool]:
        """Is it this grading, and does this worker hold it?"""
        columns = self.table.c
        return and_(columns.id == grading_id, columns.state == GradingState.RUNNING, columns.claimed_by == worker)

    def _change(self, grading_id: int, worker: str, values: dict[str, Any]) -> bool:
        with self._store.write() as connection:
            result = connection.execute(update(self.table).where(self.held(grading_id, worker)).values(values))
            return result.rowcount == 1


def unfinished(table: Table) -> ColumnElement[bool]:
    """Gradings that have not ended, in the very words of the index of these alone.

    SQLite takes that index only for a query that says so literally; without it, it looks at all there have ever been.
    """
    return table.c.state.in_([literal_column(f"'{state.value}'") for state in _UNFINISHED])


def claimable(table: Table, now: float) -> ColumnElement[bool]:
    """Gradings that wait, and those whose worker let its lease run out."""
    return and_(
        unfinished(table),
        or_(
            and_(table.c.state == GradingState.QUEUED, table.c.available_at <= now),
            and_(table.c.state == GradingState.RUNNING, table.c.lease_until < now),
        ),
    )


def claim_values(table: Table, worker: str, now: float, lease_seconds: float) -> dict[str, Any]:
    """What a claim writes."""
    return {
        "state": GradingState.RUNNING,
        "attempts": table.c.attempts + 1,
        "claimed_by": worker,
        "lease_until": now + lease_seconds,
        "started_at": now,
    }


def done_values(
    now: float, report: Mapping[str, Any], score: float | None, timings: Mapping[str, float], late_factor: float
) -> dict[str, Any]:
    """What a grading that came to its end writes.

    Raises:
        ValueError: the score or the late factor is not within 0..1.
    """
    if score is not None and not (math.isfinite(score) and 0.0 <= score <= 1.0):
        raise ValueError(f"a score lies within 0 and 1, not {score}")
    if not 0.0 <= late_factor <= 1.0:
        raise ValueError(f"a late factor lies within 0 and 1, not {late_factor}")
    return _ended(GradingState.DONE, now) | {
        "report": dict(report),
        "score": score,
        "credit": score * late_factor if score is not None and late_factor > 0 else None,
        "timings": dict(timings),
    }


def failed_values(now: float, report: Mapping[str, Any]) -> dict[str, Any]:
    """What a grading that is given up writes."""
    return _ended(GradingState.FAILED, now) | {"report": dict(report)}


def _queued(available_at: float) -> dict[str, Any]:
    return {
        "state": GradingState.QUEUED,
        "available_at": available_at,
        "claimed_by": None,
        "lease_until": None,
        "started_at": None,
    }


def _ended(state: GradingState, now: float) -> dict[str, Any]:
    return {"state": state, "finished_at": now, "claimed_by": None, "lease_until": None}


def claimed(grading_id: int, row: Row[Any], submission: Row[Any], lease_until: float) -> Claimed:
    """What a worker holds: `row` has attempts and time of queueing of the grading, `submission` all of its own."""
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
        lease_until=lease_until,
    )
