"""What is asked all the time is found by an index, however many gradings and scores there have ever been."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from sqlalchemy import event

from openjupyter_service.store import Launches, People, Queue, StaffScores, Store, Submissions, Trials
from openjupyter_service.store.results import Results
from tests.unit.store.steps import grade, launch, submit


@contextmanager
def plans(store: Store) -> Iterator[list[str]]:
    """How SQLite finds what is asked for meanwhile: a line for each table that it looks into."""
    if not store.is_sqlite:
        pytest.skip("the plan's text is SQLite's")
    found: list[str] = []

    def explain(_connection: Any, cursor: Any, statement: str, parameters: Any, *_rest: Any) -> None:
        if statement.split()[0] in ("SELECT", "UPDATE", "WITH"):
            rows = cursor.connection.execute(f"EXPLAIN QUERY PLAN {statement}", parameters)
            found.extend(row[3] for row in rows)

    event.listen(store._engine, "before_cursor_execute", explain)
    yield found
    event.remove(store._engine, "before_cursor_execute", explain)


def whole(plan: list[str]) -> list[str]:
    """Tables of which all rows are looked at, by no index of few."""
    large = ("gradings", "submissions", "outbox", "progress", "placements")
    few = ("ix_gradings_waiting", "ix_gradings_failed", "ix_outbox_failed", "ix_outbox_due", "uq_outbox_pending")
    return [
        line
        for line in plan
        if line.startswith(tuple(f"SCAN {table}" for table in large)) and not any(name in line for name in few)
    ]


def test_the_check_itself_finds_what_is_wrong(store: Store) -> None:
    with plans(store) as plan, store.read() as connection:
        connection.exec_driver_sql("SELECT count(*) FROM gradings WHERE score > 0.5")
    assert whole(plan) == ["SCAN gradings"]


def test_the_queue(store: Store, submissions: Submissions, queue: Queue) -> None:
    grade(submissions, queue, 0.5)
    with plans(store) as plan:
        assert queue.claim("worker", 60) is None
        submit(submissions)
        submissions.positions()
        claimed = queue.claim("worker", 60)
        assert claimed and queue.release(claimed.grading_id, "worker")
        queue.release_all("worker")
        assert Trials(store).claim("worker", 60) is None
    assert plan and whole(plan) == []


def test_the_end_of_a_grading_and_a_launch(
    store: Store, submissions: Submissions, queue: Queue, launches: Launches
) -> None:
    launch(launches)
    with plans(store) as plan:
        grade(submissions, queue, 0.5)
        grade(submissions, queue, 1.0)
        launch(launches)
        launch(launches, link="link-2")
    assert plan and whole(plan) == []


def test_pages_for_staff(store: Store, submissions: Submissions, queue: Queue, launches: Launches) -> None:
    launch(launches)
    People(store).remember("ada", "Ada", None)
    grade(submissions, queue, 0.5)
    launches.record(
        platform="moodle", context_id="course-7", resource_link_id="link-1", learner="ines", course="python",
        exercise="warm-up", is_staff=True,
    )  # fmt: skip
    results, scores = Results(store), StaffScores(store)
    with plans(store) as plan:
        (place,) = results.lms_courses("ines", 9)
        results.tallies(place.id)
        results.refused(place)
        results.faults(place, "warm-up", 10)
        results.stuck(place, "warm-up", 1, 10)
        results.learners(place, sort="name")
        results.learners(place, exercise="warm-up")
        results.reached("python", ["ada"])
        results.handed_in("python", ["ada"])
        scores.page("ines", 1e12, None, 10)
        scores.count("ines", 1e12)
    assert plan and whole(plan) == []
