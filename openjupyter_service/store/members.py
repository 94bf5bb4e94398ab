"""Who is in which LMS course, noted at each launch: so that their progress counts there, or not, if they are staff."""

from typing import TYPE_CHECKING

from sqlalchemy import Connection, and_, delete, insert, select, update

from openjupyter_service.store.contexts import context_of
from openjupyter_service.store.progress import lock_progress, note_totals, recount
from openjupyter_service.store.records import Placement
from openjupyter_service.store.summary_tables import lms_courses, members, progress
from openjupyter_service.store.tables import placements
from openjupyter_service.store.tallies import Buckets, add, buckets, move

if TYPE_CHECKING:
    from openjupyter_service.store.engine import Store

_IDENTITY = (
    lms_courses.c.platform,
    lms_courses.c.deployment,
    lms_courses.c.context_id,
    lms_courses.c.resource_link_id,
)


def note_launch(
    store: "Store", connection: Connection, placement: Placement, before: tuple[str, str] | None = None
) -> None:
    """A launch has been recorded in this transaction: note the LMS course, and what the person is there.

    Args:
        store: whose connection it is.
        connection: the transaction.
        placement: as it is now.
        before: course and exercise that this link led to until now, if that was another one.
    """
    context = context_of(placement.platform, placement.deployment, placement.context_id, placement.resource_link_id)
    here = and_(*(column == value for column, value in zip(_IDENTITY, context, strict=True)))
    known = connection.execute(
        select(lms_courses.c.id, lms_courses.c.course, lms_courses.c.title, members.c.is_staff)
        .join_from(
            lms_courses,
            members,
            and_(members.c.lms_course_id == lms_courses.c.id, members.c.learner == placement.learner),
            isouter=True,
        )
        .where(here)
    ).all()
    mine = next((row for row in known if row.course == placement.course), None)
    number = mine.id if mine is not None else _new_lms_course(store, connection, placement, context)
    title = placement.context_title
    if title and any(row.title != title for row in known):
        connection.execute(update(lms_courses).where(here).values(title=title))
    if mine is None or mine.is_staff is None:
        _join(store, connection, number, placement)
    for row in known:
        # Who teaches a course is no learner of it, whichever of its links has said so.
        if row.is_staff is not None and row.is_staff != placement.is_staff:
            _change_role(store, connection, row.id, row.course, placement)
        if before is not None and row.course == before[0] != placement.course:
            _leave(store, connection, row.id, row.course, placement)
    if before is not None:
        # When an exercise was first opened is told by the links that lead to it.
        for course, exercise in sorted({before, (placement.course, placement.exercise)}):
            lock_progress(store, connection, placement.learner, course)
            recount(connection, placement.learner, course, exercise)


def _new_lms_course(
    store: "Store", connection: Connection, placement: Placement, context: tuple[str, str, str, str]
) -> int:
    store.lock(connection, "lms course", *context, placement.course)
    identity = dict(zip((column.name for column in _IDENTITY), context, strict=True)) | {"course": placement.course}
    number = connection.scalar(select(lms_courses.c.id).filter_by(**identity))
    if number is None:
        values = {**identity, "title": placement.context_title}
        number = connection.execute(insert(lms_courses).values(values).returning(lms_courses.c.id)).scalar_one()
    return number


def _join(store: "Store", connection: Connection, number: int, placement: Placement) -> None:
    lock_progress(store, connection, placement.learner, placement.course)
    connection.execute(
        insert(members).values(
            lms_course_id=number, learner=placement.learner, is_staff=placement.is_staff, tried=0, solved=0
        )
    )
    note_totals(connection, placement.learner, placement.course, [number])
    if not placement.is_staff:
        _count(connection, number, placement.learner, placement.course, is_in=True)


def _change_role(store: "Store", connection: Connection, number: int, course: str, placement: Placement) -> None:
    lock_progress(store, connection, placement.learner, course)
    connection.execute(
        update(members)
        .where(members.c.lms_course_id == number, members.c.learner == placement.learner)
        .values(is_staff=placement.is_staff)
    )
    _count(connection, number, placement.learner, course, is_in=not placement.is_staff)


def _leave(store: "Store", connection: Connection, number: int, course: str, placement: Placement) -> None:
    """Unless another link of this LMS course still leads them to that course of ours."""
    still = select(placements.c.id).where(
        placements.c.learner == placement.learner,
        placements.c.course == course,
        placements.c.platform == placement.platform,
        placements.c.deployment == placement.deployment,
        placements.c.context_id == placement.context_id,
    )
    if not placement.context_id:
        still = still.where(placements.c.resource_link_id == placement.resource_link_id)
    if connection.scalar(still.limit(1)) is not None:
        return
    lock_progress(store, connection, placement.learner, course)
    if not placement.is_staff:
        _count(connection, number, placement.learner, course, is_in=False)
    connection.execute(delete(members).where(members.c.lms_course_id == number, members.c.learner == placement.learner))


def _count(connection: Connection, number: int, learner: str, course: str, is_in: bool) -> None:
    """Put all that a learner has reached in a course into the tallies of an LMS course, or take it out."""
    rows = connection.execute(select(progress).where(progress.c.learner == learner, progress.c.course == course))
    nothing: Buckets = buckets(None)
    for row in rows.mappings().all():
        reached = buckets(dict(row))
        add(connection, move([number], row["exercise"], *((nothing, reached) if is_in else (reached, nothing))))
