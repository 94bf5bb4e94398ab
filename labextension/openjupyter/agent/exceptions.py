"""What learner code raised, as data: kinds, message, place in the learner's code, traceback without frames of ours."""

import linecache
import os
import traceback
from pathlib import Path
from typing import Any

from openjupyter.wire.frames import Frame

MAX_MESSAGE = 2_000
MAX_TRACEBACK = 10_000
MAX_NAMES = 20

TEST_FILE_NAME = "<hidden test>"
"""Where the code of a test inside the kernel seems to stand; the judge tells by it who raised."""
_OURS = str(Path(__file__).resolve().parent.parent)


class Missing(Exception):
    """The notebook does not define the name that a test asked for."""


def describe_exception(error: BaseException, shell: Any) -> Frame:
    """An exception as data: nearest builtin type, names of all its classes, message, place, traceback."""
    classes = type.__dict__["__mro__"].__get__(type(error))
    builtin = next(kind for kind in classes if kind.__module__ == "builtins")
    return {
        "kind": "raised",
        "type": builtin.__name__,
        "name": str(type(error).__name__)[:100],
        "names": [str(kind.__name__)[:100] for kind in classes[:MAX_NAMES]],
        "message": _message(error)[:MAX_MESSAGE],
        "place": _place(error, shell),
        "in_test": _raised_in(error) == TEST_FILE_NAME,
        "traceback": _learner_traceback(error)[-MAX_TRACEBACK:],
    }


def _message(error: BaseException) -> str:
    try:
        single = len(error.args) == 1 and isinstance(error.args[0], str)
        return str(error.args[0] if single else error)  # str(KeyError("a")) would be "'a'"
    except BaseException:
        return ""


def _raised_in(error: BaseException) -> str:
    frames = traceback.extract_tb(error.__traceback__)
    return frames[-1].filename if frames else ""


def _learner_frames(error: BaseException) -> list[traceback.FrameSummary]:
    linecache.checkcache()
    return [frame for frame in traceback.extract_tb(error.__traceback__) if not frame.filename.startswith(_OURS)]


def _place(error: BaseException, shell: Any) -> Frame | None:
    """The deepest place in the learner's own code: an execution count of a cell, or a file beside the notebook."""
    cells = getattr(shell.compile, "_filename_map", {})
    try:
        here = os.getcwd()  # noqa: PTH109
        for frame in reversed(_learner_frames(error)):
            if frame.filename in cells:
                return {"execution": cells[frame.filename], "line": frame.lineno}
            if frame.filename.startswith(here + os.sep):
                return {"file": os.path.relpath(frame.filename, here)[:200], "line": frame.lineno}
    except BaseException:  # the folder may be gone, or the learner's objects may refuse
        return None
    return None


def _learner_traceback(error: BaseException) -> str:
    try:
        return "".join(traceback.format_list(_learner_frames(error)) + traceback.format_exception_only(error))
    except BaseException:  # a learner's __str__ may do anything
        return ""
