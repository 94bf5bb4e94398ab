"""A new course is sound: its solution gets all points of the real judge, what learners get gets none."""

import ast
import json
from pathlib import Path

import pytest

from openjupyter_service.authoring.new import new_course, new_exercise
from openjupyter_service.exercises.course import Exercise, load_exercise
from openjupyter_service.exercises.layout import find_course
from openjupyter_service.exercises.mutate import mutants
from openjupyter_service.grading.check.course import check_course
from openjupyter_service.report import Report, Status, TestResult, Usage
from tests.unit.judge.running import Namespace, run_judge


class JudgeAlone:
    """Grades by the real judge in a process of its own, with the notebook's code in this one."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    async def __call__(self, exercise: Exercise, files: dict[str, bytes], seed: int) -> Report:
        cells = json.loads(files[exercise.notebook])["cells"]
        code = "\n".join("".join(cell["source"]) for cell in cells if cell["cell_type"] == "code")
        source = code.replace("import openjupyter\nopenjupyter.grade()", "")
        tests = {name: content.decode() for name, content in exercise.tests().items()}
        judged = run_judge(self.folder, tests, Namespace(source), seed=seed)
        results = [
            TestResult(
                id=record["name"][-8:],
                title=record["title"],
                outcome=record["outcome"],
                points=record["points"] if record["outcome"] == "passed" else 0,
                max_points=record["points"],
                message=record["message"],
                seconds=0.1,
            )
            for record in judged.tests.values()
        ]
        points, most = sum(each.points for each in results), sum(each.max_points for each in results)
        return Report(
            status=Status.CORRECT if points == most else Status.WRONG,
            score=points / most,
            points=points,
            max_points=most,
            tests=results,
            style=None,
            usage=Usage(notebook_seconds=0.1),
        )


async def test_what_new_makes_is_sound(tmp_path: Path) -> None:
    (tmp_path / "judge").mkdir()
    new_course(tmp_path / "course")
    new_exercise(tmp_path / "course", "by-hand", with_source=False)
    course = find_course(tmp_path / "course")
    assert course is not None and course.names == ["by-hand", "first-steps"]
    results = await check_course(course, JudgeAlone(tmp_path / "judge"), lambda *progress: None, runs=1, at_once=1)
    for result in results:
        # Style is not graded here.
        assert [finding.text for finding in result.findings if "style" not in finding.text] == []
        assert (result.solution_scores, result.starter_score) == ([1], 0)
        assert [work.lost_points for work in result.wrong_work] == [True]


def test_every_test_of_a_new_exercise_notices_something(tmp_path: Path) -> None:
    """Each statement of the solution is there for a test."""
    new_course(tmp_path / "course")
    exercise = load_exercise(tmp_path / "course/hidden_tests", "first-steps")
    solution = json.loads((exercise.folder / "solution.ipynb").read_text())
    code = "".join(solution["cells"][1]["source"])
    assert len(list(mutants([code]))) >= 3
    tests = {name: content.decode() for name, content in exercise.tests().items()}
    (tmp_path / "judge").mkdir()
    lost: set[str] = set()
    for mutant in mutants([code]):
        ast.parse(mutant.source)
        judged = run_judge(tmp_path / "judge", tests, Namespace(mutant.source))
        lost |= {name for name, record in judged.tests.items() if record["outcome"] != "passed"}
    assert lost == {"test_mean", "test_mean_of_empty_list"}


def test_the_source_finds_the_data_of_learners(tmp_path: Path) -> None:
    """Its first cell goes to the learner's folder, from wherever the source lies."""
    new_course(tmp_path / "course")
    folder = tmp_path / "course/hidden_tests/first-steps"
    cells = json.loads((folder / "source.ipynb").read_text())["cells"]
    (line,) = [line for cell in cells for line in cell["source"] if line.startswith("%cd -q ")]
    assert (folder / line.removeprefix("%cd -q ").strip()).resolve() == tmp_path / "course/notebooks/first-steps"


def test_a_course_that_cannot_be_written_leaves_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*arguments: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("openjupyter_service.authoring.new.write_changes", fail)
    with pytest.raises(OSError, match="No space left"):
        new_course(tmp_path / "course")
    assert list(tmp_path.iterdir()) == []
