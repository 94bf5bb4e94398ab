"""Trial gradings of regrades: done by the workers when no learner waits, and looked at by nobody else until applied."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from sqlalchemy import Connection, exists, func, select, update

from openjupyter_service.store.leases import Leases, claim_values, claimable, claimed, done_values, failed_values
from openjupyter_service.store.records import Claimed, GradingState, RegradeState
from openjupyter_service.store.tables import gradings, regrade_trials, regrades, submissions


class Trials(Leases):
    """Trial gradings to be done. With the last one the regrade is ready."""

    table = regrade_trials

    def claim(self, worker: str, lease_seconds: float) -> Claimed | None:
        """Take the next trial; None when there is none, and as long as a grading of learners could be taken.

        `commit` and `private_commit` are those that the regrade grades with.
        """
        now = self._store.now()
        free = claimable(regrade_trials, now)
        learners_first = claimable(gradings, now)
        following = (
            select(regrade_trials.c.id)
            .where(free)
            .order_by(regrade_trials.c.id)
            .limit(1)
            .with_for_update(of=regrade_trials, skip_locked=True)
        )
        with self._store.read() as connection:  # idle workers must not take turns with those who write
            if connection.scalar(select(regrade_trials.c.id).where(free).limit(1)) is None:
                return None
        with self._store.write() as connection:
            if connection.scalar(select(gradings.c.id).where(learners_first).limit(1)) is not None:
                return None
            trial_id = connection.scalar(following)
            if trial_id is None:
                return None
            row = connection.execute(
                update(regrade_trials)
                .where(regrade_trials.c.id == trial_id)
                .values(claim_values(regrade_trials, worker, now, lease_seconds))
                .returning(
                    regrade_trials.c.submission_id,
                    regrade_trials.c.regrade_id,
                    regrade_trials.c.attempts,
                    regrade_trials.c.queued_at,
                )
            ).one()
            submission = connection.execute(select(submissions).where(submissions.c.id == row.submission_id)).one()
            regrade = connection.execute(select(regrades).where(regrades.c.id == row.regrade_id)).one()
        # A course on this machine has the commits of its own submissions alone, not those of when it was followed.
        own = submission.commit if submission.private_commit is None else None
        return replace(
            claimed(trial_id, row, submission, now + lease_seconds),
            commit=regrade.commit or own,
            private_commit=regrade.private_commit,
            regrade_id=row.regrade_id,
        )

    def finish(
        self,
        grading_id: int,
        worker: str,
        report: Mapping[str, Any],
        score: float | None,
        timings: Mapping[str, float],
        *,
        late_factor: float = 1.0,
    ) -> bool:
        """Store what a trial gave; nothing that counts changes, and nothing is sent.

        Returns:
            False, and nothing is stored, when the worker no longer holds the trial, or the regrade was dropped.

        Raises:
            ValueError: the score or the late factor is not within 0..1.
        """
        return self._end(grading_id, worker, done_values(self._store.now(), report, score, timings, late_factor))

    def fail(self, grading_id: int, worker: str, report: Mapping[str, Any]) -> bool:
        """Give a trial up after internal errors: its submission keeps the grading that it has."""
        return self._end(grading_id, worker, failed_values(self._store.now(), report))

    def _end(self, trial_id: int, worker: str, values: dict[str, Any]) -> bool:
        with self._store.write() as connection:
            regrade_id = connection.scalar(select(regrade_trials.c.regrade_id).where(regrade_trials.c.id == trial_id))
            if regrade_id is None:
                return False
            # Of two that end together the second one must see that the first has ended.
            self._store.lock(connection, "regrade", str(regrade_id))
            if not connection.execute(
                update(regrade_trials).where(self.held(trial_id, worker)).values(values)
            ).rowcount:
                return False
            settle(connection, regrade_id, self._store.now())
        return True


def settle(connection: Connection, regrade_id: int, now: float) -> None:
    """A regrade is ready once none of its trials is left to be done."""
    left = exists().where(
        regrade_trials.c.regrade_id == regrade_id,
        regrade_trials.c.state.in_([GradingState.QUEUED, GradingState.RUNNING]),
    )
    connection.execute(
        update(regrades)
        .where(regrades.c.id == regrade_id, regrades.c.state == RegradeState.GRADING, ~left)
        .values(state=RegradeState.READY, ready_at=now)
    )


def count_by_state(connection: Connection, regrade_id: int) -> dict[GradingState, int]:
    """How many trials of a regrade stand where; states without any are left out."""
    query = (
        select(regrade_trials.c.state, func.count())
        .where(regrade_trials.c.regrade_id == regrade_id)
        .group_by(regrade_trials.c.state)
    )
    return {GradingState(state): count for state, count in connection.execute(query)}
