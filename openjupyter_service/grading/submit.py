"""Take a submission: check what was sent, and store and queue it in one step."""

import base64
import binascii
import json
from collections.abc import Mapping
from typing import Any

import nbformat
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from openjupyter_service.errors import InvalidSubmission, NotFound, TooLarge
from openjupyter_service.exercises.course import Exercise, load_exercise
from openjupyter_service.exercises.repository import head
from openjupyter_service.settings import Settings
from openjupyter_service.store.records import Submission
from openjupyter_service.store.submissions import Submissions

MAX_NOTEBOOK_BYTES = 10 * 2**20
MAX_FILES_BYTES = 10 * 2**20
MAX_BODY_BYTES = 40 * 2**20
"""Cap of a request: notebook and files, escaped in JSON and base64."""


class _Request(BaseModel):
    model_config = ConfigDict(extra="forbid")

    course: str = Field(max_length=64)
    exercise: str = Field(max_length=200)
    notebook: str | dict[str, Any]
    files: dict[str, str] = Field(default={}, max_length=1000)


def submit(settings: Settings, submissions: Submissions, learner: str, body: bytes) -> Submission:
    """Accept the JSON body {"course", "exercise", "notebook": text or object, "files": {path: base64}}.

    Raises:
        InvalidSubmission: no JSON, no notebook, files the exercise does not ask for
        TooLarge: notebook or files over 10 MB
        NotFound: an unknown course or exercise
    """
    request = _parse(body)
    exercise = find_exercise(settings, request.course, request.exercise)
    course = settings.course(request.course)
    assert course is not None
    notebook = _check_notebook(request.notebook)
    files = _check_files(exercise, request.files)
    return submissions.accept(
        learner=learner,
        course=request.course,
        exercise=exercise.name,
        commit=head(course.repository, course.branch),
        notebook_path=exercise.notebook,
        files={**files, exercise.notebook: notebook},
    )


def find_exercise(settings: Settings, course_name: str, exercise_name: str) -> Exercise:
    """The exercise of that name; NotFound when there is no such course or exercise."""
    course = settings.course(course_name)
    if course is None:
        raise NotFound(f"there is no course {course_name[:64]!r}")
    return load_exercise(course.private, exercise_name)


def _parse(body: bytes) -> _Request:
    try:
        return _Request.model_validate(json.loads(body))
    except (ValueError, RecursionError) as error:
        if isinstance(error, ValidationError):
            first = error.errors(include_input=False, include_url=False)[0]
            where = ".".join(str(part) for part in first["loc"][:1]) or "the request"
            raise InvalidSubmission(f"the submission has a wrong value for {where}: {first['msg']}") from None
        raise InvalidSubmission("the submission is not JSON") from None


def _check_notebook(notebook: str | Mapping[str, Any]) -> bytes:
    """The notebook's bytes as they are graded: its code and text, upgraded to format 4, without old outputs."""
    text = ""
    try:
        text = notebook if isinstance(notebook, str) else json.dumps(notebook)
        if len(text.encode("utf-8", "replace")) > MAX_NOTEBOOK_BYTES:
            raise TooLarge(
                f"the notebook is larger than {MAX_NOTEBOOK_BYTES // 2**20} MB; "
                "clear its outputs (Edit, Clear All Outputs) and submit again"
            )
        node = nbformat.convert(nbformat.reader.reads(text), 4)
        # An id in a duplicated cell is a nuisance, no reason to refuse a learner's work.
        _, node = nbformat.validator.normalize(node)
        nbformat.validate(node)
        for cell in node.cells:
            if cell.cell_type == "code":
                cell.outputs, cell.execution_count = [], None
        # Half a character (a lone surrogate) can be written in JSON, and nowhere else.
        return str(nbformat.writes(node)).encode("utf-8", "replace")
    except TooLarge:
        raise
    except Exception as error:  # nbformat's reasons are of many classes of other libraries
        if isinstance(error, nbformat.reader.NotJSONError) or (text and not text.lstrip().startswith("{")):
            raise InvalidSubmission("the notebook is not JSON; save it in JupyterLab and submit again") from None
        raise InvalidSubmission("the file is not a notebook; save it in JupyterLab and submit again") from None


def _check_files(exercise: Exercise, files: Mapping[str, str]) -> dict[str, bytes]:
    unknown = sorted(set(files) - set(exercise.files))
    if unknown:
        raise InvalidSubmission(f"this exercise does not ask for the file {unknown[0][:100]!r}")
    try:
        contents = {name: base64.b64decode(content, validate=True) for name, content in files.items()}
    except (binascii.Error, ValueError):
        raise InvalidSubmission("a file is not base64") from None
    if sum(map(len, contents.values())) > MAX_FILES_BYTES:
        raise TooLarge(f"the files are larger than {MAX_FILES_BYTES // 2**20} MB together")
    return contents
