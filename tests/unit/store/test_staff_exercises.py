"""Which exercises staff answer for, and whose names they may read there."""

import pytest

from openjupyter_service.store import Launches, People, Store, Submissions
from openjupyter_service.store.staff_exercises import StaffExercises
from tests.unit.store.conftest import Clock
from tests.unit.store.steps import submit


@pytest.fixture
def exercises(store: Store) -> StaffExercises:
    return StaffExercises(store)


def enter(
    launches: Launches,
    person: str,
    context: str,
    *,
    staff: bool = False,
    exercise: str = "warm-up",
    link: str = "1",
    deployment: str = "",
) -> None:
    launches.record(
        platform="moodle", deployment=deployment, context_id=context, resource_link_id=link, learner=person,
        course="python", exercise=exercise, is_staff=staff,
    )  # fmt: skip


def test_exercises_are_those_of_ones_own_courses_that_somebody_has_handed_in(
    exercises: StaffExercises, launches: Launches, submissions: Submissions
) -> None:
    enter(launches, "ines", "c1", staff=True)
    enter(launches, "ines", "c1", staff=True, exercise="figures", link="2")
    enter(launches, "otto", "c2", staff=True, exercise="means")
    assert exercises.of("ines") == exercises.of(None) == []
    submit(submissions, "ada")
    submit(submissions, "ada", exercise="means")
    assert exercises.of("ines") == [("python", "warm-up")]
    assert exercises.of("otto") == [("python", "means")]
    assert exercises.of("ada") == []
    assert exercises.of(None) == [("python", "means"), ("python", "warm-up")]


def test_who_is_staff_no_more_answers_for_nothing(
    exercises: StaffExercises, launches: Launches, submissions: Submissions, clock: Clock
) -> None:
    submit(submissions, "ada")
    enter(launches, "ines", "c1", staff=True)
    assert exercises.of("ines") and exercises.answers_for("ines", "python", "warm-up")
    clock.pass_(1)
    enter(launches, "ines", "c1")
    assert exercises.of("ines") == [] and not exercises.answers_for("ines", "python", "warm-up")
    assert exercises.learners("ines", "python", "warm-up") == {}


def test_names_are_those_of_ones_own_courses(
    exercises: StaffExercises, launches: Launches, submissions: Submissions, store: Store
) -> None:
    for person, context in (("ada", "c1"), ("bob", "c2"), ("cem", "c1")):
        enter(launches, person, context)
        People(store).remember(person, f"Name of {person}", None)
    enter(launches, "ada", "c2")
    enter(launches, "dora", "c1", exercise="figures")
    enter(launches, "ines", "c1", staff=True)
    submit(submissions, "eve")
    assert exercises.learners("ines", "python", "warm-up") == {
        "ada": "Name of ada", "cem": "Name of cem", "ines": None,
    }  # fmt: skip
    assert set(exercises.learners(None, "python", "warm-up")) == {"ada", "bob", "cem", "eve", "ines"}


@pytest.mark.parametrize("elsewhere", [{"context": "c2"}, {"context": "c1", "deployment": "2"}])
def test_only_staff_of_every_course_answer_for_an_exercise(
    exercises: StaffExercises, launches: Launches, elsewhere: dict[str, str]
) -> None:
    enter(launches, "ines", "c1", staff=True)
    enter(launches, "ada", "c1")
    enter(launches, "bob", **elsewhere, exercise="figures", link="2")  # type: ignore[arg-type]
    assert exercises.answers_for("ines", "python", "warm-up")
    assert not exercises.answers_for("ines", "python", "figures")
    enter(launches, "bob", **elsewhere)  # type: ignore[arg-type]
    assert not exercises.answers_for("ines", "python", "warm-up")
    assert exercises.answers_for(None, "python", "warm-up")
    enter(launches, "ines", **elsewhere, staff=True)  # type: ignore[arg-type]
    assert exercises.answers_for("ines", "python", "warm-up")
    assert not exercises.answers_for("ada", "python", "warm-up")
