"""Grading in real containers: the course's own samples, and what a report tells of a cell and a test that failed."""

import json
from pathlib import Path
from typing import Any

import nbformat
import pytest

from openjupyter_service.datasets import data_set
from openjupyter_service.errors import SandboxError
from openjupyter_service.exercises.course import exercise_names, load_exercise
from openjupyter_service.grading.local import gather_files
from openjupyter_service.grading.session import Graded, grade
from openjupyter_service.sandbox.engine import Engine
from openjupyter_service.sandbox.pair import FreshPairs
from openjupyter_service.settings import GradingSettings
from tests.notebook_cases import HOSTILE, TESTS, cells_of, notebook_of

from .conftest import SITE

ROOT = TESTS.parent
PRIVATE = ROOT / "hidden_tests"
SAMPLES = [
    (name, sample.path, sample.score)
    for name in exercise_names(PRIVATE)
    for sample in load_exercise(PRIVATE, name).samples
]

pytestmark = pytest.mark.docker


async def run(settings: GradingSettings, private: Path, name: str, files: dict[str, bytes]) -> tuple[Graded, list[Any]]:
    exercise = load_exercise(private, name)
    events: list[Any] = []
    pairs = FreshPairs(Engine(SITE))
    graded = await grade(pairs, settings, exercise, files, exercise.notebook, events.append)
    return graded, events


def submission(cells: str) -> dict[str, bytes]:
    return {"hostile/hostile.ipynb": json.dumps(notebook_of(cells_of(cells))).encode()}


@pytest.mark.parametrize(("name", "sample", "score"), SAMPLES)
async def test_sample_gets_its_score(name: str, sample: str, score: float, grading_settings: GradingSettings) -> None:
    exercise = load_exercise(PRIVATE, name)
    notebook = exercise.folder / sample / Path(exercise.notebook).name
    graded, events = await run(grading_settings, PRIVATE, name, gather_files(exercise, notebook, ROOT / "notebooks"))
    assert graded.report.score == score
    assert graded.report.failing_cell is None
    tests = [event for event in events if event["step"] == "test"]
    assert [event["done"] for event in tests] == list(range(1, len(graded.report.tests) + 1))
    assert events[0]["step"] == "start"
    assert any(event["step"] == "cell" and event["done"] == event["total"] for event in events)


async def test_failing_cell_is_named_with_its_line(grading_settings: GradingSettings) -> None:
    cells = "def half(n):\n    return n / 0\n# %%\n'fine'\n# %%\nx = 1\nhalf(x)\n"
    graded, _ = await run(grading_settings, HOSTILE, "exercise", submission(cells))
    cell = graded.report.failing_cell
    assert cell is not None
    assert (cell.cell, cell.number, cell.line, cell.error) == (2, 3, 2, "ZeroDivisionError")
    assert cell.message == "division by zero"


async def test_messages_say_what_went_wrong_and_where(grading_settings: GradingSettings) -> None:
    cells = "def double(number):\n    return number + None\n"
    graded, _ = await run(grading_settings, HOSTILE, "exercise", submission(cells))
    double, steady = graded.report.tests
    assert (double.outcome, double.message) == ("error", "`double(...)` raised TypeError in code cell 1, line 2.")
    assert double.hint == "Twice the number."
    assert (steady.outcome, steady.message) == ("failed", "Your notebook does not define `steady`.")
    staff = json.dumps(graded.report.staff.model_dump())
    assert "number + None" in staff
    assert "staff" not in graded.report.for_learner()


READS_DATA = """
def test_sum(learner):
    numbers = [int(line) for line in open("/srv/data/ds/numbers.txt")]
    assert learner.total == sum(numbers)


def test_nothing_is_written(learner):
    assert learner.written == "Read-only file system"
"""
USES_DATA = """
total = sum(int(line) for line in open("/srv/data/ds/numbers.txt"))
# %%
try:
    open("/srv/data/ds/numbers.txt", "a").write("9")
except OSError as error:
    written = error.strerror
"""


async def test_grading_reads_the_courses_data_set(tmp_path: Path, grading_settings: GradingSettings) -> None:
    (folder := tmp_path / "private/data-set").mkdir(parents=True)
    (folder / "exercise.toml").write_text('title = "A data set"\n')
    (folder / "test_data_set.py").write_text(READS_DATA)
    (data := tmp_path / "numbers").mkdir(mode=0o755)
    (data / "numbers.txt").write_text("1\n20\n300\n")
    (data / "numbers.txt").chmod(0o666)  # nobody but the mount keeps learners from writing
    exercise = load_exercise(tmp_path / "private", "data-set")
    files = {exercise.notebook: json.dumps(notebook_of(cells_of(USES_DATA))).encode()}
    pairs = FreshPairs(Engine(SITE))
    found = data_set("ds", data)
    graded = await grade(
        pairs, grading_settings, exercise, files, exercise.notebook, lambda event: None, data_sets=(found,)
    )
    assert graded.report.score == 1, graded.report
    assert (data / "numbers.txt").read_text() == "1\n20\n300\n"
    # Without its data set nothing is graded, so that nobody loses points for what is not theirs.
    data.rename(tmp_path / "away")
    with pytest.raises(SandboxError, match="bind source path does not exist"):
        await grade(pairs, grading_settings, exercise, files, exercise.notebook, lambda event: None, data_sets=(found,))


async def test_the_judge_speaks_german_and_the_magic_costs_nothing(grading_settings: GradingSettings) -> None:
    exercise = load_exercise(PRIVATE, "warm-up")
    notebook = nbformat.read(exercise.folder / "partial" / "warm-up.ipynb", 4)
    notebook.cells[-1].source = "%grade"
    files = {exercise.notebook: nbformat.writes(notebook).encode()}
    pairs, ignored = FreshPairs(Engine(SITE)), lambda event: None
    graded = await grade(pairs, grading_settings, exercise, files, exercise.notebook, ignored, language="de")
    assert graded.report.failing_cell is None and 0 < (graded.report.score or 0) < 1
    messages = [test.message for test in graded.report.tests if test.outcome != "passed"]
    assert any("ergab" in message or "nicht geschrieben" in message for message in messages), messages
