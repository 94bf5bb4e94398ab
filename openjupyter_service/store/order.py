"""The order of the queue: learners take turns, otherwise first come, first served."""

from sqlalchemy import ColumnElement, Select, case, func, select

from openjupyter_service.store.tables import gradings, submissions


def fair_order(candidates: ColumnElement[bool]) -> Select[int, str, int]:
    """The id, submission and place (1 = next) of each candidate grading.

    A learner's second grading joins the queue, as it were, when their first one starts, the third when the second
    one starts: who submits ten times delays anybody else by one grading at a time.
    """
    oldest = select(func.min(gradings.c.queued_at)).where(candidates).scalar_subquery()
    served = (
        select(submissions.c.learner, func.max(gradings.c.started_at).label("last_start"))
        .join_from(gradings, submissions)
        .where(gradings.c.started_at > oldest)
        .group_by(submissions.c.learner)
        .subquery()
    )
    arrival = (gradings.c.queued_at, gradings.c.id)
    first = func.min(gradings.c.queued_at).over(partition_by=submissions.c.learner)
    waiting = (
        select(
            gradings.c.id,
            gradings.c.submission_id,
            func.row_number().over(partition_by=submissions.c.learner, order_by=arrival).label("turn"),
            case((served.c.last_start > first, served.c.last_start), else_=first).label("since"),
        )
        .join_from(gradings, submissions)
        .outerjoin(served, served.c.learner == submissions.c.learner)
        .where(candidates)
        .subquery()
    )
    place = func.row_number().over(order_by=(waiting.c.turn, waiting.c.since, waiting.c.id))
    return select(waiting.c.id, waiting.c.submission_id, place.label("place"))
