"""The queue of learners' gradings: claimed with a lease, finished in one step with the passbacks that follow."""

from collections.abc import Mapping
from typing import Any

from sqlalchemy import select, update

from openjupyter_service.store.leases import Leases, claim_values, claimable, claimed, done_values, failed_values
from openjupyter_service.store.order import fair_order
from openjupyter_service.store.progress import note_graded, status_of
from openjupyter_service.store.records import Claimed, Counts
from openjupyter_service.store.scores import counted_score, queue_for_all
from openjupyter_service.store.tables import gradings, submissions


class Queue(Leases):
    """Gradings to be done."""

    table = gradings

    def claim(self, worker: str, lease_seconds: float) -> Claimed | None:
        """Take the next grading, queued or left by a worker whose lease ran out; None when there is nothing to do."""
        now = self._store.now()
        free = claimable(gradings, now)
        order = fair_order(free).subquery()
        following = (
            select(gradings.c.id)
            .join_from(gradings, order, gradings.c.id == order.c.id)
            .where(free)
            .order_by(order.c.place)
            .limit(1)
            .with_for_update(of=gradings, skip_locked=True)  # SQLite has no such clause and needs none
        )
        with self._store.read() as connection:  # idle workers must not take turns with those who write
            if connection.scalar(select(gradings.c.id).where(free).limit(1)) is None:
                return None
        with self._store.write() as connection:
            grading_id = connection.scalar(following)
            if grading_id is None:
                return None
            row = connection.execute(
                update(gradings)
                .where(gradings.c.id == grading_id)
                .values(claim_values(gradings, worker, now, lease_seconds))
                .returning(gradings.c.submission_id, gradings.c.attempts, gradings.c.queued_at)
            ).one()
            submission = connection.execute(select(submissions).where(submissions.c.id == row.submission_id)).one()
        return claimed(grading_id, row, submission, now + lease_seconds)

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
        now = self._store.now()
        values = done_values(now, report, score, timings, late_factor) | {"status": status_of(report)}
        with self._store.write() as connection:
            owner = connection.execute(
                select(submissions.c.learner, submissions.c.course, submissions.c.exercise)
                .join_from(submissions, gradings)
                .where(gradings.c.id == grading_id)
            ).first()
            if owner is None:
                return False
            # Two gradings of one learner that finish together must see each other's score.
            self._store.lock(connection, "scores", *owner)
            if not connection.execute(update(gradings).where(self.held(grading_id, worker)).values(values)).rowcount:
                return False
            note_graded(self._store, connection, grading_id, report)
            counted = counted_score(connection, *owner, counts) if score is not None else None
            if counted is not None:
                queue_for_all(connection, *owner, grading_id, counted.credit, comment, now)
        return True

    def fail(self, grading_id: int, worker: str, report: Mapping[str, Any]) -> bool:
        """Give a grading up after internal errors: its report is stored, no score, nothing is sent."""
        values = failed_values(self._store.now(), report) | {"status": status_of(report)}
        with self._store.write() as connection:
            if not connection.execute(update(gradings).where(self.held(grading_id, worker)).values(values)).rowcount:
                return False
            note_graded(self._store, connection, grading_id, report)
        return True
