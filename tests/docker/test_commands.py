"""`openjupyter grade` and `openjupyter check` as programs, with real containers, on a small course in one folder."""

import json
import os
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import pytest

from openjupyter_service.report import Report
from openjupyter_service.settings import GradingSettings
from tests.unit.grading.check.course import GRADING_CELL, SOLUTION, STARTER, notebook, write

pytestmark = pytest.mark.docker

TESTS = '''import pytest

@pytest.mark.points(2)
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

@pytest.mark.points(1)
@pytest.mark.hint("Try some numbers of your own.")
def test_random(learner, rng):
    """The mean of random numbers"""
    values = [rng.randrange(100) for _ in range(5)]
    assert learner.mean(values) == sum(values) / 5
'''


@dataclass
class Program:
    """The command with the images of this run."""

    settings: GradingSettings
    folder: Path

    def __call__(self, *arguments: str) -> "subprocess.CompletedProcess[str]":
        images = ("--sandbox-image", self.settings.sandbox_image, "--judge-image", self.settings.judge_image)
        return subprocess.run(
            [sys.executable, "-c", "from openjupyter_service.cli.main import main; main()", *arguments, *images],
            capture_output=True,
            text=True,
            cwd=self.folder,
            env={**os.environ, "PYTHONPATH": str(Path(__file__).parents[2]), "COLUMNS": "200"},
            timeout=300,
        )


@pytest.fixture
def program(tmp_path: Path, grading_settings: GradingSettings) -> Program:
    write(
        tmp_path / "mean",
        {
            "exercise.toml": 'title = "Means"\n',
            "test_mean.py": TESTS,
            "mean.ipynb": notebook(STARTER, GRADING_CELL),
            "solution.ipynb": notebook(SOLUTION, GRADING_CELL),
        },
    )
    return Program(grading_settings, tmp_path)


def test_grade_prints_the_whole_report_as_json(program: Program) -> None:
    half = notebook(
        "%matplotlib inline\n\0def mean(values):\n    return sum(values) / len(values)", "1 / 0", nbformat_minor=2
    )
    write(program.folder, {"elsewhere/sub.ipynb": half})
    ended = program("grade", "mean", "elsewhere/sub.ipynb", "--json", "--seed", "7")
    assert (ended.returncode, ended.stderr) == (0, "")
    found = json.loads(ended.stdout)
    assert Report.model_validate(found).score == found["score"] == 0.75
    assert (found["points"], found["max_points"], found["seed"]) == (3, 4, 7)
    assert {"status", "style", "usage", "staff", "timings"} <= set(found)
    outcomes = {test["title"]: test["outcome"] for test in found["tests"]}
    assert outcomes == {
        "The mean of some numbers": "passed",
        "The mean of nothing": "error",
        "The mean of random numbers": "passed",
    }
    (lost,) = [test for test in found["tests"] if test["outcome"] == "error"]
    assert lost["id"] in found["staff"]["tests"] and lost["hint"] == "What is the mean of nothing?"


def test_grade_prints_what_people_read(program: Program) -> None:
    ended = program("grade", "mean", "mean/solution.ipynb")
    assert ended.returncode == 0
    assert "correct: 4 of 4 points" in ended.stdout and "The mean of nothing" in ended.stdout


def test_grade_of_broken_tests_is_1_and_tells_the_fault(program: Program) -> None:
    write(program.folder / "mean", {"test_mean.py": "import no_such_module\n"})
    ended = program("grade", "mean", "mean/solution.ipynb")
    assert (ended.returncode, ended.stdout) == (1, "")
    assert "the hidden tests of mean are broken; mend them in" in ended.stderr
    assert "No module named 'no_such_module'" in ended.stderr


def test_grade_with_a_mistake_is_1_and_of_nothing_is_2(program: Program) -> None:
    assert program("grade", "mean", "missing.ipynb").returncode == 2
    write(program.folder / "mean", {"exercise.toml": 'titel = "Means"\n'})
    ended = program("grade", "mean", "mean/solution.ipynb")
    assert (ended.returncode, ended.stdout) == (1, "")
    assert ended.stderr == "openjupyter: mean/exercise.toml, line 1: there is no key `titel`; did you mean `title`?\n"


def test_check_of_a_sound_course_is_0(program: Program) -> None:
    ended = program("check")
    assert ended.returncode == 0, ended
    assert "1 1 1" in ended.stdout and "sound" in ended.stdout


def test_check_of_an_unsound_course_is_1(program: Program) -> None:
    write(program.folder / "mean", {"test_mean.py": TESTS.replace("== 3", "== 4")})
    ended = program("check", "--json", "--runs", "2")
    assert ended.returncode == 1, ended
    (exercise,) = json.loads(ended.stdout)["exercises"]
    assert exercise["solution_scores"] == [0.5, 0.5]
    (error,) = [finding["text"] for finding in exercise["findings"] if finding["level"] == "error"]
    assert "the solution gets 2 of 4 points: “The mean of some numbers” failed" in error


def test_check_notices_tests_that_notice_nothing(program: Program) -> None:
    lenient = (
        'def test_mean(learner):\n    """There is a function"""\n    assert learner.mean.type_name == "function"\n'
    )
    write(program.folder / "mean", {"test_mean.py": lenient, "mean.ipynb": notebook("x = 1", GRADING_CELL)})
    write(program.folder / "mean", {"solution.ipynb": notebook("def mean(values):\n    return sum(values) / 2")})
    ended = program("check", "--json", "--runs", "1")
    assert ended.returncode == 1, ended
    (exercise,) = json.loads(ended.stdout)["exercises"]
    (error,) = [finding["text"] for finding in exercise["findings"] if finding["level"] == "error"]
    assert error.startswith("the solution was changed for the worse 3 times, and no change lost a point")


def test_check_of_nothing_is_2(program: Program) -> None:
    assert program("check", "missing").returncode == 2
    assert program("check", "--exercise", "median").returncode == 2
