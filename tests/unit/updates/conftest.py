from pathlib import Path

import pytest

from tests.unit.updates.course import Course, cell, environment, git_config

CELLS = [
    cell("# Warm-up", "title", "markdown"),
    cell("def mean(values):\n    ...\n", "mean"),
    cell("Now the median.", "between", "markdown"),
    cell("def median(values):\n    ...\n", "median"),
    cell("openjupyter.grade()", "grade"),
]


@pytest.fixture(autouse=True)
def git(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> Path:
    folder = tmp_path_factory.mktemp("git")
    config = git_config(folder)
    for name, value in environment(config).items():
        monkeypatch.setenv(name, value)
    return folder


@pytest.fixture
def course(tmp_path: Path) -> Course:
    course = Course(tmp_path)
    course.publish(CELLS)
    course.pull()
    return course
