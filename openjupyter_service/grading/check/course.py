"""Check all exercises of a course, some of their gradings at a time."""

import asyncio
import time
from collections.abc import Callable, Collection
from pathlib import Path

from openjupyter_service.errors import ExerciseError
from openjupyter_service.exercises.course import Exercise, load_exercise
from openjupyter_service.exercises.layout import CourseFolders, is_one_folder
from openjupyter_service.exercises.mistakes import ExerciseFileError, shown_path
from openjupyter_service.grading.check.built import note_stale_files
from openjupyter_service.grading.check.findings import ExerciseResult, Subject
from openjupyter_service.grading.check.hidden import PublicFile, note_hidden_files, note_named_files, read_public
from openjupyter_service.grading.check.right_work import check_solution, check_starter
from openjupyter_service.grading.check.sources import check_sources, hidden_tests
from openjupyter_service.grading.check.starter import note_starter_notebook
from openjupyter_service.grading.check.trial import Files, GradeOne, Step, Trial
from openjupyter_service.grading.check.wrong_work import check_mutants, check_samples, check_variants, other_samples
from openjupyter_service.report import Report

RUNS = 3
AT_ONCE = 2

Watch = Callable[[str, int, int], None]
"""Told of progress: an exercise's name, how many of its gradings are done, and of how many in all."""


async def check_course(
    course: CourseFolders,
    grade: GradeOne,
    watch: Watch,
    runs: int = RUNS,
    at_once: int = AT_ONCE,
    graded: Collection[str] = (),
) -> list[ExerciseResult]:
    """Check the exercises that `course` names.

    Args:
        course: where they are, and which
        grade: grades one submission
        watch: told of progress
        runs: how often each solution is graded, each time with another seed
        at_once: how many gradings run at the same time
        graded: names of exercises that are looked at without grading anything
    """
    places = asyncio.Semaphore(at_once)

    async def grade_in_turn(exercise: Exercise, files: Files, seed: int) -> Report:
        async with places:
            return await grade(exercise, files, seed)

    results = {name: ExerciseResult(name) for name in course.names}
    exercises = [exercise for name in course.names if (exercise := _load(course, results[name])) is not None]
    public = _PublicHalves(course, exercises)

    def step_of(name: str) -> Step:
        return lambda done, total: watch(name, done, total)

    await asyncio.gather(
        *(
            _check(exercise, public, Trial(
                exercise, course.public_of(exercise), grade_in_turn, step_of(exercise.name), results[exercise.name]
            ), 0 if exercise.name in graded else runs)
            for exercise in exercises
        )
    )  # fmt: skip
    return list(results.values())


def _load(course: CourseFolders, result: ExerciseResult) -> Exercise | None:
    try:
        exercise = load_exercise(course.private, result.name)
    except ExerciseFileError as error:
        for sentence in error.sentences():
            result.error(Subject.EXERCISE_FILE, sentence)
        return None
    result.title = exercise.title
    return exercise


class _PublicHalves:
    """The public files around an exercise, each public half read once."""

    def __init__(self, course: CourseFolders, exercises: list[Exercise]) -> None:
        self._course = course
        self._exercises = exercises
        self._read: dict[Path, list[PublicFile]] = {}

    def files(self, exercise: Exercise) -> list[PublicFile]:
        """All files of its public half; where both halves are one, those that its exercises give to learners."""
        public = self._course.public_of(exercise)
        if public not in self._read:
            given = [path for each in self._exercises for path in (each.notebook, *each.files, *each.data)]
            self._read[public] = read_public(public, given if is_one_folder(exercise, public) else None)
        return self._read[public]


async def _check(exercise: Exercise, public: _PublicHalves, trial: Trial, runs: int) -> None:
    """All of one exercise: what can be seen without running anything, then the gradings, unless `runs` is 0."""
    started = time.monotonic()
    result = trial.result
    check_sources(exercise, result)
    try:
        tests = hidden_tests(exercise)
        note_named_files(exercise, result)
        note_hidden_files(exercise, tests, public.files(exercise), result)
    except ExerciseError:  # without tests, which is noted already, there is nothing to grade
        return
    note_stale_files(exercise, trial.public, result)
    note_starter_notebook(exercise, trial.public, result)
    if not runs:
        return
    trial.expect(runs + 1 + len(other_samples(exercise)) + len(exercise.variants))
    path = exercise.solution_path()
    if path is None:
        folder = shown_path(exercise.folder)
        result.error(
            Subject.SOLUTION, f"there is no solution; write {folder}/solution.ipynb, or name it in exercise.toml"
        )
    solution = trial.gather(Subject.SOLUTION, path) if path else None
    starter = trial.gather(Subject.STARTER, trial.public / exercise.notebook)
    right = await check_solution(trial, solution, runs, tests)
    await asyncio.gather(check_starter(trial, starter), check_samples(trial), check_variants(trial))
    if right and solution is not None:
        await check_mutants(trial, solution, starter)
    result.seconds = time.monotonic() - started
