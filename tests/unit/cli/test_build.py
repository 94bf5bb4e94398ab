"""`openjupyter build`: what it prints, exit codes, and that it writes all or nothing."""

from pathlib import Path

import pytest

from tests.unit.authoring.sources import SOUND, TASK, Course, code, text
from tests.unit.cli.running import Command

FILES = (
    "hidden_tests/means/exercise.toml",
    "hidden_tests/means/solution.ipynb",
    "hidden_tests/means/test_means.py",
    "notebooks/means/means.ipynb",
)


def contents(folder: Path) -> dict[str, bytes]:
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def test_everything_is_made_once(command: Command, tmp_path: Path) -> None:
    Course(tmp_path)
    ended = command("build")
    assert (ended.code, ended.err) == (0, "")
    assert sorted(ended.out.splitlines()) == [f"made {path}" for path in FILES]
    before = contents(tmp_path)
    assert set(before) == {*FILES, "hidden_tests/means/source.ipynb"}
    times = [(tmp_path / path).stat().st_mtime_ns for path in FILES]
    assert command("build").out == "unchanged: 4 files\n"
    assert contents(tmp_path) == before and [(tmp_path / path).stat().st_mtime_ns for path in FILES] == times


@pytest.mark.parametrize("course", [".", "hidden_tests", "hidden_tests/means"])
def test_a_course_its_private_half_or_an_exercise(command: Command, tmp_path: Path, course: str) -> None:
    Course(tmp_path)
    assert command("build", course).code == 0
    assert (tmp_path / "notebooks/means/means.ipynb").is_file()


def test_one_folder_for_all_and_a_named_public_half(command: Command, tmp_path: Path) -> None:
    Course(tmp_path)
    (tmp_path / "hidden_tests").rename(tmp_path / "course")
    assert command("build", "course").code == 0
    assert (tmp_path / "course/means/means.ipynb").is_file()
    assert command("build", "course", "--public", "elsewhere").code == 0
    assert (tmp_path / "elsewhere/means/means.ipynb").is_file()


def test_a_public_half_that_is_in_use_is_built_for(command: Command, tmp_path: Path) -> None:
    """Where `check` looks for the notebook, whatever the private half is called."""
    Course(tmp_path)
    command("build")
    (tmp_path / "hidden_tests").rename(tmp_path / "private")
    assert command("build", "private").out == "unchanged: 4 files\n"
    assert not (tmp_path / "private/means/means.ipynb").exists()


def test_a_dry_run_writes_nothing_and_tells(command: Command, tmp_path: Path) -> None:
    course = Course(tmp_path)
    before = contents(tmp_path)
    ended = command("build", "--dry-run")
    assert (ended.code, contents(tmp_path)) == (1, before)
    assert "made notebooks/means/means.ipynb" in ended.out and "leave out --dry-run" in ended.err
    command("build")
    assert command("build", "--dry-run").code == 0
    course.write(*SOUND, text("More."))
    ended = command("build", "--dry-run")
    assert ended.code == 1 and "updated notebooks/means/means.ipynb" in ended.out
    assert "test_means.py" not in ended.out and "unchanged: 2 files" in ended.out


def test_all_mistakes_of_all_exercises_and_nothing_written(command: Command, tmp_path: Path) -> None:
    Course(tmp_path)
    (tmp_path / "hidden_tests/means").rename(tmp_path / "hidden_tests/good")
    Course(tmp_path, *SOUND, code("### END SOLUTION"), code("### BEGIN SOLUTION\nx"))
    (tmp_path / "hidden_tests/bad").mkdir()
    (tmp_path / "hidden_tests/bad/source.ipynb").write_text("{")
    before = contents(tmp_path)
    ended = command("build")
    assert (ended.code, ended.out, contents(tmp_path)) == (1, "", before)
    lines = ended.err.splitlines()
    assert lines[0].startswith("openjupyter: hidden_tests/bad/source.ipynb: is not JSON; ")
    assert lines[1].startswith("openjupyter: hidden_tests/means/source.ipynb, cell 4 (“### END SOLUTION”), line 1: ")
    assert lines[2].startswith("openjupyter: hidden_tests/means/source.ipynb, cell 5 (“x”), line 1: ")
    assert lines[3] == "openjupyter: nothing was written"
    ended = command("build", "--exercise", "good")
    assert ended.code == 0 and len(ended.out.splitlines()) == 4


def test_what_was_written_by_hand_stays(command: Command, tmp_path: Path) -> None:
    Course(tmp_path)
    notebook, tests = tmp_path / FILES[3], tmp_path / FILES[2]
    notebook.parent.mkdir(parents=True)
    notebook.write_text("mine")
    tests.write_text("def test_mine(learner): pass\n")
    before = contents(tmp_path)
    ended = command("build")
    assert (ended.code, ended.out, contents(tmp_path)) == (1, "", before)
    assert "openjupyter: hidden_tests/means/test_means.py was written by hand; move what is in it to" in ended.err
    assert "openjupyter: notebooks/means/means.ipynb was written by hand" in ended.err
    ended = command("build", "--overwrite")
    assert ended.code == 0 and "overwritten, though written by hand: notebooks/means/means.ipynb" in ended.out
    assert command("build").code == 0


def test_other_commands_tell_that_a_source_is_not_built(command: Command, tmp_path: Path) -> None:
    Course(tmp_path)
    ended = command("check")
    assert ended.code == 2 and "no exercise of . is built yet; run openjupyter build ." in ended.err
    ended = command("grade", "hidden_tests/means", "hidden_tests/means/source.ipynb")
    assert ended.code == 2 and "this exercise is not built yet; run openjupyter build " in ended.err


def test_warnings_do_not_stop_it(command: Command, tmp_path: Path) -> None:
    Course(
        tmp_path,
        *SOUND,
        code("# a hint:\n# return sum(values) / len(values)"),
    )
    ended = command("build")
    assert ended.code == 0
    assert ended.err.startswith("warning: hidden_tests/means/source.ipynb, cell 2 (“def mean(values):”), line 6: ")


def test_wrong_usage_is_2(command: Command, tmp_path: Path) -> None:
    assert "make an exercise with openjupyter new exercise NAME" in command("build").err
    assert command("build").code == command("build", "missing").code == 2
    Course(tmp_path)
    ended = command("build", "--exercise", "mean")
    assert ended.code == 2 and "did you mean means?" in ended.err


def test_no_control_characters_of_a_source_reach_the_terminal(command: Command, tmp_path: Path) -> None:
    Course(tmp_path, code("\x1b[31mred\n### END SOLUTION"), *SOUND, code(TASK))
    ended = command("build")
    assert ended.code == 1 and "\x1b" not in ended.err
