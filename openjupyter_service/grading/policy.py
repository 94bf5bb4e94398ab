"""What of a learner's work counts: deadline, late work, attempts, and best or latest."""

from typing import Any

from openjupyter_service.exercises.course import Exercise
from openjupyter_service.store.submissions import Submissions


def policy_of(exercise: Exercise, submissions: Submissions, learner: str, course: str) -> dict[str, Any]:
    """The policy as clients show it: `counts`, `deadline` (Unix seconds or None), `late_factor`, `attempts` and
    `attempts_left` (None = as many as one likes)."""
    left = None
    if exercise.attempts is not None:
        left = max(exercise.attempts - submissions.attempts(learner, course, exercise.name), 0)
    return {
        "counts": exercise.counts,
        "deadline": exercise.deadline.timestamp() if exercise.deadline is not None else None,
        "late_factor": exercise.late_factor,
        "attempts": exercise.attempts,
        "attempts_left": left,
    }
