"""What regrades ask of the tables: whom they concern, with which results, and how trials become gradings."""

from typing import Any

from sqlalchemy import (
    ColumnElement,
    Connection,
    RowMapping,
    Select,
    and_,
    exists,
    func,
    insert,
    literal,
    or_,
    select,
    update,
)

from openjupyter_service.store.records import GradingState
from openjupyter_service.store.regraded import Result, Work
from openjupyter_service.store.scores import latest_done
from openjupyter_service.store.tables import gradings, regrade_learners, regrade_trials, regrades, submissions


def chosen(regrade_id: int, course: str, exercise: str, private_commit: str | None, now: float) -> Select[Any]:
    """The trials of a new regrade; see Regrades.begin."""
    newest = gradings.alias("newest")
    latest = select(func.max(newest.c.id)).where(newest.c.submission_id == submissions.c.id)
    return (
        select(
            literal(regrade_id), submissions.c.id, literal(GradingState.QUEUED.value), literal(0), literal(now),
            literal(now),
        )
        .join_from(submissions, gradings)
        .where(
            submissions.c.course == course,
            submissions.c.exercise == exercise,
            gradings.c.id == latest.correlate(submissions).scalar_subquery(),
            or_(
                gradings.c.state != GradingState.QUEUED,
                submissions.c.private_commit.is_distinct_from(private_commit),
            ),
        )
        .order_by(submissions.c.created_at, submissions.c.id)
    )  # fmt: skip


def works(regrade_id: int, learner: str | None = None) -> Select[Any]:
    """Submissions of everybody who has a trial, or of this learner, by learner and time, each with both results."""
    of_learner = submissions.alias("of_learner")
    concerned = (
        select(of_learner.c.learner)
        .join_from(regrade_trials, of_learner)
        .where(regrade_trials.c.regrade_id == regrade_id)
    )
    return (
        select(
            submissions.c.id,
            submissions.c.learner,
            submissions.c.created_at,
            gradings.c.id.label("grading_id"),
            gradings.c.score,
            gradings.c.credit,
            gradings.c.report["status"].as_string().label("status"),
            regrade_trials.c.state.label("trial_state"),
            regrade_trials.c.score.label("trial_score"),
            regrade_trials.c.credit.label("trial_credit"),
            regrade_trials.c.report["status"].as_string().label("trial_status"),
        )
        .select_from(submissions)
        .join(regrades, and_(regrades.c.course == submissions.c.course, regrades.c.exercise == submissions.c.exercise))
        .outerjoin(gradings, gradings.c.id == latest_done())
        .outerjoin(
            regrade_trials,
            and_(regrade_trials.c.submission_id == submissions.c.id, regrade_trials.c.regrade_id == regrade_id),
        )
        .where(
            regrades.c.id == regrade_id,
            submissions.c.learner.in_(concerned) if learner is None else submissions.c.learner == learner,
        )
        .order_by(submissions.c.learner, submissions.c.created_at, submissions.c.id)
    )


def work(row: RowMapping) -> Work:
    """A row of `works`."""
    state = row["trial_state"]
    return Work(
        row["id"],
        row["learner"],
        row["created_at"],
        None if row["grading_id"] is None else Result(row["score"], row["credit"], row["status"]),
        None if state is None else Result(row["trial_score"], row["trial_credit"], row["trial_status"]),
        None if state is None else GradingState(state),
    )


def is_applied(regrade_id: int, learner: str | None = None) -> ColumnElement[bool]:
    """Was it applied to this learner, or to the one of `submissions`' row?"""
    who = submissions.c.learner if learner is None else learner
    return exists().where(regrade_learners.c.regrade_id == regrade_id, regrade_learners.c.learner == who)


def replace(connection: Connection, regrade_id: int, submission_ids: frozenset[str], now: float) -> list[int]:
    """Make trials the latest gradings of their submissions; from then on the reports are there alone.

    Returns the ids of the new gradings.
    """
    trials = and_(regrade_trials.c.regrade_id == regrade_id, regrade_trials.c.submission_id.in_(sorted(submission_ids)))
    taken = ("submission_id", "state", "attempts", "queued_at", "available_at", "timings", "report", "score", "credit")
    columns = [regrade_trials.c[name] for name in taken]
    # Without a start: the learner has not been served, and waits no longer for what they hand in next.
    rows = (
        select(*columns, regrade_trials.c.report["status"].as_string(), literal(now), regrade_trials.c.regrade_id)
        .join_from(regrade_trials, submissions)
        .where(trials)
        .order_by(submissions.c.created_at, submissions.c.id)
    )
    written = insert(gradings).from_select([*taken, "status", "finished_at", "regrade_id"], rows)
    numbers = sorted(connection.scalars(written.returning(gradings.c.id)))
    connection.execute(update(regrade_trials).where(trials).values(report=None, timings=None))
    return numbers
