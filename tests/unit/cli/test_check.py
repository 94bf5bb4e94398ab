"""`openjupyter check`: exit codes, table, JSON. What is found is tested with the engine of it."""

import json
from pathlib import Path

import pytest

from openjupyter_service.cli import check as module
from tests.unit.cli.running import Command
from tests.unit.grading.check.course import SOLUTION, FakeGrader, notebook, write, write_course


@pytest.fixture
def grader(monkeypatch: pytest.MonkeyPatch) -> FakeGrader:
    fake = FakeGrader()
    monkeypatch.setattr(module, "_grader", lambda options, data_sets: fake)
    return fake


def test_a_sound_course_is_0(command: Command, tmp_path: Path, grader: FakeGrader) -> None:
    write_course(tmp_path)
    ended = command("check")
    assert (ended.code, ended.err) == (0, "")
    for words in ("mean", "1 1 1", "1 of 1 lost points (mutant)", "0.10 of 10 s", "sound"):
        assert words in ended.out
    assert "error" not in ended.out and "warning" not in ended.out


def test_an_unsound_course_is_1_and_says_why(command: Command, tmp_path: Path, grader: FakeGrader) -> None:
    write_course(tmp_path, "mean")
    write_course(tmp_path, "typo", toml='titel = "[red]"')
    write_course(tmp_path, "wrong", solution=notebook("def mean(values):\n    return 3"), starter=notebook("x = 1"))
    ended = command("check", tmp_path)
    assert ended.code == 1
    assert (
        "error typo: hidden_tests/typo/exercise.toml, line 1: there is no key `titel`; did you mean `title`?"
        in ended.out
    )
    assert "error wrong: the solution gets 1 of 2 points" in ended.out
    assert "warning wrong: notebooks/wrong/wrong.ipynb has no grading cell" in ended.out
    assert "1 error, 1 warning" in ended.out


def test_a_source_that_is_not_built_is_told(command: Command, tmp_path: Path, grader: FakeGrader) -> None:
    write_course(tmp_path)
    write(tmp_path, {"hidden_tests/new/source.ipynb": "{}"})
    ended = command("check")
    assert ended.code == 0
    assert ended.err == "warning: new has a source and is not built, so it is not checked; run openjupyter build\n"
    assert command("check", "--exercise", "mean").err == ""


def test_json_tells_all_of_it(command: Command, tmp_path: Path, grader: FakeGrader) -> None:
    write_course(tmp_path)
    ended = command("check", "hidden_tests", "--json", "--runs", 2)
    found = json.loads(ended.out)
    assert ended.code == 0 and found["sound"] is True and found["course"] == str(tmp_path / "hidden_tests")
    (exercise,) = found["exercises"]
    assert (exercise["name"], exercise["title"], exercise["sound"]) == ("mean", "Means", True)
    assert (exercise["solution_scores"], exercise["starter_score"]) == ([1, 1], 0)
    assert exercise["wrong_work"][0]["lost_points"] is True
    assert exercise["slowest_test"]["seconds"] == 0.1 and exercise["findings"] == []
    write(tmp_path, {"notebooks/mean/solution.ipynb": notebook(SOLUTION)})
    ended = command("check", "--json")
    found = json.loads(ended.out)
    assert ended.code == 1 and found["sound"] is found["exercises"][0]["sound"] is False
    (finding,) = found["exercises"][0]["findings"]
    assert (finding["level"], finding["subject"]) == ("error", "hidden files")


def test_exercises_can_be_chosen(command: Command, tmp_path: Path, grader: FakeGrader) -> None:
    for name in ("mean", "median", "sum"):
        write_course(tmp_path, name)
    found = json.loads(command("check", "--json", "--exercise", "sum", "--exercise", "mean").out)
    assert [exercise["name"] for exercise in found["exercises"]] == ["mean", "sum"]
    found = json.loads(command("check", "--json", "hidden_tests/median").out)
    assert [exercise["name"] for exercise in found["exercises"]] == ["median"]
    ended = command("check", "--exercise", "meen")
    assert (ended.code, ended.out) == (2, "") and "there is no exercise meen" in ended.err
    assert "did you mean mean?" in ended.err


def test_the_public_half_can_be_named(command: Command, tmp_path: Path, grader: FakeGrader) -> None:
    write_course(tmp_path)
    (tmp_path / "notebooks").rename(tmp_path / "elsewhere")
    assert command("check").code == 1
    assert command("check", "--public", "elsewhere").code == 0


def test_what_is_no_course_is_wrong_usage(command: Command, tmp_path: Path) -> None:
    ended = command("check", tmp_path)
    assert (ended.code, ended.out) == (2, "")
    assert "there is no exercise.toml in " in ended.err and "name the folder of a course" in ended.err


def test_without_an_engine_nothing_is_sound(command: Command, tmp_path: Path) -> None:
    write_course(tmp_path)
    ended = command("check")
    assert ended.code == 1 and "could not be graded: the Docker engine failed" in ended.out
