"""The exercises of a site as staff choose from them: titles, points, deadlines, and how each begins."""

import json
import re
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from openjupyter_service.courses import Course
from openjupyter_service.errors import ExerciseError, NotFound
from openjupyter_service.exercises.course import Exercise, exercise_names, load_exercise
from openjupyter_service.exercises.repository import read_file
from openjupyter_service.grading.courses import SiteCourses
from openjupyter_service.grading.points import maximum_points

PREVIEW_CHARACTERS = 1200


@dataclass(frozen=True)
class Entry:
    """One exercise. Of the private half there is nothing in it but title, points and deadline."""

    course: str
    name: str
    title: str
    points: float | None
    deadline: datetime | None
    preview: str
    """The beginning of its notebook's text, as plain text."""
    trouble: str
    """Why it cannot be chosen, for staff; "" where it can."""

    @property
    def key(self) -> str:
        """What a form calls it."""
        return f"{self.course}/{self.name}"


def catalogue(courses: SiteCourses) -> list[Entry]:
    """All exercises of all courses, the settings file's first, in the order of names."""
    return [_entry(course, name) for course in courses.all() for name in _names(course)]


def _names(course: Course) -> list[str]:
    try:
        return exercise_names(course.private)
    except (ExerciseError, OSError):
        return []


def _entry(course: Course, name: str) -> Entry:
    try:
        exercise = load_exercise(course.private, name)
        preview = _preview(course, exercise)
    except (ExerciseError, NotFound) as error:
        # Where the private half lies on this machine is nothing to teachers.
        text = " ".join(str(error).replace(f"{course.private}/", "").split())[:500]
        return Entry(course.name, name, name, None, None, "", text)
    return Entry(course.name, name, exercise.title, maximum_points(exercise), exercise.deadline, preview, "")


def _preview(course: Course, exercise: Exercise) -> str:
    """The first words of the notebook that learners get. ExerciseError when there is none."""
    try:
        notebook = json.loads(read_file(course.repository, course.branch, exercise.notebook))
        cells = notebook["cells"]
        texts = [_source(cell) for cell in cells if cell.get("cell_type") == "markdown"]
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
        raise ExerciseError(f"{exercise.notebook} is not a notebook") from None
    return _plain("\n\n".join(texts))[:PREVIEW_CHARACTERS]


def _source(cell: Any) -> str:
    source = cell.get("source", "")
    return source if isinstance(source, str) else "".join(source)


def _plain(markdown: str) -> str:
    """Markdown without its most common marks."""
    text = re.sub(r"!\[[^\]]*\]\([^)]*\)", "", markdown)
    text = re.sub(r"\[([^\]]*)\]\([^)]*\)", r"\1", text)
    text = re.sub(r"^#+\s*|[*_`]{1,3}(?=\S)|(?<=\S)[*_`]{1,3}", "", text, flags=re.MULTILINE)
    return re.sub(r"\n{3,}", "\n\n", text).strip()
