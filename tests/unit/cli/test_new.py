"""`openjupyter new`: the files of a new course and a new exercise, and what it refuses."""

from pathlib import Path

import pytest

from tests.unit.cli.running import Command


def test_a_course_with_a_first_exercise(command: Command, tmp_path: Path) -> None:
    ended = command("new", "course", "data", "--title", "Data & “more”")
    assert (ended.code, ended.err) == (0, "")
    assert ended.out.splitlines() == [
        "made data/.gitignore",
        "made data/README.md",
        "made data/hidden_tests/first-steps/exercise.toml",
        "made data/hidden_tests/first-steps/solution.ipynb",
        "made data/hidden_tests/first-steps/source.ipynb",
        "made data/hidden_tests/first-steps/test_first_steps.py",
        "made data/notebooks/course.toml",
        "made data/notebooks/first-steps/first-steps.ipynb",
        "Next: edit data/hidden_tests/first-steps/source.ipynb, then openjupyter build data",
    ]
    assert (tmp_path / "data/README.md").read_text().startswith("# Data & “more”\n")
    assert (tmp_path / "data/notebooks/course.toml").read_text() == 'title = "Data & “more”"\n'
    assert [path.name for path in tmp_path.iterdir()] == ["data"]
    ended = command("build", "data")
    assert (ended.code, ended.out) == (0, "unchanged: 4 files\n")


@pytest.mark.parametrize("named", [".", "../my-course"])
def test_a_course_in_the_empty_working_directory(
    command: Command, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, named: str
) -> None:
    (tmp_path / "my-course").mkdir()
    monkeypatch.chdir(tmp_path / "my-course")
    assert command("new", "course", named).code == 0
    assert Path("README.md").read_text().startswith("# My course\n")
    assert sorted(path.name for path in Path().iterdir()) == [".gitignore", "README.md", "hidden_tests", "notebooks"]
    assert command("build").out == "unchanged: 4 files\n"


def test_an_exercise_more(command: Command, tmp_path: Path) -> None:
    command("new", "course", "data")
    ended = command("new", "exercise", "two-words", "--course", "data")
    assert (ended.code, ended.err) == (0, "")
    assert "made data/hidden_tests/two-words/test_two_words.py" in ended.out
    assert "made data/notebooks/two-words/two-words.ipynb" in ended.out
    assert 'title = "Two words"' in (tmp_path / "data/hidden_tests/two-words/exercise.toml").read_text()
    assert "# Two words" in (tmp_path / "data/notebooks/two-words/two-words.ipynb").read_text()
    assert command("new", "exercise", "three", "--course", "data/hidden_tests", "--title", "3 C#").code == 0
    assert 'title = "3 C#"' in (tmp_path / "data/hidden_tests/three/exercise.toml").read_text()
    assert command("build", "data").out == "unchanged: 12 files\n"


def test_an_exercise_in_one_folder(command: Command, tmp_path: Path) -> None:
    command("new", "course", "data")
    (tmp_path / "data/hidden_tests").rename(tmp_path / "flat")
    ended = command("new", "exercise", "more", "--course", "flat")
    assert ended.code == 0 and "made flat/more/more.ipynb" in ended.out
    command("build", "flat", "--exercise", "first-steps")  # whose public half is another now
    assert command("build", "flat").out == "unchanged: 8 files\n"


def test_an_exercise_to_be_written_by_hand(command: Command, tmp_path: Path) -> None:
    command("new", "course", "data")
    ended = command("new", "exercise", "apart", "--course", "data", "--without-source")
    assert ended.code == 0 and "source.ipynb" not in ended.out
    assert sorted(path.name for path in (tmp_path / "data/hidden_tests/apart").iterdir()) == [
        "exercise.toml",
        "solution.ipynb",
        "test_apart.py",
    ]
    for path in [*(tmp_path / "data").rglob("*apart*/*")]:
        assert "openjupyter build" not in path.read_text()


@pytest.mark.parametrize("name", ["Two", "a_b", "../up", "-a", "a/b", "", "a" * 65])
def test_names_of_exercises(command: Command, tmp_path: Path, name: str) -> None:
    command("new", "course", "data")
    before = sorted(tmp_path.rglob("*"))
    assert "cannot be the name of an exercise: use lower-case letters" in command.fails(
        "new", "exercise", "--course", "data", "--", name
    )
    assert sorted(tmp_path.rglob("*")) == before


def test_what_is_there_stays(command: Command, tmp_path: Path) -> None:
    (tmp_path / "data").mkdir()
    (tmp_path / "data/mine.txt").write_text("mine")
    assert command.fails("new", "course", "data").startswith("data is there already, and not empty; choose")
    (tmp_path / "file").write_text("mine")
    assert command.fails("new", "course", "file").startswith("file is there already")
    assert command.fails("new", "exercise", "a", "--course", "data").startswith("data is no course: it has no folder")
    command("new", "course", "other")
    assert "first-steps is there already; choose" in command.fails(
        "new", "exercise", "first-steps", "--course", "other"
    )
    assert sorted(path.name for path in (tmp_path / "data").iterdir()) == ["mine.txt"]
    assert command("new", "exercise", "b", "--course", "missing").code == 2


def test_a_title_that_holds_a_mark(command: Command, tmp_path: Path) -> None:
    assert "choose other words" in command.fails("new", "course", "data", "--title", "### BEGIN SOLUTION")
    assert list(tmp_path.iterdir()) == []
