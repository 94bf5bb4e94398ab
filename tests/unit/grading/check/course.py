"""A small course on disk, and a grader that needs no containers: it runs cells and tests in this process."""

import json
from pathlib import Path
from typing import Any

from openjupyter_service.errors import ExerciseError
from openjupyter_service.exercises.course import Exercise
from openjupyter_service.exercises.layout import CourseFolders, find_course
from openjupyter_service.grading.check.course import check_course
from openjupyter_service.grading.check.findings import ExerciseResult, Level
from openjupyter_service.report import Report, Status, Style, TestResult, Usage

STARTER = "def mean(values):\n    raise NotImplementedError"
SOLUTION = (
    "def mean(values):\n    if len(values) == 0:\n        raise ValueError\n    return sum(values) / len(values)\n"
)
TESTS = '''import pytest

@pytest.mark.points(1)
@pytest.mark.hint("Add, then divide.")
def test_mean(learner):
    """The mean of some numbers"""
    assert learner.mean([1, 2, 6]) == 3

@pytest.mark.points(1)
@pytest.mark.hint("What is the mean of nothing?")
def test_empty(learner):
    """The mean of nothing"""
    with pytest.raises(ValueError):
        learner.mean([])
'''
GRADING_CELL = "import openjupyter\nopenjupyter.grade()"


def notebook(*sources: str, kernel: bool = True, **changes: Any) -> str:
    cells = [
        {
            "cell_type": "code",
            "id": f"c{index}",
            "metadata": {},
            "source": source,
            "outputs": [],
            "execution_count": None,
        }
        for index, source in enumerate(sources)
    ]
    metadata = {"kernelspec": {"name": "python3", "display_name": "Python 3"}} if kernel else {}
    return json.dumps({"nbformat": 4, "nbformat_minor": 5, "metadata": metadata, "cells": cells, **changes})


def write(folder: Path, files: dict[str, str]) -> None:
    for name, text in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)


def write_course(root: Path, name: str = "mean", **changes: str) -> Path:
    """A sound exercise in two halves; `changes` replace toml, tests, starter or solution."""
    private, public = root / "hidden_tests" / name, root / "notebooks" / name
    write(
        private,
        {
            "exercise.toml": changes.get("toml", 'title = "Means"\n'),
            f"test_{name}.py": changes.get("tests", TESTS),
            "solution.ipynb": changes.get("solution", notebook(SOLUTION, GRADING_CELL)),
        },
    )
    write(public, {f"{name}.ipynb": changes.get("starter", notebook(STARTER, GRADING_CELL))})
    return root


class FakeGrader:
    """Grades like a real one: mean of some numbers, mean of nothing. `graded` keeps (seed, code) of each grading.

    Words in the code make it behave oddly: SLOW (tests), HANGS (the notebook), LUCK (wrong with even seeds), BROKEN
    (the tests).
    """

    def __init__(self) -> None:
        self.graded: list[tuple[int, str]] = []

    async def __call__(self, exercise: Exercise, files: dict[str, bytes], seed: int) -> Report:
        cells = [cell for cell in json.loads(files[exercise.notebook])["cells"] if cell["cell_type"] == "code"]
        code = "\n".join("".join(cell["source"]) for cell in cells).replace(GRADING_CELL, "")
        self.graded.append((seed, code))
        if "BROKEN" in code:
            raise ExerciseError("test_mean.py\nE   NameError: name 'x' is not defined")
        namespace: dict[str, Any] = {"open_file": lambda name: files[f"{exercise.name}/{name}"].decode()}
        exec(code, namespace)
        lucky = "LUCK" not in code or seed % 2
        passed = [_right(lambda: namespace["mean"]([1, 2, 6]) == 3) and lucky, _raises(lambda: namespace["mean"]([]))]
        seconds = 6.0 if "SLOW" in code else 0.1
        tests = [
            TestResult(
                id=f"0000000{number}",
                title=title,
                outcome="passed" if good else "failed",  # type: ignore[arg-type]
                points=float(good),
                max_points=1,
                message="" if good else "No.",
                seconds=seconds,
            )
            for number, (title, good) in enumerate(
                zip(["The mean of some numbers", "The mean of nothing"], passed, strict=True)
            )
        ]
        points = sum(test.points for test in tests)
        status = Status.TIME_LIMIT if "HANGS" in code else Status.CORRECT if points == 2 else Status.WRONG
        usage = Usage(notebook_seconds=40 if "HANGS" in code else 0.5)
        known = set(exercise.style.select) <= {"E4", "E7", "E9", "F", "W"}
        style = Style(score=1, weight=0, findings=[], more=0) if known else None
        return Report(
            status=status, score=points / 2, points=points, max_points=2, tests=tests, style=style, usage=usage
        )


def _right(ask: Any) -> bool:
    try:
        return bool(ask())
    except Exception:
        return False


def _raises(ask: Any) -> bool:
    try:
        ask()
    except ValueError:
        return True
    except Exception:
        return False
    return False


async def checked(root: Path, grader: Any = None, **options: Any) -> ExerciseResult:
    """The result of the only exercise of a course."""
    course = find_course(root)
    assert isinstance(course, CourseFolders)
    (result,) = await check_course(course, grader or FakeGrader(), lambda name, done, total: None, **options)
    return result


def errors(result: ExerciseResult) -> list[str]:
    return [finding.text for finding in result.findings if finding.level is Level.ERROR]


def warnings(result: ExerciseResult) -> list[str]:
    return [finding.text for finding in result.findings if finding.level is Level.WARNING]
