"""Is the notebook that learners get complete: a kernel, the grading cell, nothing left of another run?"""

import json
import re
from pathlib import Path

from openjupyter_service.exercises.course import Exercise
from openjupyter_service.exercises.mistakes import shown_path
from openjupyter_service.grading.check.findings import ExerciseResult, Subject

GRADING_CALL = re.compile(r"openjupyter\.grade\(|^[ \t]*%grade\b", re.MULTILINE)


def note_starter_notebook(exercise: Exercise, public: Path, result: ExerciseResult) -> None:
    """Note what the starter notebook lacks; one that cannot be read is noted when it is graded."""
    path = public / exercise.notebook
    try:
        notebook = json.loads(path.read_text(encoding="utf-8-sig"))
        code = ["".join(cell["source"]) for cell in notebook["cells"] if cell["cell_type"] == "code"]
        kernel = notebook.get("metadata", {}).get("kernelspec", {}).get("name")
    except (OSError, ValueError, KeyError, TypeError, AttributeError, RecursionError):
        return
    shown = shown_path(path)
    if not kernel:
        result.warn(
            Subject.STARTER,
            f"{shown} has no kernel in its metadata, so that JupyterLab asks learners for one; "
            "open it with Python 3 and save it",
        )
    if not any(GRADING_CALL.search(source) for source in code):
        result.warn(
            Subject.STARTER,
            f"{shown} has no grading cell, so that learners cannot hand it in; "
            "add a last cell: import openjupyter; openjupyter.grade()",
        )
