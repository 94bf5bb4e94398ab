"""Regrades: all submissions of one exercise graded anew beside what counts, compared, and then applied or dropped."""

import dataclasses
from collections.abc import Iterator, Mapping
from itertools import groupby
from typing import Any

from sqlalchemy import RowMapping, Select, delete, exists, func, insert, select, update
from sqlalchemy.exc import IntegrityError

from openjupyter_service.errors import RegradeError
from openjupyter_service.language import N_
from openjupyter_service.store.engine import Store
from openjupyter_service.store.leases import unfinished
from openjupyter_service.store.progress import note_regraded
from openjupyter_service.store.records import (
    Counts,
    GradingState,
    Regrade,
    RegradeChange,
    RegradeProgress,
    RegradeState,
)
from openjupyter_service.store.regrade_queries import chosen, is_applied, replace, work, works
from openjupyter_service.store.regraded import Work, differ, outcome
from openjupyter_service.store.scores import counted_score, latest_done, queue_for_all, waits_for_score
from openjupyter_service.store.tables import (
    gradings,
    placements,
    regrade_learners,
    regrade_trials,
    regrades,
    submissions,
)
from openjupyter_service.store.trials import count_by_state

_OPEN = (RegradeState.GRADING, RegradeState.READY, RegradeState.APPLYING)
_FIELDS = [each.name for each in dataclasses.fields(Regrade)]


class Regrades:
    """Regrades, what they would change, and changing it."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def begin(
        self,
        course: str,
        exercise: str,
        *,
        commit: str | None,
        private_commit: str | None,
        counts: Counts,
        begun_by: str | None,
    ) -> Regrade:
        """Queue a trial grading of every submission of an exercise that may have met another version of its tests.

        These are all that were graded or given up, those that a worker has in hand, and those that wait to be graded
        with another private half; one that waits for the same is graded with it anyway.

        Args:
            course: name of the course.
            exercise: name of the exercise.
            commit: of the course as learners pull it, to be graded with; None = each submission's own.
            private_commit: of the private half, likewise; None for a course on this machine.
            counts: which of a learner's scores counts.
            begun_by: hub username; None = the operator.

        Raises:
            RegradeError: there is nothing to grade, or another regrade of this exercise is open.
        """
        now = self._store.now()
        values = {"course": course, "exercise": exercise, "commit": commit, "private_commit": private_commit}
        try:
            with self._store.write() as connection:
                row = connection.execute(
                    insert(regrades)
                    .values(**values, counts=counts, state=RegradeState.GRADING, begun_by=begun_by, created_at=now)
                    .returning(*regrades.c)
                ).mappings().one()  # fmt: skip
                trials = chosen(row["id"], course, exercise, private_commit, now)
                columns = ["regrade_id", "submission_id", "state", "attempts", "queued_at", "available_at"]
                connection.execute(insert(regrade_trials).from_select(columns, trials))
                if not count_by_state(connection, row["id"]):
                    raise RegradeError(
                        N_("nothing to grade anew: nobody has handed in {exercise} yet"), exercise=repr(exercise)
                    )
        except IntegrityError:
            raise RegradeError(
                N_("a regrade of this exercise is under way already; apply or drop that one first")
            ) from None
        return _regrade(row)

    def get(self, regrade_id: int) -> Regrade | None:
        """The regrade of that id."""
        return next(iter(self._read(select(regrades).where(regrades.c.id == regrade_id))), None)

    def open(self, course: str, exercise: str) -> Regrade | None:
        """The regrade of an exercise that is neither applied nor dropped; there is one at most."""
        where = (regrades.c.course == course, regrades.c.exercise == exercise, regrades.c.state.in_(_OPEN))
        return next(iter(self._read(select(regrades).where(*where))), None)

    def all(self, limit: int = 100) -> list[Regrade]:
        """Regrades, newest first."""
        return self._read(select(regrades).order_by(regrades.c.id.desc()).limit(limit))

    def applying(self) -> list[Regrade]:
        """Those that somebody began to apply, and perhaps did not end."""
        return self._read(select(regrades).where(regrades.c.state == RegradeState.APPLYING).order_by(regrades.c.id))

    def progress(self, regrade_id: int) -> RegradeProgress:
        """How far the trials are."""
        with self._store.read() as connection:
            counts = count_by_state(connection, regrade_id)
            learners = connection.scalar(select(func.count()).where(unfinished(gradings))) or 0
        done, failed = counts.get(GradingState.DONE, 0), counts.get(GradingState.FAILED, 0)
        running = counts.get(GradingState.RUNNING, 0)
        return RegradeProgress(sum(counts.values()), done, failed, running, learners)

    def works(self, regrade_id: int) -> Iterator[tuple[str, list[Work]]]:
        """All submissions of each learner who has a trial, those of the regrade and others, by learner."""
        with self._store.read() as connection:
            rows = [work(row) for row in connection.execute(works(regrade_id)).mappings()]
        for learner, of_learner in groupby(rows, key=lambda each: each.learner):
            yield learner, list(of_learner)

    def places(self, course: str, exercise: str) -> dict[str, int]:
        """How many links in LMSes take a learner's score, by hub username; learners without any are left out."""
        query = (
            select(placements.c.learner, func.count())
            .where(placements.c.course == course, placements.c.exercise == exercise, waits_for_score())
            .group_by(placements.c.learner)
        )
        with self._store.read() as connection:
            return {learner: count for learner, count in connection.execute(query)}

    def reports(self, regrade_id: int) -> Iterator[tuple[Mapping[str, Any], Mapping[str, Any]]]:
        """Of each submission that has both: the report that counts now, and that of its trial."""
        query = (
            select(gradings.c.report, regrade_trials.c.report.label("trial_report"))
            .join_from(regrade_trials, submissions)
            .join(gradings, gradings.c.id == latest_done())
            .where(regrade_trials.c.regrade_id == regrade_id, regrade_trials.c.state == GradingState.DONE)
            .execution_options(yield_per=50)  # reports are large, and there are many
        )
        with self._store.read() as connection:
            for now, trial in connection.execute(query):
                if now and trial:
                    yield now, trial

    def failures(self, regrade_id: int) -> list[tuple[str, str]]:
        """Trials that were given up: the learner, and why, for staff alone."""
        fault = regrade_trials.c.report[("staff", "fault")].as_string()
        query = (
            select(submissions.c.learner, fault)
            .join_from(regrade_trials, submissions)
            .where(regrade_trials.c.regrade_id == regrade_id, regrade_trials.c.state == GradingState.FAILED)
            .order_by(regrade_trials.c.id)
        )
        with self._store.read() as connection:
            return [(learner, why or "") for learner, why in connection.execute(query)]

    def changes(self, regrade_id: int) -> list[RegradeChange]:
        """What was changed for whom, of a regrade that is applied, or being applied."""
        query = select(regrade_learners).where(regrade_learners.c.regrade_id == regrade_id)
        with self._store.read() as connection:
            rows = connection.execute(query.order_by(regrade_learners.c.learner))
            return [RegradeChange(row.learner, row.before, row.after, row.graded) for row in rows]

    def start_applying(
        self, regrade_id: int, never_lower: bool, applied_by: str | None, summary: Mapping[str, Any]
    ) -> Regrade:
        """Decide to apply a regrade; one that is being applied already goes on as it was decided then.

        Raises:
            RegradeError: it is not ready, or over.
        """
        with self._store.write() as connection:
            connection.execute(
                update(regrades)
                .where(regrades.c.id == regrade_id, regrades.c.state == RegradeState.READY)
                .values(
                    state=RegradeState.APPLYING,
                    never_lower=never_lower,
                    applied_by=applied_by,
                    summary=dict(summary),
                )
            )
            row = connection.execute(select(regrades).where(regrades.c.id == regrade_id)).mappings().first()
        if row is None or row["state"] not in (RegradeState.APPLYING, RegradeState.APPLIED):
            raise RegradeError(N_("this regrade cannot be applied: it is still grading, or it was dropped"))
        return _regrade(row)

    def left_to_apply(self, regrade_id: int) -> list[str]:
        """Learners of a regrade to whom it has not been applied yet."""
        query = (
            select(submissions.c.learner)
            .join_from(regrade_trials, submissions)
            .where(regrade_trials.c.regrade_id == regrade_id, ~is_applied(regrade_id))
            .distinct()
        )
        with self._store.read() as connection:
            return sorted(connection.scalars(query))

    def apply_to(self, regrade_id: int, learner: str) -> bool:
        """Give a learner the new gradings, and queue the score that counts if it is another one: all or nothing.

        Submissions that are handed in or graded meanwhile count as they do.

        Returns:
            False, and nothing changes, when it was done before, or the regrade is not being applied.
        """
        now = self._store.now()
        with self._store.write() as connection:
            row = connection.execute(select(regrades).where(regrades.c.id == regrade_id)).mappings().first()
            if row is None:
                return False
            regrade = _regrade(row)
            owner = (learner, regrade.course, regrade.exercise)
            # As a grading that finishes does: each of the two sees what the other one gave.
            self._store.lock(connection, "scores", *owner)
            if connection.scalar(select(is_applied(regrade_id, learner))) or regrade.state is not RegradeState.APPLYING:
                return False
            handed_in = [work(each) for each in connection.execute(works(regrade_id, learner)).mappings()]
            found = outcome(handed_in, regrade.counts, regrade.never_lower)
            if found.replaced:
                numbers = replace(connection, regrade_id, found.replaced, now)
                note_regraded(self._store, connection, numbers)
            connection.execute(
                insert(regrade_learners).values(
                    regrade_id=regrade_id,
                    learner=learner,
                    before=found.before,
                    after=found.after,
                    graded=found.graded,
                )
            )
            counted = counted_score(connection, *owner, regrade.counts)
            if counted is not None and differ(found.before, found.after):
                queue_for_all(connection, *owner, counted.grading_id, counted.credit, None, now)
        return True

    def end_applying(self, regrade_id: int) -> None:
        """It is applied, if nobody is left."""
        left = exists().where(
            regrade_trials.c.regrade_id == regrade_id,
            regrade_trials.c.submission_id == submissions.c.id,
            ~is_applied(regrade_id),
        )
        with self._store.write() as connection:
            connection.execute(
                update(regrades)
                .where(regrades.c.id == regrade_id, regrades.c.state == RegradeState.APPLYING, ~left)
                .values(state=RegradeState.APPLIED, finished_at=self._store.now())
            )

    def drop(self, regrade_id: int) -> bool:
        """Throw the trials away, also those under way; False when it is being applied, or over."""
        with self._store.write() as connection:
            self._store.lock(connection, "regrade", str(regrade_id))
            dropped = connection.execute(
                update(regrades)
                .where(
                    regrades.c.id == regrade_id,
                    regrades.c.state.in_([RegradeState.GRADING, RegradeState.READY]),
                )
                .values(state=RegradeState.DROPPED, finished_at=self._store.now())
            ).rowcount
            if dropped:
                connection.execute(delete(regrade_trials).where(regrade_trials.c.regrade_id == regrade_id))
        return bool(dropped)

    def _read(self, query: Select[Any]) -> list[Regrade]:
        with self._store.read() as connection:
            return [_regrade(row) for row in connection.execute(query).mappings()]


def _regrade(row: RowMapping) -> Regrade:
    values = {name: row[name] for name in _FIELDS}
    return Regrade(**values | {"state": RegradeState(row["state"]), "counts": Counts(row["counts"])})
