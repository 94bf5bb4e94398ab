"""The points of an exercise as its tests' sources tell them, for a gradebook's column made before any grading."""

import ast

from openjupyter_service.errors import ExerciseError
from openjupyter_service.exercises.course import Exercise
from openjupyter_service.grading.check.sources import HiddenTest, hidden_tests


def maximum_points(exercise: Exercise) -> float | None:
    """Points of all tests together; None where only running them would tell, or there are none."""
    try:
        points = [_points(test) for test in hidden_tests(exercise)]
    except ExerciseError:
        return None
    known = [each for each in points if each is not None]
    total = sum(known)
    return total if len(known) == len(points) and total > 0 else None


def _points(test: HiddenTest) -> float | None:
    each = 1.0
    if "points" in test.marks:
        call = test.marks["points"]
        value = call.args[0].value if call and call.args and isinstance(call.args[0], ast.Constant) else None
        if isinstance(value, bool) or not isinstance(value, int | float) or value < 0:
            return None
        each = float(value)
    if "parametrize" not in test.marks:
        return each
    call = test.marks["parametrize"]
    values = call.args[1] if call and len(call.args) > 1 else None
    if not isinstance(values, ast.List | ast.Tuple) or any(isinstance(value, ast.Starred) for value in values.elts):
        return None
    if test.source.count("parametrize(") > 1:  # each combination is a test
        return None
    return each * len(values.elts)
