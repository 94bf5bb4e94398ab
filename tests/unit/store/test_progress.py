"""What is counted of gradings and launches, against plain Python over random histories; and counted anew."""

import random
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from alembic import command
from alembic.config import Config
from sqlalchemy import delete, func, select

from openjupyter_service.store import Counts, Launches, Queue, Regrades, Store, Submissions, Trials, engine
from openjupyter_service.store.folded import folded
from openjupyter_service.store.summary_tables import lms_courses, members, progress, tallies, test_counts
from openjupyter_service.store.tables import gradings, people, submissions
from openjupyter_service.store.tallies import FULL, MAX_ATTEMPTS, UNCOUNTED, Kind, minutes, tenths
from tests.unit.store.conftest import Clock
from tests.unit.store.random_histories import History, counted_tests, learners_of, reached
from tests.unit.store.steps import EXERCISE, grade, launch, submit

SEEDS = range(3)


def rows(store: Store, table: Any) -> list[tuple[Any, ...]]:
    """All rows, without tallies of nobody."""
    with store.read() as connection:
        found = [tuple(row) for row in connection.execute(select(table).order_by(*table.primary_key))]
    if table is tallies:
        found = [row for row in found if row[-1]]
    if table is test_counts:
        found = [row[:-1] for row in found if row[3]]  # a regrade does not make a test any older
    return found


def everything(store: Store) -> dict[str, list[tuple[Any, ...]]]:
    return {table.name: rows(store, table) for table in (lms_courses, members, progress, tallies, test_counts)}


@pytest.fixture(scope="module", params=SEEDS)
def past(tmp_path_factory: pytest.TempPathFactory, request: pytest.FixtureRequest) -> Iterator[History]:
    """A history that is only looked at."""
    store = Store(f"sqlite:///{tmp_path_factory.mktemp('past') / 'store.sqlite'}", Clock())
    store.upgrade()
    history = History(store, store.now, request.param)
    history.go(140)
    yield history
    store.close()


@pytest.fixture
def history(store: Store, clock: Clock) -> History:
    history = History(store, clock, 7)
    history.go(100)
    return history


def test_progress_is_what_the_gradings_say(past: History) -> None:
    wanted = reached(past.store)
    with past.store.read() as connection:
        found = {(row.learner, row.course, row.exercise): row for row in connection.execute(select(progress)).all()}
    assert set(found) == set(wanted) and len(found) > 10
    for key, one in wanted.items():
        row, counted = found[key], [credit for credit in one.credits if credit is not None]
        assert row.attempts == len(one.times) and row.internal_errors == one.internal_errors
        assert row.first_at == (one.times[0] if one.times else None)
        assert row.last_at == one.all_times[-1] and row.opened_at == one.opened_at
        assert row.solved_after == (None if one.solved is None else one.solved + 1)
        assert row.solved_at == (None if one.solved is None else one.times[one.solved])
        assert row.best_credit == max(counted, default=None)
        assert row.latest_credit == (counted[-1] if counted else None)
        assert row.max_points == (12.0 if one.times else None)


def test_tallies_are_sums_over_the_learners_of_each_lms_course(past: History) -> None:
    one_by_one = reached(past.store)
    with past.store.read() as connection:
        courses = connection.execute(select(lms_courses)).all()
    assert len(courses) > 4
    wanted: Counter[tuple[Any, ...]] = Counter()
    for place in courses:
        context = (place.platform, place.deployment, place.context_id)
        learners = learners_of(past.store, context, place.course, place.resource_link_id)
        for (learner, course, exercise), one in one_by_one.items():
            if course != place.course or learner not in learners:
                continue
            counted = [credit for credit in one.credits if credit is not None]
            found: list[tuple[str, int]] = []
            if one.internal_errors:
                found.append(("internal", one.internal_errors))
            if one.times:
                found.append(("begun", int(one.times[0] // 86400)))
                found.append(("best", tenths(max(counted, default=None))))
                found.append(("latest", tenths(counted[-1] if counted else None)))
            if one.solved is not None:
                found.append(("solved", int(one.times[one.solved] // 86400)))
                found.append(("solved after", one.solved + 1))
                found.append(("minutes", minutes(one.times[one.solved] - one.opened_at)))
            elif one.times:
                found.append(("unsolved", len(one.times)))
            wanted.update((place.id, exercise, kind, bucket) for kind, bucket in found)
    assert {row[:-1]: row[-1] for row in rows(past.store, tallies)} == dict(wanted)


def test_members_are_who_was_led_there_with_what_they_have_reached(past: History) -> None:
    one_by_one = reached(past.store)
    with past.store.read() as connection:
        courses = {row.id: row for row in connection.execute(select(lms_courses))}
        found = connection.execute(select(members)).all()
    for number, place in courses.items():
        context = (place.platform, place.deployment, place.context_id)
        wanted = learners_of(past.store, context, place.course, place.resource_link_id)
        assert {row.learner for row in found if row.lms_course_id == number and not row.is_staff} == wanted
    for row in found:
        mine = [one for key, one in one_by_one.items() if key[:2] == (row.learner, courses[row.lms_course_id].course)]
        assert row.tried == sum(bool(one.times) for one in mine)
        assert row.solved == sum(one.solved is not None for one in mine)
        assert row.last_at == max((one.all_times[-1] for one in mine), default=None)


def test_tests_are_counted_by_the_last_verdict_on_each_submission(past: History) -> None:
    found = {row[:3]: row[3:] for row in rows(past.store, test_counts)}
    assert found == counted_tests(past.store) and found


def test_counting_anew_comes_to_the_same_twice(history: History) -> None:
    before = everything(history.store)
    history.store.rebuild()
    assert everything(history.store) == before
    history.store.rebuild()
    assert everything(history.store) == before


def test_counting_anew_mends_whatever_is_wrong(history: History) -> None:
    before = everything(history.store)
    with history.store.write() as connection:
        connection.execute(delete(progress).where(progress.c.exercise == "exercise-1"))
        connection.execute(tallies.update().values(count=tallies.c.count + 5))
        connection.execute(members.update().values(solved=99))
        connection.execute(delete(test_counts))
    told: list[str] = []
    history.store.rebuild(told.append)
    assert everything(history.store) == before and told


def test_after_counting_anew_all_goes_on(history: History) -> None:
    history.store.rebuild()
    history.go(80)
    before = everything(history.store)
    history.store.rebuild()
    assert everything(history.store) == before


def test_a_store_of_before_is_filled_when_it_is_brought_up_to_date(tmp_path: Path) -> None:
    store = Store(f"sqlite:///{tmp_path / 'old.sqlite'}", Clock())
    store.upgrade()
    history = History(store, store.now, 3)
    history.go(100)
    before = everything(store)
    with store.read() as connection:
        statuses = connection.execute(select(gradings.c.id, gradings.c.status)).all()
    config = Config()
    config.set_main_option("script_location", str(engine._MIGRATIONS))
    config.set_main_option("path_separator", "os")
    bare = store._create_engine(foreign_keys=False)
    with bare.begin() as connection:
        config.attributes["connection"] = connection
        command.downgrade(config, "0003")
    bare.dispose()
    store.upgrade()
    after = everything(store)
    assert after["progress"] == before["progress"] and after["test_counts"] == before["test_counts"]
    with store.read() as connection:
        assert connection.execute(select(gradings.c.id, gradings.c.status)).all() == statuses
        assert connection.scalar(select(func.count()).select_from(members)) == len(before["members"])
        names = connection.execute(select(people.c.display_name, people.c.folded_name)).all()
    assert all(row.folded_name == folded(row.display_name) for row in names) and names
    store.close()


def test_the_last_verdict_decides_whichever_ended_first(
    submissions: Submissions, queue: Queue, launches: Launches, store: Store, clock: Clock
) -> None:
    launch(launches)
    first = submit(submissions)
    clock.pass_(5)
    second = submit(submissions)
    one, two = queue.claim("a", 60), queue.claim("b", 60)
    assert one and two and (one.submission_id, two.submission_id) == (first.id, second.id)
    assert queue.finish(two.grading_id, "b", {"status": "wrong", "max_points": 3.0}, 0.5, {})
    assert queue.finish(one.grading_id, "a", {"status": "correct", "max_points": 4.0}, 1.0, {})
    with store.read() as connection:
        row = connection.execute(select(progress)).one()
    assert (row.solved_after, row.attempts, row.latest_credit, row.best_credit) == (1, 2, 0.5, 1.0)
    assert row.last_status == "wrong" and row.max_points == 3.0


def test_a_worker_that_lost_its_grading_counts_nothing(submissions: Submissions, queue: Queue, store: Store) -> None:
    submit(submissions)
    claimed = queue.claim("a", 60)
    assert claimed
    assert not queue.finish(claimed.grading_id, "b", {"status": "correct"}, 1.0, {})
    assert not queue.fail(claimed.grading_id, "b", {"status": "internal error"})
    assert rows(store, progress) == []


def test_work_before_the_first_launch_counts_from_then_on(
    submissions: Submissions, queue: Queue, launches: Launches, store: Store
) -> None:
    grade(submissions, queue, 1.0)
    assert rows(store, tallies) == []
    launch(launches)
    assert {(row[2], row[3]) for row in rows(store, tallies)} >= {("solved after", 1), ("minutes", 0), ("best", FULL)}


def test_who_becomes_staff_is_taken_out_of_all_counts_and_comes_back(
    submissions: Submissions, queue: Queue, launches: Launches, store: Store
) -> None:
    launch(launches)
    grade(submissions, queue, 1.0)
    before = rows(store, tallies)
    staff = {"platform": "moodle", "context_id": "course-7", "resource_link_id": "another", "learner": "ada"}
    launches.record(**staff, course="python", exercise="warm-up", is_staff=True)
    assert before and rows(store, tallies) == []
    launches.record(**staff, course="python", exercise="warm-up", is_staff=False)
    assert rows(store, tallies) == before


def test_a_link_that_leads_elsewhere_now_takes_its_learners_along(
    submissions: Submissions, queue: Queue, launches: Launches, store: Store
) -> None:
    launch(launches)
    grade(submissions, queue, 1.0)
    link = {"platform": "moodle", "context_id": "course-7", "resource_link_id": "link-1", "learner": "ada"}
    launches.record(**link, course="other", exercise="warm-up")
    assert rows(store, tallies) == []
    with store.read() as connection:
        query = select(lms_courses.c.course).join_from(members, lms_courses)
        assert connection.scalars(query).all() == ["other"]


def test_a_grading_takes_as_many_statements_with_many_learners(
    submissions: Submissions, queue: Queue, launches: Launches, store: Store
) -> None:
    def count() -> int:
        counted = 0

        def note(*_: Any) -> None:
            nonlocal counted
            counted += 1

        from sqlalchemy import event

        event.listen(store._engine, "before_cursor_execute", note)
        grade(submissions, queue, 0.5, "ada")
        event.remove(store._engine, "before_cursor_execute", note)
        return counted

    launch(launches)
    grade(submissions, queue, 0.5, "ada")
    few = count()
    for number in range(30):
        launch(launches, learner=f"learner-{number}")
        grade(submissions, queue, random.Random(number).random(), f"learner-{number}")
    assert count() == few


@pytest.mark.parametrize(
    ("seconds", "shown"),
    [(-5, 0), (0, 0), (59.9, 0), (60, 1), (3540, 59), (5940, 99), (6060, 100), (7140, 110), (74_040, 1200)],
)  # fmt: skip
def test_minutes_have_two_digits(seconds: float, shown: int) -> None:
    assert minutes(seconds) == shown


def test_minutes_never_fall() -> None:
    found = [minutes(seconds * 37.0) for seconds in range(60_000)]
    assert found == sorted(found) and len(set(found)) < 500


def test_tenths() -> None:
    assert [tenths(credit) for credit in (None, 0.0, 0.09, 0.1, 0.3, 0.7, 0.999, 1.0, 1 - 1e-12)] == [
        UNCOUNTED, 0, 0, 1, 3, 7, 9, FULL, FULL,
    ]  # fmt: skip


def test_names_are_folded() -> None:
    assert folded("  Öztürk,\tADA ") == "ozturk, ada" and folded("Straße") == "strasse"
    assert len(folded("x" * 10_000)) == 200
    assert Kind.BEST == "best" and MAX_ATTEMPTS > 100
    assert submissions.name == "submissions"


def test_a_regrade_that_is_applied_counts_in_place_of_what_was_before(
    submissions: Submissions, queue: Queue, launches: Launches, store: Store, clock: Clock
) -> None:
    tests = [{"title": "A mean", "outcome": "failed"}]
    for who in ("ada", "ben"):
        launch(launches, learner=who)
        for _ in range(2):
            submit(submissions, who)
            claimed = queue.claim("worker", 60)
            assert claimed
            report = {"status": "wrong", "max_points": 4.0, "tests": tests}
            assert queue.finish(claimed.grading_id, "worker", report, 0.5, {})
    regrades, trials = Regrades(store), Trials(store)
    regrade = regrades.begin(**EXERCISE, commit=None, private_commit=None, counts=Counts.BEST, begun_by=None)
    while (claimed := trials.claim("worker", 60)) is not None:
        passed = {"status": "correct", "max_points": 4.0, "tests": [tests[0] | {"outcome": "passed"}]}
        assert trials.finish(claimed.grading_id, "worker", passed, 1.0, {})
    assert [row[3:] for row in rows(store, test_counts)] == [(4, 4)]
    regrades.start_applying(regrade.id, False, None, {})
    assert regrades.apply_to(regrade.id, "ada")
    assert [row[3:] for row in rows(store, test_counts)] == [(4, 2)]
    found = {(row[2], row[3]): row[4] for row in rows(store, tallies)}
    assert found["solved after", 1] == 1 and found["unsolved", 2] == 1 and found["best", FULL] == 1
    with store.read() as connection:
        assert set(connection.scalars(select(gradings.c.status))) == {"wrong", "correct"}
    before = everything(store)
    store.rebuild()
    assert everything(store) == before
