"""The order of the queue: fair between learners, then first come, first served."""

from sqlalchemy import Select, func, select

from openjupyter_service.store.records import GradingState
from openjupyter_service.store.tables import gradings, submissions

ACTIVE = (GradingState.QUEUED, GradingState.RUNNING)


def fair_turns() -> Select[int, int]:
    """Every active grading's id and turn: a learner's first has turn 1, the next one 2, and so on.

    Lower turns come first, so that a learner who submits ten times delays nobody's first. A running grading holds
    its learner's first turn.
    """
    turn = func.row_number().over(partition_by=submissions.c.learner, order_by=(gradings.c.queued_at, gradings.c.id))
    return (
        select(gradings.c.id, turn.label("turn")).join_from(gradings, submissions).where(gradings.c.state.in_(ACTIVE))
    )


def waiting_places() -> Select[str, int]:
    """Every queued grading's submission and place, 1 = next."""
    turns = fair_turns().subquery()
    place = func.row_number().over(order_by=(turns.c.turn, gradings.c.queued_at, gradings.c.id))
    return (
        select(gradings.c.submission_id, place.label("place"))
        .join_from(gradings, turns, gradings.c.id == turns.c.id)
        .where(gradings.c.state == GradingState.QUEUED)
    )
