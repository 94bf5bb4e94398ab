"""Progress: what a learner has reached at an exercise, counted anew in the transaction in which a grading ends."""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from sqlalchemy import Connection, func, insert, select, text, update

from openjupyter_service.store.history import Graded, in_force, last_verdict, progress_of, tests_of
from openjupyter_service.store.records import GradingState
from openjupyter_service.store.summary_tables import lms_courses, members, progress
from openjupyter_service.store.tables import gradings, placements, submissions
from openjupyter_service.store.tallies import add, buckets, move

if TYPE_CHECKING:
    from openjupyter_service.store.engine import Store

_ENDED = (GradingState.DONE, GradingState.FAILED)
_ADD_TESTS = text(
    "INSERT INTO test_counts (course, exercise, title, seen, failed, last_at) "
    "VALUES (:course, :exercise, :title, :seen, :failed, :last_at) "
    "ON CONFLICT (course, exercise, title) DO UPDATE SET "
    "seen = test_counts.seen + excluded.seen, failed = test_counts.failed + excluded.failed, "
    "last_at = CASE WHEN excluded.last_at > test_counts.last_at THEN excluded.last_at ELSE test_counts.last_at END"
)


def note_graded(store: "Store", connection: Connection, grading_id: int, report: Mapping[str, Any]) -> None:
    """A grading has just ended, as done or failed, in this transaction: count it.

    Args:
        store: whose connection it is.
        connection: the transaction in which the grading got its state, status and credit.
        grading_id: the grading.
        report: its report.
    """
    row = _ended(connection, grading_id)
    lock_progress(store, connection, row.learner, row.course)
    recount(connection, row.learner, row.course, row.exercise)
    if row.state == GradingState.DONE:
        _count_tests(connection, row, report)


def note_regraded(store: "Store", connection: Connection, grading_ids: Sequence[int]) -> None:
    """Submissions of one learner to one exercise have got newer gradings, done already, in this transaction."""
    rows = [_ended(connection, grading_id) for grading_id in grading_ids]
    if not rows:
        return
    lock_progress(store, connection, rows[0].learner, rows[0].course)
    recount(connection, rows[0].learner, rows[0].course, rows[0].exercise)
    for row in rows:
        report = connection.scalar(select(gradings.c.report).where(gradings.c.id == row.id))
        _count_tests(connection, row, report or {})


def _ended(connection: Connection, grading_id: int) -> Any:
    return connection.execute(
        select(
            gradings.c.id,
            gradings.c.submission_id,
            gradings.c.state,
            gradings.c.finished_at,
            submissions.c.learner,
            submissions.c.course,
            submissions.c.exercise,
        )
        .join_from(gradings, submissions)
        .where(gradings.c.id == grading_id)
    ).one()


def status_of(report: Mapping[str, Any]) -> str | None:
    """The status of a report, as the grading has it in a column of its own."""
    status = report.get("status")
    return str(status) if status is not None else None


def lock_progress(store: "Store", connection: Connection, learner: str, course: str) -> None:
    """Let nobody else count this learner's progress, or change where it counts, until the transaction ends."""
    store.lock(connection, "progress", learner, course)


def recount(connection: Connection, learner: str, course: str, exercise: str) -> None:
    """Count the progress of one learner at one exercise anew, and move them in the tallies of their LMS courses.

    The caller holds `lock_progress`.
    """
    key = {"learner": learner, "course": course, "exercise": exercise}
    old = connection.execute(select(progress).filter_by(**key)).mappings().first()
    new = _counted(connection, learner, course, exercise)
    if new is None:
        return  # gradings are never taken away
    if old is None:
        connection.execute(insert(progress).values(**key, **new))
    else:
        mine = (progress.c.learner == learner, progress.c.course == course, progress.c.exercise == exercise)
        connection.execute(update(progress).where(*mine).values(**new))
    where = connection.execute(
        select(members.c.lms_course_id, members.c.is_staff)
        .join_from(members, lms_courses)
        .where(members.c.learner == learner, lms_courses.c.course == course)
    ).all()
    learns_in = [row.lms_course_id for row in where if not row.is_staff]
    add(connection, move(learns_in, exercise, buckets(dict(old) if old else None), buckets(new)))
    if where:
        note_totals(connection, learner, course, [row.lms_course_id for row in where])


def note_totals(connection: Connection, learner: str, course: str, where: list[int]) -> None:
    """Write what a learner has reached in the whole course to their memberships."""
    mine = (progress.c.learner == learner, progress.c.course == course)
    totals = connection.execute(
        select(
            func.count(progress.c.first_at).label("tried"),
            func.count(progress.c.solved_at).label("solved"),
            func.max(progress.c.last_at).label("last_at"),
        ).where(*mine)
    ).one()
    connection.execute(
        update(members)
        .where(members.c.learner == learner, members.c.lms_course_id.in_(where))
        .values(**totals._mapping)
    )


def _counted(connection: Connection, learner: str, course: str, exercise: str) -> dict[str, Any] | None:
    mine = (submissions.c.learner == learner, submissions.c.course == course, submissions.c.exercise == exercise)
    rows = connection.execute(
        select(
            submissions.c.id,
            submissions.c.created_at,
            gradings.c.id,
            gradings.c.state,
            gradings.c.status,
            gradings.c.credit,
        )
        .join_from(submissions, gradings)
        .where(*mine, gradings.c.state.in_(_ENDED))
    )
    ended = in_force(Graded(*row[:3], GradingState(row[3]), *row[4:]) for row in rows)
    if not ended:
        return None
    opened_at = connection.scalar(
        select(func.min(placements.c.created_at)).where(
            placements.c.learner == learner, placements.c.course == course, placements.c.exercise == exercise
        )
    )
    points = select(gradings.c.report["max_points"].as_float()).where(gradings.c.id == last_verdict(ended))
    return {**progress_of(ended, opened_at), "max_points": connection.scalar(points)}


def _count_tests(connection: Connection, row: Any, report: Mapping[str, Any]) -> None:
    """Of each submission the tests of its last verdict count: those of one before are taken out."""
    before = connection.execute(
        select(gradings.c.id, gradings.c.report)
        .where(
            gradings.c.submission_id == row.submission_id,
            gradings.c.state == GradingState.DONE,
            gradings.c.id != row.id,
        )
        .order_by(gradings.c.id.desc())
        .limit(1)
    ).first()
    if before is not None and before.id > row.id:
        return
    now = tests_of(report)
    then = tests_of(before.report) if before is not None else {}
    rows = []
    for title in sorted({*now, *then}):
        seen, failed = (new - old for new, old in zip(now.get(title, (0, 0)), then.get(title, (0, 0)), strict=True))
        last_at = row.finished_at if title in now else 0.0
        key = {"course": row.course, "exercise": row.exercise, "title": title}
        rows.append({**key, "seen": seen, "failed": failed, "last_at": last_at})
    if rows:
        connection.execute(_ADD_TESTS, rows)
