"""Submissions: stored with their files and queued in one step, read back with state and report."""

import secrets
from collections.abc import Mapping
from typing import Any

from sqlalchemy import Connection, RowMapping, and_, func, insert, select

from openjupyter_service.errors import AttemptsUsedUp
from openjupyter_service.language import N_
from openjupyter_service.store.engine import Store
from openjupyter_service.store.leases import unfinished
from openjupyter_service.store.order import fair_order
from openjupyter_service.store.records import GradingState, Passback, PassbackState, Submission, SubmissionSummary
from openjupyter_service.store.tables import gradings, outbox, placements, submission_files, submissions

_SUMMARY = (
    *submissions.c,
    gradings.c.state,
    gradings.c.score,
    gradings.c.credit,
    gradings.c.regrade_id,
    gradings.c.queued_at,
    gradings.c.started_at,
    gradings.c.finished_at,
)


class Submissions:
    """Submissions and what became of them."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def accept(
        self,
        *,
        learner: str,
        course: str,
        exercise: str,
        commit: str | None,
        private_commit: str | None = None,
        notebook_path: str,
        files: Mapping[str, bytes],
        max_attempts: int | None = None,
    ) -> Submission:
        """Store a submission with its files and queue its grading, all or nothing.

        Args:
            learner: hub username.
            course: name of the course.
            exercise: name of the exercise.
            commit: commit of the course that the learner worked on, when known.
            private_commit: commit of the private half, for a course that is followed.
            notebook_path: the file that is the notebook.
            files: content by path relative to the course root, checked by the caller; the notebook is one of them.
            max_attempts: how many submissions the exercise allows; those that failed by our fault are not counted.

        Raises:
            AttemptsUsedUp: the learner has handed in so many already
            ValueError: the notebook is not among the files.
        """
        if notebook_path not in files:
            raise ValueError("the notebook is not among the files")
        now = self._store.now()
        submission_id = f"{int(now * 1000):012x}{secrets.token_hex(10)}"  # sorts by time, cannot be guessed
        with self._store.write() as connection:
            if max_attempts is not None:
                self._store.lock(connection, "attempts", learner, course, exercise)
                if _attempts(connection, learner, course, exercise) >= max_attempts:
                    raise AttemptsUsedUp(
                        N_("all {count} attempts at this exercise are used up; what you handed in before counts")
                        if max_attempts > 1
                        else N_("the one attempt at this exercise is used up; what you handed in before counts"),
                        count=max_attempts,
                    )
            connection.execute(
                insert(submissions).values(
                    id=submission_id,
                    learner=learner,
                    course=course,
                    exercise=exercise,
                    commit=commit,
                    private_commit=private_commit,
                    notebook_path=notebook_path,
                    created_at=now,
                )
            )
            connection.execute(
                insert(submission_files),
                [{"submission_id": submission_id, "path": path, "content": files[path]} for path in sorted(files)],
            )
            connection.execute(
                insert(gradings).values(
                    submission_id=submission_id,
                    state=GradingState.QUEUED,
                    attempts=0,
                    queued_at=now,
                    available_at=now,
                )
            )
        return Submission(
            id=submission_id,
            learner=learner,
            course=course,
            exercise=exercise,
            commit=commit,
            private_commit=private_commit,
            notebook_path=notebook_path,
            created_at=now,
            state=GradingState.QUEUED,
            score=None,
            credit=None,
            regrade_id=None,
            queued_at=now,
            started_at=None,
            finished_at=None,
            attempts=0,
            timings=None,
            report=None,
            passbacks=(),
        )

    def get(self, submission_id: str) -> Submission | None:
        """A submission with its latest grading and all its passbacks, or None."""
        latest = (
            select(*_SUMMARY, gradings.c.attempts, gradings.c.timings, gradings.c.report)
            .join_from(submissions, gradings)
            .where(submissions.c.id == submission_id)
            .order_by(gradings.c.id.desc())
            .limit(1)
        )
        sent = (
            select(
                placements.c.platform,
                placements.c.context_title,
                placements.c.resource_title,
                outbox.c.state,
                outbox.c.score,
                outbox.c.attempts,
                outbox.c.next_attempt_at,
                outbox.c.last_error,
                outbox.c.sent_at,
            )
            .join_from(outbox, placements)
            .join(gradings, gradings.c.id == outbox.c.grading_id)
            .where(gradings.c.submission_id == submission_id)
            .order_by(outbox.c.id)
        )
        with self._store.read() as connection:
            row = connection.execute(latest).first()
            if row is None:
                return None
            passbacks = tuple(_passback(each) for each in connection.execute(sent).mappings())
        values: dict[str, Any] = dict(row._mapping)
        return Submission(**values | {"state": GradingState(row.state), "passbacks": passbacks})

    def for_learner(
        self, learner: str, course: str | None = None, exercise: str | None = None, limit: int = 100
    ) -> list[SubmissionSummary]:
        """A learner's submissions, newest first; of one course or exercise when named."""
        latest = select(func.max(gradings.c.id)).where(gradings.c.submission_id == submissions.c.id)
        query = (
            select(*_SUMMARY)
            .join_from(submissions, gradings)
            .where(
                submissions.c.learner == learner,
                gradings.c.id == latest.correlate(submissions).scalar_subquery(),
            )
            .order_by(submissions.c.created_at.desc(), submissions.c.id.desc())
            .limit(limit)
        )
        if course is not None:
            query = query.where(submissions.c.course == course)
        if exercise is not None:
            query = query.where(submissions.c.exercise == exercise)
        with self._store.read() as connection:
            return [
                SubmissionSummary(**dict(row._mapping) | {"state": GradingState(row.state)})
                for row in connection.execute(query)
            ]

    def attempts(self, learner: str, course: str, exercise: str) -> int:
        """How many attempts a learner has used: submissions, without those whose grading failed by our fault."""
        with self._store.read() as connection:
            return _attempts(connection, learner, course, exercise)

    def position(self, submission_id: str) -> int:
        """Place in the queue: 1 = next, 0 = running, done or unknown."""
        return self.positions().get(submission_id, 0)

    def positions(self) -> dict[str, int]:
        """Place in the queue of every submission that waits: ask once for all who watch."""
        order = fair_order(and_(unfinished(gradings), gradings.c.state == GradingState.QUEUED))
        with self._store.read() as connection:
            return {row.submission_id: row.place for row in connection.execute(order)}

    def files(self, submission_id: str) -> dict[str, bytes]:
        """Content by path, the notebook among them; empty when there is no such submission."""
        query = select(submission_files.c.path, submission_files.c.content).where(
            submission_files.c.submission_id == submission_id
        )
        with self._store.read() as connection:
            return {row.path: bytes(row.content) for row in connection.execute(query.order_by("path"))}


def _attempts(connection: Connection, learner: str, course: str, exercise: str) -> int:
    latest = select(func.max(gradings.c.id)).where(gradings.c.submission_id == submissions.c.id)
    query = (
        select(func.count())
        .select_from(submissions)
        .join(gradings)
        .where(
            submissions.c.learner == learner,
            submissions.c.course == course,
            submissions.c.exercise == exercise,
            gradings.c.id == latest.correlate(submissions).scalar_subquery(),
            gradings.c.state != GradingState.FAILED,
        )
    )
    return connection.scalar(query) or 0


def _passback(row: RowMapping) -> Passback:
    return Passback(**dict(row) | {"state": PassbackState(row["state"])})
