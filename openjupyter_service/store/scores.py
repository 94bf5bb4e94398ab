"""The score that belongs to a placement: of all that a learner has handed in, the one that counts."""

from typing import NamedTuple

from sqlalchemy import ColumnElement, Connection, and_, func, insert, or_, select, update

from openjupyter_service.store.records import Counts, GradingState, PassbackState
from openjupyter_service.store.tables import gradings, outbox, placements, submissions


class Counted(NamedTuple):
    """The grading that counts, and what it counts for (0..1)."""

    grading_id: int
    credit: float


def counted_score(
    connection: Connection, learner: str, course: str, exercise: str, counts: Counts = Counts.BEST
) -> Counted | None:
    """The best credit so far (of equals the earlier), or that of the latest submission; None when none counts.

    The latest is the one that was handed in last, in whichever order they were graded. Of a submission that was graded
    more than once the latest grading alone is looked at: what an older one gave is no score any more.
    """
    if counts is Counts.LATEST:
        order = [submissions.c.created_at.desc(), submissions.c.id.desc(), gradings.c.id.desc()]
    else:
        order = [gradings.c.credit.desc(), gradings.c.id.asc()]
    row = connection.execute(
        select(gradings.c.id, gradings.c.credit)
        .join(submissions)
        .where(
            submissions.c.learner == learner,
            submissions.c.course == course,
            submissions.c.exercise == exercise,
            gradings.c.id == latest_done(),
            gradings.c.credit.is_not(None),
        )
        .order_by(*order)
        .limit(1)
    ).first()
    return Counted(row.id, row.credit) if row else None


def latest_done() -> ColumnElement[int]:
    """Id of the latest grading of `submissions`' row that came to an end; correlated to `submissions`."""
    each = gradings.alias("each_done")
    latest = select(func.max(each.c.id)).where(
        each.c.submission_id == submissions.c.id, each.c.state == GradingState.DONE
    )
    return latest.correlate(submissions).scalar_subquery()


def waits_for_score() -> ColumnElement[bool]:
    """Placements whose LMS takes a score, by Basic Outcomes or for a line item."""
    return or_(
        and_(placements.c.outcome_url.is_not(None), placements.c.sourcedid.is_not(None)),
        placements.c.lineitem_url.is_not(None),
        placements.c.lineitems_url.is_not(None),
    )


def queue_for_all(
    connection: Connection,
    learner: str,
    course: str,
    exercise: str,
    grading_id: int,
    score: float,
    comment: str | None,
    now: float,
) -> None:
    """Put a learner's score into the outbox for every LMS that waits for it."""
    waiting = select(placements.c.id).where(
        placements.c.learner == learner,
        placements.c.course == course,
        placements.c.exercise == exercise,
        waits_for_score(),
    )
    for placement_id in connection.scalars(waiting.order_by(placements.c.id)).all():
        queue_passback(connection, placement_id, grading_id, score, comment, now)


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
