"""The score that belongs to a placement: the learner's best so far."""

from typing import NamedTuple

from sqlalchemy import Connection, insert, select, update

from openjupyter_service.store.records import GradingState, PassbackState
from openjupyter_service.store.tables import gradings, outbox, submissions


class Best(NamedTuple):
    """The best finished grading of a learner in an exercise."""

    grading_id: int
    score: float


def best_score(connection: Connection, learner: str, course: str, exercise: str) -> Best | None:
    """The best so far; of equal scores the earlier one. None when nothing has been graded."""
    row = connection.execute(
        select(gradings.c.id, gradings.c.score)
        .join(submissions)
        .where(
            submissions.c.learner == learner,
            submissions.c.course == course,
            submissions.c.exercise == exercise,
            gradings.c.state == GradingState.DONE,
            gradings.c.score.is_not(None),
        )
        .order_by(gradings.c.score.desc(), gradings.c.id)
        .limit(1)
    ).first()
    return Best(row.id, row.score) if row else None


def queue_passback(
    connection: Connection, placement_id: int, grading_id: int, score: float, comment: str | None, now: float
) -> None:
    """Put a score into the outbox; it takes the place of one that still waits for the same placement."""
    supersede(connection, placement_id)
    connection.execute(
        insert(outbox).values(
            grading_id=grading_id,
            placement_id=placement_id,
            score=score,
            comment=comment,
            state=PassbackState.PENDING,
            attempts=0,
            next_attempt_at=now,
            created_at=now,
        )
    )


def supersede(connection: Connection, placement_id: int) -> None:
    """Withdraw the score that waits for this placement, if any."""
    connection.execute(
        update(outbox)
        .where(outbox.c.placement_id == placement_id, outbox.c.state == PassbackState.PENDING)
        .values(state=PassbackState.SUPERSEDED)
    )
