"""Where the parts of a course lie: two halves, a private half alone, one folder for all, one exercise alone."""

from pathlib import Path

import pytest

from openjupyter_service.exercises.course import Exercise, load_exercise
from openjupyter_service.exercises.layout import find_course, is_one_folder, public_half


def write(folder: Path, *names: str) -> Path:
    for name in names:
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text('title = "T"\n' if path.name == "exercise.toml" else "x")
    return folder


def load(private: Path, name: str = "mean") -> Exercise:
    return load_exercise(private, name)


def test_two_halves(tmp_path: Path) -> None:
    write(tmp_path, "hidden_tests/mean/exercise.toml", "hidden_tests/sum/exercise.toml", "notebooks/mean/mean.ipynb")
    for folder in (tmp_path, tmp_path / "hidden_tests"):
        course = find_course(folder)
        assert course is not None
        assert (course.private, course.names) == (tmp_path / "hidden_tests", ["mean", "sum"])
        for name in course.names:  # also of the one whose notebook is not there yet
            exercise = load(course.private, name)
            assert course.public_of(exercise) == public_half(exercise) == tmp_path / "notebooks"
            assert not is_one_folder(exercise, tmp_path / "notebooks")


def test_one_exercise_of_a_course(tmp_path: Path) -> None:
    write(tmp_path, "hidden_tests/mean/exercise.toml", "hidden_tests/sum/exercise.toml", "notebooks/mean/mean.ipynb")
    course = find_course(tmp_path / "hidden_tests/mean")
    assert course is not None and course.names == ["mean"]
    assert course.public_of(load(course.private)) == tmp_path / "notebooks"


def test_one_folder_for_all(tmp_path: Path) -> None:
    write(tmp_path, "mean/exercise.toml", "mean/mean.ipynb", "mean/test_mean.py", "mean/solution.ipynb")
    for folder in (tmp_path, tmp_path / "mean"):
        course = find_course(folder)
        assert course is not None and (course.private, course.names) == (tmp_path, ["mean"])
    exercise = load(tmp_path)
    assert public_half(exercise) == tmp_path and is_one_folder(exercise, tmp_path)
    assert exercise.solution_path() == tmp_path / "mean/solution.ipynb"
    assert set(exercise.tests()) == {"test_mean.py"}


def test_one_folder_beside_something_called_notebooks(tmp_path: Path) -> None:
    write(tmp_path, "course/mean/exercise.toml", "notebooks/other.ipynb")
    exercise = load(tmp_path / "course")
    assert public_half(exercise) == tmp_path / "course"
    write(tmp_path, "notebooks/mean/mean.ipynb")
    assert public_half(exercise) == tmp_path / "notebooks"


def test_the_public_half_may_be_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write(tmp_path, "private/mean/exercise.toml", "public/mean/mean.ipynb")
    monkeypatch.chdir(tmp_path)
    course = find_course(Path("private"), Path("public"))
    assert course is not None and course.public_of(load(course.private)) == tmp_path / "public"


def test_what_is_no_course(tmp_path: Path) -> None:
    write(tmp_path, "a/b/c/exercise.toml")
    assert find_course(tmp_path) is None
    assert find_course(tmp_path / "nowhere") is None
