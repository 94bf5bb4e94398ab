"""What needs staff first, in a few sentences: our faults, scores that were refused, tests and exercises that are too
hard or wrong, learners who are stuck."""

from collections.abc import Iterator

from openjupyter_service.grading.result_records import Attention, ExerciseRow
from openjupyter_service.language import N_
from openjupyter_service.store.result_records import Tally, TestCount
from openjupyter_service.store.tallies import Kind

MOST = 8
"""Sentences at most."""
ENOUGH = 10
"""Learners who have tried, or gradings: of fewer nothing is said."""
HARDLY = 0.2
"""An exercise that a smaller share of those who tried has solved."""
NEARLY_ALL = 0.9
"""A test that fails in so large a share of gradings."""
OFTEN = 10
"""Attempts without success."""


def attention(
    exercises: list[ExerciseRow], tallies: dict[str, Tally], tests: list[TestCount], refused: int
) -> list[Attention]:
    """At most MOST of them, the most urgent first."""
    found = [
        *_faults(exercises),
        *_refused(refused),
        *_failing_tests(exercises, tests),
        *_hard_exercises(exercises),
        *_stuck(exercises, tallies),
    ]
    return found[:MOST]


def _faults(exercises: list[ExerciseRow]) -> Iterator[Attention]:
    for row in sorted((row for row in exercises if row.faults), key=lambda row: -row.faults):
        yield Attention(
            N_("“{title}” could not be graded for one learner: a hidden test or the grading itself is broken."),
            N_("“{title}” could not be graded for {count} learners: a hidden test or the grading itself is broken."),
            row.faults,
            {"title": row.title},
            row.name,
        )


def _refused(count: int) -> Iterator[Attention]:
    if count:
        yield Attention(
            N_("The LMS has refused one score for good."),
            N_("The LMS has refused {count} scores for good."),
            count,
            {},
            None,
        )


def _failing_tests(exercises: list[ExerciseRow], tests: list[TestCount]) -> Iterator[Attention]:
    titles = {row.name: row.title for row in exercises}
    failing = [test for test in tests if test.seen >= ENOUGH and test.failed / test.seen >= NEARLY_ALL]
    for test in sorted(failing, key=lambda test: -test.failed / test.seen):
        if test.exercise in titles:
            yield Attention(
                N_("The test “{test}” of “{title}” nearly always fails ({count} of {seen} times): is it right?"),
                N_("The test “{test}” of “{title}” nearly always fails ({count} of {seen} times): is it right?"),
                test.failed,
                {"test": test.title, "seen": test.seen, "title": titles[test.exercise]},
                test.exercise,
            )


def _hard_exercises(exercises: list[ExerciseRow]) -> Iterator[Attention]:
    hard = [row for row in exercises if row.tried >= ENOUGH and row.solved / row.tried < HARDLY]
    for row in sorted(hard, key=lambda row: row.solved / row.tried):
        yield Attention(
            N_("Hardly anybody solves “{title}”: one of {tried} learners who have tried."),
            N_("Hardly anybody solves “{title}”: {count} of {tried} learners who have tried."),
            row.solved,
            {"title": row.title, "tried": row.tried},
            row.name,
        )


def _stuck(exercises: list[ExerciseRow], tallies: dict[str, Tally]) -> Iterator[Attention]:
    def count(row: ExerciseRow) -> int:
        unsolved = tallies.get(row.name, {}).get(Kind.UNSOLVED, {})
        return sum(learners for attempts, learners in unsolved.items() if attempts >= OFTEN)

    stuck = [(count(row), row) for row in exercises]
    for learners, row in sorted(((n, row) for n, row in stuck if n), key=lambda each: -each[0]):
        yield Attention(
            N_("One learner has tried “{title}” {often} times or more without success."),
            N_("{count} learners have tried “{title}” {often} times or more without success."),
            learners,
            {"title": row.title, "often": OFTEN},
            row.name,
        )
