"""Every number of the pages of results, against plain Python over random histories."""

import statistics
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select

from openjupyter_service.courses import Course
from openjupyter_service.grading.attention import ENOUGH, MOST, attention
from openjupyter_service.grading.result_records import ExerciseRow, Standing
from openjupyter_service.grading.results import ResultsView, median
from openjupyter_service.settings import Settings
from openjupyter_service.store import Store
from openjupyter_service.store.result_records import TestCount
from openjupyter_service.store.summary_tables import lms_courses
from openjupyter_service.store.tallies import Kind, minutes
from tests.unit.store.random_histories import (
    COURSES,
    EXERCISES,
    Clock,
    History,
    Reached,
    counted_tests,
    learners_of,
    reached,
)

LATEST = "exercise-1"
"""The exercise whose latest score counts."""


class World:
    def __init__(self, folder: Path, seed: int) -> None:
        courses = []
        for course in COURSES:
            for name in EXERCISES:
                home = folder / course / name
                home.mkdir(parents=True)
                counts = 'counts = "latest"\n' if name == LATEST else ""
                (home / "exercise.toml").write_text(f'title = "Title of {name}"\n{counts}')
            courses.append(Course(name=course, repository=folder / "git", private=folder / course))
        self.settings = Settings(data_dir=folder, courses=courses)
        self.store = Store(self.settings.store_url, Clock())
        self.store.upgrade()
        History(self.store, self.store.now, seed).go(220)
        self.view = ResultsView(self.settings, self.store)
        self.reached = reached(self.store)
        with self.store.read() as connection:
            self.places = connection.execute(select(lms_courses)).all()

    def learners(self, place: Any) -> set[str]:
        context = (place.platform, place.deployment, place.context_id)
        return learners_of(self.store, context, place.course, place.resource_link_id)

    def of(self, place: Any, exercise: str) -> dict[str, Reached]:
        """What the learners of an LMS course have reached at an exercise."""
        found = {who: self.reached.get((who, place.course, exercise)) for who in self.learners(place)}
        return {who: one for who, one in found.items() if one is not None}


@pytest.fixture(scope="module", params=range(2))
def world(tmp_path_factory: pytest.TempPathFactory, request: pytest.FixtureRequest) -> Iterator[World]:
    world = World(tmp_path_factory.mktemp("world"), request.param + 20)
    yield world
    world.store.close()


def credit(one: Reached, exercise: str) -> float | None:
    counted = [each for each in one.credits if each is not None]
    return None if not counted else counted[-1] if exercise == LATEST else max(counted)


def test_the_overview(world: World) -> None:
    tests = counted_tests(world.store)
    for place in world.places:
        overview = world.view.overview(None, str(place.id))
        assert overview.place.learners == len(world.learners(place))
        assert [row.name for row in overview.exercises] == EXERCISES
        for row in overview.exercises:
            mine = world.of(place, row.name)
            solved = [one for one in mine.values() if one.solved is not None]
            assert row.title == f"Title of {row.name}"
            assert row.tried == sum(bool(one.times) for one in mine.values()) and row.solved == len(solved)
            assert row.faults == sum(one.internal_errors > 0 for one in mine.values())
            if solved:
                numbers = [one.solved for one in solved if one.solved is not None]
                assert row.attempts == statistics.median_low(numbers) + 1
                seconds = [one.times[one.solved] - one.opened_at for one in solved if one.solved is not None]
                assert row.minutes == minutes(statistics.median_low(seconds))
            else:
                assert row.attempts is None and row.minutes is None
            failed = {key[2]: counts for key, counts in tests.items() if key[:2] == (place.course, row.name)}
            if row.hardest is not None:
                assert (row.hardest.seen, row.hardest.failed) == failed[row.hardest.title]


def test_each_exercise(world: World) -> None:
    for place in world.places:
        for name in EXERCISES:
            found = world.view.exercise(None, str(place.id), name)
            mine = {who: one for who, one in world.of(place, name).items() if one.times}
            credits = [credit(one, name) for one in mine.values()]
            tenths = Counter(min(10, int(each * 10 + 1e-9)) for each in credits if each is not None)
            assert found.tenths == [tenths[tenth] for tenth in range(11)]
            assert found.uncounted == credits.count(None)
            begun = [one.times[0] for one in mine.values()]
            solved = [one.times[one.solved] for one in mine.values() if one.solved is not None]
            for day in found.days:
                end = (day.day + 1) * 86400
                assert day.begun == sum(each < end for each in begun)
                assert day.solved == sum(each < end for each in solved)
            if begun:
                assert found.days[0].day == int(min(begun) // 86400)
                assert found.days[-1].day == int(max([*begun, *solved]) // 86400)
            after = Counter(one.solved + 1 for one in mine.values() if one.solved is not None)
            never = Counter(len(one.times) for one in mine.values() if one.solved is None)
            for attempts, with_success, without in found.attempts:
                assert (with_success, without) == (after[attempts], never[attempts])
            assert sum(row[1] + row[2] for row in found.attempts) == len(mine)
            failing = {fault.submission_id for fault in found.faults}
            assert len(failing) == sum(one.internal_errors for one in world.of(place, name).values())


def test_the_matrix(world: World) -> None:
    for place in world.places:
        matrix = world.view.matrix(None, str(place.id))
        learners = world.learners(place)
        assert [row.member.learner for row in matrix.rows] == sorted(learners) and matrix.found == len(learners)
        for row in matrix.rows:
            for column, cell in zip(matrix.columns, row.cells, strict=True):
                one = world.of(place, column.name).get(row.member.learner)
                if one is None:
                    assert cell.standing is Standing.NOTHING
                elif not one.times:
                    assert cell.standing is Standing.FAULT
                else:
                    assert cell.standing is (Standing.TRIED if one.solved is None else Standing.SOLVED)
                    counted = credit(one, column.name)
                    assert cell.points == (None if counted is None else counted * 12) and cell.max_points == 12
                    assert cell.attempts == len(one.times)


@pytest.mark.parametrize("exercise", [LATEST, "exercise-2"])
def test_the_matrix_sorted_by_an_exercise(world: World, exercise: str) -> None:
    for place in world.places:
        mine = world.of(place, exercise)
        for sign in ("", "-"):
            matrix = world.view.matrix(None, str(place.id), sort=f"{sign}exercise:{exercise}")
            found = [mine.get(row.member.learner) for row in matrix.rows]
            values = [None if one is None else credit(one, exercise) for one in found]
            there = [value for value in values if value is not None]
            assert there == sorted(there, reverse=bool(sign)) and values[: len(there)] == there


def test_one_learner(world: World) -> None:
    place = max(world.places, key=lambda place: len(world.learners(place)))
    seen = 0
    for who in world.learners(place):
        for exercise in EXERCISES:
            page = world.view.learner(None, str(place.id), who, exercise)
            one = world.reached.get((who, place.course, exercise))
            ended = [each for each in page.submissions if each.finished_at is not None]
            times = [each.created_at for each in page.submissions]
            assert times == sorted(times, reverse=True)
            assert one is None or len(ended) <= len(one.all_times)
            assert page.shown is None or page.shown.id == page.submissions[0].id
            seen += len(times)
    assert seen > 5


def test_all_submissions_are_in_the_list(world: World) -> None:
    place = max(world.places, key=lambda place: len(world.learners(place)))
    _, chunks = world.view.all_submissions(None, str(place.id))
    rows = [each for chunk in chunks for _, each in chunk]
    wanted = [
        each.id
        for who in world.learners(place)
        for exercise in EXERCISES
        for each in world.view.learner(None, str(place.id), who, exercise).submissions
    ]
    assert sorted(each.id for each in rows) == sorted(wanted) and wanted


@pytest.mark.parametrize(
    ("values", "found"), [([], None), ([3], 3), ([1, 2], 1), ([1, 2, 9], 2), ([5, 5, 5, 1], 5), ([0, 0, 1, 1], 0)]
)
def test_medians(values: list[int], found: int | None) -> None:
    assert median(Counter(values)) == found
    assert not values or found == statistics.median_low(values)


def row(name: str = "a", tried: int = 100, solved: int = 90, faults: int = 0) -> ExerciseRow:
    return ExerciseRow(name, f"Title {name}", tried, solved, 2, 10, faults, None)


def test_nothing_needs_attention_where_all_is_well() -> None:
    tests = [TestCount("a", "A mean", 100, 20, 0.0)]
    assert attention([row()], {"a": {Kind.UNSOLVED: {1: 5, 9: 2}}}, tests, 0) == []


@pytest.mark.parametrize(
    ("rows", "unsolved", "tests", "refused", "count"),
    [
        ([row(faults=3)], {}, [], 0, 3),
        ([row()], {}, [], 7, 7),
        ([row(solved=19)], {}, [], 0, 19),
        ([row(tried=ENOUGH, solved=0)], {}, [], 0, 0),
        ([row()], {10: 2, 50: 1}, [], 0, 3),
        ([row()], {}, [TestCount("a", "A mean", 100, 90, 0.0)], 0, 90),
    ],
)
def test_one_thing_that_needs_attention(
    rows: list[ExerciseRow], unsolved: dict[int, int], tests: list[TestCount], refused: int, count: int
) -> None:
    (found,) = attention(rows, {"a": {Kind.UNSOLVED: unsolved}}, tests, refused)
    assert found.count == count and found.exercise == (None if refused else "a")
    for text in (found.one, found.many):
        assert "{" not in text.format(count=count, **found.values)


def test_of_few_learners_nothing_is_concluded() -> None:
    few = ENOUGH - 1
    assert attention([row(tried=few, solved=0)], {}, [TestCount("a", "A mean", few, few, 0.0)], 0) == []


def test_the_list_is_short_and_begins_with_faults() -> None:
    rows = [row(f"e{number}", solved=number, faults=number % 2) for number in range(15)]
    found = attention(rows, {}, [], 5)
    assert len(found) == MOST and found[0].values["title"] == "Title e1"
    assert [each.exercise is None for each in found].count(True) == 1
