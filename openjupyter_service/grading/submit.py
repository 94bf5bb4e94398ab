"""Take a submission: check what was sent, and store and queue it in one step."""

import base64
import binascii
import json
from collections.abc import Mapping
from typing import Any

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from openjupyter_service.errors import InvalidSubmission, TooLarge
from openjupyter_service.exercises.course import Exercise, load_exercise
from openjupyter_service.exercises.repository import head
from openjupyter_service.grading.courses import SiteCourses
from openjupyter_service.grading.notebook import clean_notebook
from openjupyter_service.language import N_
from openjupyter_service.store.records import Submission
from openjupyter_service.store.submissions import Submissions

MAX_FILES_BYTES = 10 * 2**20
MAX_BODY_BYTES = 40 * 2**20
"""Cap of a request: notebook and files, escaped in JSON and base64."""


class _Request(BaseModel):
    model_config = ConfigDict(extra="forbid")

    course: str = Field(max_length=64)
    exercise: str = Field(max_length=200)
    notebook: str | dict[str, Any]
    files: dict[str, str] = Field(default={}, max_length=1000)


def submit(courses: SiteCourses, submissions: Submissions, learner: str, body: bytes) -> Submission:
    """Accept the JSON body {"course", "exercise", "notebook": text or object, "files": {path: base64}}.

    Raises:
        InvalidSubmission: no JSON, no notebook, files the exercise does not ask for
        TooLarge: notebook (without its outputs) or files over 10 MB
        NotFound: an unknown course or exercise
        AttemptsUsedUp: the exercise allows no further submission
    """
    request = _parse(body)
    course = courses.find(request.course)
    exercise = load_exercise(course.private, request.exercise)
    # A newer version may be published while this is stored: the submission is for the one that was looked at here.
    pair = course.pair
    notebook = clean_notebook(request.notebook)
    files = _check_files(exercise, request.files)
    return submissions.accept(
        learner=learner,
        course=request.course,
        exercise=exercise.name,
        commit=pair.public_commit if pair is not None else head(course.repository, course.branch),
        private_commit=pair.private_commit if pair is not None else None,
        notebook_path=exercise.notebook,
        files={**files, exercise.notebook: notebook},
        max_attempts=exercise.attempts,
    )


def find_exercise(courses: SiteCourses, course_name: str, exercise_name: str) -> Exercise:
    """The exercise of that name; NotFound when there is no such course or exercise."""
    return load_exercise(courses.find(course_name).private, exercise_name)


def _parse(body: bytes) -> _Request:
    try:
        return _Request.model_validate(json.loads(body))
    except (ValueError, RecursionError) as error:
        if isinstance(error, ValidationError):
            first = error.errors(include_input=False, include_url=False)[0]
            where = ".".join(str(part) for part in first["loc"][:1]) or "the request"
            raise InvalidSubmission(
                N_("the submission has a wrong value for {where}: {reason}"), where=where, reason=first["msg"]
            ) from None
        raise InvalidSubmission(N_("the submission is not JSON")) from None


def _check_files(exercise: Exercise, files: Mapping[str, str]) -> dict[str, bytes]:
    unknown = sorted(set(files) - set(exercise.files))
    if unknown:
        raise InvalidSubmission(N_("this exercise does not ask for the file {name}"), name=repr(unknown[0][:100]))
    try:
        contents = {name: base64.b64decode(content, validate=True) for name, content in files.items()}
    except (binascii.Error, ValueError):
        raise InvalidSubmission(N_("a file is not base64")) from None
    if sum(map(len, contents.values())) > MAX_FILES_BYTES:
        raise TooLarge(N_("the files are larger than {limit} MB together"), limit=MAX_FILES_BYTES // 2**20)
    return contents
