"""Results of a course, read from what is counted: no query grows with the number of submissions."""

from collections.abc import Collection, Iterator
from typing import Any

from sqlalchemy import ColumnElement, Connection, Select, and_, exists, func, select, tuple_

from openjupyter_service.store.engine import Store
from openjupyter_service.store.folded import folded
from openjupyter_service.store.records import Counts, GradingState, Passback, PassbackState
from openjupyter_service.store.result_records import Fault, Handed, LmsCourse, Member, Reached, Tally, TestCount
from openjupyter_service.store.staff import is_in_courses, staff_courses
from openjupyter_service.store.summary_tables import lms_courses, members, progress, tallies, test_counts
from openjupyter_service.store.tables import gradings, outbox, people, placements, submissions
from openjupyter_service.store.tallies import Kind

_CHUNK = 200
_REACHED = (
    progress.c.attempts,
    progress.c.internal_errors,
    progress.c.last_at,
    progress.c.last_status,
    progress.c.solved_after,
    progress.c.solved_at,
    progress.c.best_credit,
    progress.c.latest_credit,
    progress.c.max_points,
)
_MEMBER = (members.c.learner, people.c.display_name, members.c.tried, members.c.solved, members.c.last_at)
SORTS = ("name", "solved", "tried", "last")
"""What learners are sorted by, besides their score at one exercise."""


class Results:
    """Blocks. `person` is a hub username, None the operator, who sees all."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def lms_courses(self, person: str | None, limit: int) -> list[LmsCourse]:
        """LMS courses of which this person is staff by their last launch, by their titles."""
        learners = (
            select(func.count())
            .where(members.c.lms_course_id == lms_courses.c.id, ~members.c.is_staff)
            .correlate(lms_courses)
            .scalar_subquery()
        )
        with self._store.read() as connection:
            query = _visible(connection, person, select(lms_courses, learners.label("learners")))
            order = (func.lower(lms_courses.c.title), lms_courses.c.course, lms_courses.c.id)
            return [LmsCourse(**row) for row in connection.execute(query.order_by(*order).limit(limit)).mappings()]

    def lms_course(self, person: str | None, number: int) -> LmsCourse | None:
        """The LMS course of that id, if this person may see it."""
        learners = select(func.count()).where(members.c.lms_course_id == number, ~members.c.is_staff).scalar_subquery()
        with self._store.read() as connection:
            query = _visible(connection, person, select(lms_courses, learners.label("learners")))
            row = connection.execute(query.where(lms_courses.c.id == number)).mappings().first()
        return LmsCourse(**row) if row is not None else None

    def tallies(self, number: int, exercise: str | None = None) -> dict[str, Tally]:
        """How many learners stand where, by exercise; of one alone when named."""
        columns = (tallies.c.exercise, tallies.c.kind, tallies.c.bucket, tallies.c["count"])
        query = select(*columns).where(tallies.c.lms_course_id == number, tallies.c["count"] > 0)
        if exercise is not None:
            query = query.where(tallies.c.exercise == exercise)
        found: dict[str, dict[Kind, dict[int, int]]] = {}
        with self._store.read() as connection:
            for name, kind, bucket, count in connection.execute(query):
                found.setdefault(name, {}).setdefault(Kind(kind), {})[bucket] = count
        return dict(found)

    def tests(self, course: str, exercise: str | None = None) -> list[TestCount]:
        """Tests of a course with how often they failed, in all LMS courses together; most often first."""
        columns = [column for column in test_counts.c if column.name != "course"]
        query = select(*columns).where(test_counts.c.course == course, test_counts.c.seen > 0)
        if exercise is not None:
            query = query.where(test_counts.c.exercise == exercise)
        query = query.order_by(test_counts.c.failed.desc(), test_counts.c.title)
        with self._store.read() as connection:
            return [TestCount(**row) for row in connection.execute(query).mappings()]

    def refused(self, place: LmsCourse) -> int:
        """How many scores of this LMS course its LMS has refused for good, with no newer one behind them."""
        later = outbox.alias("later")
        query = (
            select(func.count())
            .select_from(outbox.join(placements))
            .where(
                outbox.c.state == PassbackState.FAILED,
                placements.c.course == place.course,
                _placed_in(place),
                ~exists().where(later.c.placement_id == outbox.c.placement_id, later.c.id > outbox.c.id),
            )
        )
        with self._store.read() as connection:
            return connection.scalar(query) or 0

    def count_learners(self, number: int, search: str = "") -> int:
        """How many learners there are whose name has this in it."""
        query = _named(select(func.count()), number, search)
        if not folded(search):  # all, for whom no names are needed
            query = select(func.count()).where(members.c.lms_course_id == number, ~members.c.is_staff)
        with self._store.read() as connection:
            return connection.scalar(query) or 0

    def learners(
        self,
        place: LmsCourse,
        *,
        search: str = "",
        sort: str = "name",
        descending: bool = False,
        exercise: str | None = None,
        counts: Counts = Counts.BEST,
        offset: int = 0,
        limit: int = 50,
    ) -> list[Member]:
        """Learners of an LMS course, a page of them.

        Args:
            place: the LMS course.
            search: part of a display name, whatever its case and accents.
            sort: one of SORTS.
            descending: the largest first; who has nothing comes last either way.
            exercise: sort by the credit at this exercise instead.
            counts: which credit that is.
            offset: how many are left out.
            limit: how many at most.
        """
        query = _named(select(*_MEMBER), place.id, search)
        by: Any = {
            "name": people.c.folded_name,
            "solved": members.c.solved,
            "tried": members.c.tried,
            "last": members.c.last_at,
        }[sort]
        if exercise is not None:
            mine = (
                progress.c.learner == members.c.learner,
                progress.c.course == place.course,
                progress.c.exercise == exercise,
            )
            query = query.join(progress, and_(*mine), isouter=True)
            by = progress.c.latest_credit if counts is Counts.LATEST else progress.c.best_credit
        order = (by.is_(None), by.desc() if descending else by, members.c.learner)
        with self._store.read() as connection:
            rows = connection.execute(query.order_by(*order).offset(offset).limit(limit))
            return [Member(*row) for row in rows]

    def learner(self, number: int, learner: str) -> Member | None:
        """This learner of the LMS course; None for staff, and for who is not in it."""
        query = _named(select(*_MEMBER), number, "").where(members.c.learner == learner)
        with self._store.read() as connection:
            row = connection.execute(query).first()
        return Member(*row) if row is not None else None

    def reached(self, course: str, learners: Collection[str]) -> dict[str, dict[str, Reached]]:
        """What these learners have reached, by learner and exercise."""
        query = select(progress.c.learner, progress.c.exercise, *_REACHED).where(
            progress.c.learner.in_([*learners]), progress.c.course == course
        )
        found: dict[str, dict[str, Reached]] = {}
        with self._store.read() as connection:
            for learner, exercise, *values in connection.execute(query):
                found.setdefault(learner, {})[exercise] = Reached(*values)
        return found

    def stuck(self, place: LmsCourse, exercise: str, at_least: int, limit: int) -> list[tuple[Member, int]]:
        """Learners who have tried so often without success, with their attempts; the most first."""
        query = (
            _named(select(*_MEMBER, progress.c.attempts), place.id, "")
            .join(progress, progress.c.learner == members.c.learner)
            .where(
                progress.c.course == place.course,
                progress.c.exercise == exercise,
                progress.c.solved_at.is_(None),
                progress.c.attempts >= at_least,
            )
            .order_by(progress.c.attempts.desc(), members.c.learner)
            .limit(limit)
        )
        with self._store.read() as connection:
            return [(Member(*row[:-1]), row[-1]) for row in connection.execute(query)]

    def faults(self, place: LmsCourse, exercise: str, limit: int) -> list[Fault]:
        """The newest submissions of an exercise that we could not grade."""
        again = gradings.alias("again")
        # Backwards through an index of those that have failed, until there are enough: where SQLite could begin
        # elsewhere, expressions keep it from that. Reports are read of those alone that are shown.
        query = (
            select(
                gradings.c.id, submissions.c.id, submissions.c.learner, people.c.display_name, gradings.c.finished_at
            )
            .select_from(gradings)
            .join(submissions, submissions.c.id == gradings.c.submission_id)
            .join(members, members.c.learner == submissions.c.learner)
            .join(people, people.c.learner == submissions.c.learner, isouter=True)
            .where(
                gradings.c.state == GradingState.FAILED,
                members.c.lms_course_id + 0 == place.id,
                submissions.c.course == place.course,
                submissions.c.exercise == exercise,
                ~members.c.is_staff,
                ~exists().where(again.c.submission_id == submissions.c.id, again.c.state == GradingState.DONE),
            )
            .order_by(gradings.c.finished_at.desc())
            .limit(limit)
        )
        said = gradings.c.report["staff"]["fault"].as_string()
        with self._store.read() as connection:
            rows = connection.execute(query).all()
            texts = select(gradings.c.id, said).where(gradings.c.id.in_([row[0] for row in rows]))
            faults: dict[int, str | None] = {number: fault for number, fault in connection.execute(texts)}
        return [Fault(*row[1:], fault=faults[row[0]] or "") for row in rows]

    def passbacks(self, place: LmsCourse, submission_id: str) -> list[Passback]:
        """Scores of a submission that went to this LMS course, or are on their way there."""
        columns = [
            outbox.c[name] for name in ("state", "score", "attempts", "next_attempt_at", "last_error", "sent_at")
        ]
        query = (
            select(placements.c.platform, placements.c.context_title, placements.c.resource_title, *columns)
            .join_from(outbox, placements)
            .join(gradings, gradings.c.id == outbox.c.grading_id)
            .where(gradings.c.submission_id == submission_id, _placed_in(place))
            .order_by(outbox.c.id)
        )
        with self._store.read() as connection:
            rows = connection.execute(query).mappings().all()
        return [Passback(**dict(row) | {"state": PassbackState(row["state"])}) for row in rows]

    def all_learners(self, number: int) -> Iterator[list[Member]]:
        """All learners of an LMS course, some at a time, in the order of their hub names."""
        last = ""
        query = _named(select(*_MEMBER), number, "").order_by(members.c.learner).limit(_CHUNK)
        while True:
            with self._store.read() as connection:
                found = [Member(*row) for row in connection.execute(query.where(members.c.learner > last))]
            if not found:
                return
            yield found
            last = found[-1].learner

    def handed_in(self, course: str, learners: Collection[str]) -> list[Handed]:
        """All submissions of these learners, each with its latest grading."""
        latest = select(func.max(gradings.c.id)).where(gradings.c.submission_id == submissions.c.id)
        query = (
            select(
                submissions.c.id,
                submissions.c.learner,
                submissions.c.exercise,
                submissions.c.created_at,
                gradings.c.state,
                gradings.c.status,
                gradings.c.score,
                gradings.c.credit,
                gradings.c.finished_at,
            )
            .join_from(submissions, gradings)
            .where(
                submissions.c.learner.in_([*learners]),
                submissions.c.course == course,
                gradings.c.id == latest.correlate(submissions).scalar_subquery(),
            )
            .order_by(submissions.c.learner, submissions.c.created_at, submissions.c.id)
        )
        with self._store.read() as connection:
            return [Handed(*row[:4], GradingState(row[4]), *row[5:]) for row in connection.execute(query)]


def _visible(connection: Connection, person: str | None, query: Select[Any]) -> Select[Any]:
    if person is None:
        return query
    identity = (
        lms_courses.c.platform,
        lms_courses.c.deployment,
        lms_courses.c.context_id,
        lms_courses.c.resource_link_id,
    )
    return query.where(tuple_(*identity).in_([*staff_courses(connection, person)]))


def _placed_in(place: LmsCourse) -> ColumnElement[bool]:
    context = (place.platform, place.deployment, place.context_id, place.resource_link_id)
    return is_in_courses([context], are_few=True)


def _named(query: Select[Any], number: int, search: str) -> Select[Any]:
    """Learners of an LMS course, no staff, with their names."""
    query = (
        query.select_from(members)
        .join(people, people.c.learner == members.c.learner, isouter=True)
        .where(members.c.lms_course_id == number, ~members.c.is_staff)
    )
    wanted = folded(search)
    return query.where(people.c.folded_name.contains(wanted, autoescape=True)) if wanted else query
