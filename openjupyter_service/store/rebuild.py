"""Count everything anew: LMS courses, members, progress, tallies and tests, from placements and gradings.

It is done when the tables are new, and may be done at any time; it comes to what is there already, if nothing is wrong.
It works through learners in chunks, so that it needs little memory, in one transaction that lets no writer in.
"""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from itertools import groupby
from typing import Any

from sqlalchemy import Connection, delete, func, insert, select, update

from openjupyter_service.store.contexts import Context, context_of
from openjupyter_service.store.folded import folded
from openjupyter_service.store.history import Graded, in_force, last_verdict, progress_of, tests_of
from openjupyter_service.store.records import GradingState
from openjupyter_service.store.summary_tables import lms_courses, members, progress, tallies, test_counts
from openjupyter_service.store.tables import gradings, people, placements, submissions
from openjupyter_service.store.tallies import Key, add, buckets, move

CHUNK = 200
"""Learners at a time."""
_ROWS = 10_000
_STATES = {state.value: state for state in GradingState}

Membership = dict[tuple[str, str], list[int]]
"""By learner and course: the LMS courses in which they are no staff."""


def rebuild(connection: Connection, say: Callable[[str], None] = lambda text: None) -> None:
    """Make all rows anew within this transaction; LMS courses keep their ids. `say` hears how far it is."""
    for table in (tallies, test_counts, progress, members):
        connection.execute(delete(table))
    _fold_names(connection)
    membership = _count_members(connection)
    counted: Counter[Key] = Counter()
    tests = _Tests()
    for number, learners in enumerate(_chunks(connection)):
        say(f"{number * CHUNK + len(learners)} learners are counted")
        _count_learners(connection, learners, membership, counted, tests)
    add(connection, counted)
    _insert(connection, test_counts, tests.rows())
    _count_totals(connection)


def _fold_names(connection: Connection) -> None:
    rows = connection.execute(select(people.c.learner, people.c.display_name)).all()
    for row in rows:
        name = folded(row.display_name) if row.display_name is not None else None
        connection.execute(update(people).where(people.c.learner == row.learner).values(folded_name=name))


def _count_members(connection: Connection) -> Membership:
    """LMS courses and members, from all placements."""
    rows = connection.execute(
        select(
            placements.c.platform,
            placements.c.deployment,
            placements.c.context_id,
            placements.c.resource_link_id,
            placements.c.learner,
            placements.c.course,
            placements.c.is_staff,
            placements.c.context_title,
        ).order_by(placements.c.last_launched_at, placements.c.id)
    )
    titles: dict[Context, str] = {}
    roles: dict[tuple[Context, str], bool] = {}
    there: dict[tuple[Context, str], set[str]] = {}
    for platform, deployment, context_id, link, learner, course, is_staff, title in rows:
        context = context_of(platform, deployment, context_id, link)
        titles[context] = title or titles.get(context, "")
        roles[context, learner] = is_staff
        there.setdefault((context, course), set()).add(learner)
    numbers = _lms_courses(connection, there, titles)
    membership: Membership = {}
    found = []
    for (context, course), learners in there.items():
        for learner in learners:
            is_staff = roles[context, learner]
            row = {"lms_course_id": numbers[context, course], "learner": learner, "is_staff": is_staff}
            found.append({**row, "tried": 0, "solved": 0})
            if not is_staff:
                membership.setdefault((learner, course), []).append(numbers[context, course])
    _insert(connection, members, sorted(found, key=lambda row: (row["lms_course_id"], row["learner"])))
    return membership


def _lms_courses(
    connection: Connection, there: Iterable[tuple[Context, str]], titles: dict[Context, str]
) -> dict[tuple[Context, str], int]:
    numbers: dict[tuple[Context, str], int] = {}
    for row in connection.execute(select(lms_courses)):
        context: Context = (row.platform, row.deployment, row.context_id, row.resource_link_id)
        numbers[context, row.course] = row.id
    for context, course in there:
        if (context, course) in numbers:
            continue
        platform, deployment, context_id, link = context
        identity = {"platform": platform, "deployment": deployment, "context_id": context_id, "resource_link_id": link}
        values = {**identity, "course": course, "title": titles[context]}
        new = connection.execute(insert(lms_courses).values(values).returning(lms_courses.c.id))
        numbers[context, course] = new.scalar_one()
    return numbers


def _chunks(connection: Connection) -> Iterator[list[str]]:
    last = ""
    following = select(submissions.c.learner).distinct().order_by(submissions.c.learner).limit(CHUNK)
    while learners := list(connection.scalars(following.where(submissions.c.learner > last))):
        yield learners
        last = learners[-1]


def _count_learners(
    connection: Connection,
    learners: list[str],
    membership: Membership,
    counted: Counter[Key],
    tests: "_Tests",
) -> None:
    opened = {
        (row.learner, row.course, row.exercise): row.opened_at
        for row in connection.execute(
            select(
                placements.c.learner,
                placements.c.course,
                placements.c.exercise,
                func.min(placements.c.created_at).label("opened_at"),
            )
            .where(placements.c.learner.in_(learners))
            .group_by(placements.c.learner, placements.c.course, placements.c.exercise)
        )
    }
    key = (submissions.c.learner, submissions.c.course, submissions.c.exercise)
    rows = connection.execute(
        select(
            *key,
            submissions.c.id,
            submissions.c.created_at,
            gradings.c.id,
            gradings.c.state,
            gradings.c.status,
            gradings.c.credit,
            gradings.c.finished_at,
            gradings.c.report,
        )
        .join_from(submissions, gradings)
        .where(submissions.c.learner.in_(learners), gradings.c.state.in_([GradingState.DONE, GradingState.FAILED]))
        .order_by(*key)
        .execution_options(yield_per=_ROWS)
    )
    found = []
    for (learner, course, exercise), group in groupby(rows, lambda row: tuple(row[:3])):
        graded = [(Graded(*row[3:6], _STATES[row[6]], *row[7:9]), row[9], row[10]) for row in group]
        ended = in_force(each for each, _, _ in graded)
        values = progress_of(ended, opened.get((learner, course, exercise)))
        reports = {each.grading_id: (finished_at, report) for each, finished_at, report in graded}
        verdict = last_verdict(ended)
        points = reports[verdict][1].get("max_points") if verdict is not None else None
        found.append({"learner": learner, "course": course, "exercise": exercise, "max_points": points, **values})
        counted.update(move(membership.get((learner, course), ()), exercise, buckets(None), buckets(values)))
        for each in ended:
            if each.state is GradingState.DONE:
                tests.add(course, exercise, *reports[each.grading_id])
    _insert(connection, progress, found)


class _Tests:
    """Rows of `test_counts`, as they grow."""

    def __init__(self) -> None:
        self._counts: dict[tuple[str, str, str], list[Any]] = {}

    def add(self, course: str, exercise: str, finished_at: float, report: Any) -> None:
        for title, (seen, failed) in tests_of(report).items():
            row = self._counts.setdefault((course, exercise, title), [0, 0, 0.0])
            row[0] += seen
            row[1] += failed
            row[2] = max(row[2], finished_at)

    def rows(self) -> list[dict[str, Any]]:
        names = ("course", "exercise", "title", "seen", "failed", "last_at")
        return [dict(zip(names, (*key, *values), strict=True)) for key, values in sorted(self._counts.items())]


def _count_totals(connection: Connection) -> None:
    """What each member has reached in the whole course."""
    mine = (
        progress.c.learner == members.c.learner,
        progress.c.course
        == select(lms_courses.c.course)
        .where(lms_courses.c.id == members.c.lms_course_id)
        .correlate(members)
        .scalar_subquery(),
    )
    totals = {
        "tried": func.count(progress.c.first_at),
        "solved": func.count(progress.c.solved_at),
        "last_at": func.max(progress.c.last_at),
    }
    connection.execute(
        update(members).values(
            {name: select(each).where(*mine).correlate(members).scalar_subquery() for name, each in totals.items()}
        )
    )


def _insert(connection: Connection, table: Any, rows: list[dict[str, Any]]) -> None:
    for start in range(0, len(rows), _ROWS):
        connection.execute(insert(table), rows[start : start + _ROWS])
