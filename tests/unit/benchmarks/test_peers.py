"""The messy exercise in the formats of other graders, and what they say of it."""

import json
import re
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest

from tests.benchmarks.peers import environments
from tests.benchmarks.peers.environments import CODE_OF_TIMEOUT, PINS, Ended, Environment
from tests.benchmarks.peers.nbgrader import with_tests
from tests.benchmarks.peers.otter import as_test_file, read_results
from tests.benchmarks.peers.result import Result, from_tests
from tests.benchmarks.peers.task import Task, messy_task, warm_up_task
from tests.benchmarks.pool import warm_up_exercise
from tests.notebook_cases import cells_of, notebook_of, plain_notebook

TESTS = messy_task().tests


def nbgrader_cells(notebook: bytes, hidden: bool = False) -> list[str]:
    """What each code cell defines, or the name of its test."""
    found = []
    for cell in json.loads(with_tests(notebook, TESTS, hidden))["cells"]:
        marks = cell["metadata"].get("nbgrader")
        found.append(marks["grade_id"] if marks else "".join(cell["source"]).split("(")[0].removeprefix("def "))
    return found


def as_bytes(text: str) -> bytes:
    return json.dumps(notebook_of(cells_of(text))).encode()


def test_nbgrader_tests_stand_behind_what_they_test_in_any_order() -> None:
    cells = nbgrader_cells(as_bytes("# %% plain factorial greet mean\n# %%\nmean([])\n"))
    missing = ["is_even", "largest", "count_words", "passed", "total_by_city"]
    assert cells[:7] == ["factorial", "test_factorial", "greet", "test_greet", "mean", "test_mean", "mean"]
    assert sorted(cells[7:]) == sorted(f"test_{name}" for name in missing)


def test_nbgrader_tests_stand_behind_the_last_definition() -> None:
    cells = nbgrader_cells(as_bytes("# %% plain mean mean is_even\n# %%\nx = 1\n"))
    assert cells[:6] == ["mean", "mean", "test_mean", "is_even", "test_is_even", "x = 1"]
    assert cells[6:8] == ["test_largest", "test_count_words"]


def test_only_the_source_version_holds_the_hidden_tests() -> None:
    assert b"HIDDEN" not in with_tests(plain_notebook(), TESTS, hidden=False)
    source = with_tests(plain_notebook(), TESTS, hidden=True)
    assert source.count(b"### BEGIN HIDDEN TESTS") == source.count(b"### END HIDDEN TESTS") == len(TESTS)


def test_nbgrader_points_are_those_of_the_exercise() -> None:
    cells = json.loads(with_tests(plain_notebook(), TESTS, hidden=False))["cells"]
    points = [cell["metadata"]["nbgrader"]["points"] for cell in cells if "nbgrader" in cell["metadata"]]
    assert sorted(points) == sorted(test.points for test in TESTS)


@pytest.mark.parametrize("notebook", [b"", b"no JSON", b"[]", b'{"cells": 3}', b"{}"])
def test_what_is_no_notebook_is_handed_in_as_it_is(notebook: bytes) -> None:
    assert with_tests(notebook, TESTS, hidden=False) == notebook


def test_old_formats_get_test_cells_too() -> None:
    data = notebook_of(cells_of("# %% plain mean\n")) | {"nbformat_minor": 4}
    assert not any("id" in cell for cell in json.loads(with_tests(json.dumps(data).encode(), TESTS, False))["cells"])
    cell = {"cell_type": "code", "input": ["def mean(x):\n", "    return x"], "metadata": {}, "outputs": []}
    older = {"nbformat": 3, "nbformat_minor": 0, "metadata": {}, "worksheets": [{"cells": [cell]}]}
    cells = json.loads(with_tests(json.dumps(older).encode(), TESTS, False))["worksheets"][0]["cells"]
    assert cells[1]["metadata"]["nbgrader"]["grade_id"] == "test_mean"
    assert all("input" in cell and "source" not in cell for cell in cells)


def test_a_byte_order_mark_stays() -> None:
    mark = b"\xef\xbb\xbf"
    assert with_tests(mark + plain_notebook(), TESTS, hidden=False) == mark + with_tests(
        plain_notebook(), TESTS, hidden=False
    )


@pytest.mark.parametrize("task", [messy_task(), warm_up_task()], ids=["messy", "warm-up"])
def test_otter_tests_fail_as_the_assertions_do(task: Task, monkeypatch: pytest.MonkeyPatch) -> None:
    module = type(sys)("otter.test_files")
    module.test_case = lambda points, hidden: lambda function: function  # type: ignore[attr-defined]
    monkeypatch.setitem(sys.modules, "otter", type(sys)("otter"))
    monkeypatch.setitem(sys.modules, "otter.test_files", module)
    namespace: dict[str, Any] = {}
    for cell in json.loads(task.solution)["cells"]:
        if cell["cell_type"] == "code":
            exec("".join(cell["source"]), namespace)
    for test in task.tests:
        found: dict[str, Any] = {}
        exec(as_test_file(test), found)
        assert (found["OK_FORMAT"], found["name"], found["points"]) == (False, test.name, test.points)
        run = found[f"test_{test.name}"]
        run(namespace[test.function])
        with pytest.raises((AssertionError, TypeError, AttributeError, IndexError)):
            run(lambda *arguments: None)


def test_the_warm_up_is_the_same_for_all() -> None:
    exercise, task = warm_up_exercise(), warm_up_task()
    source = exercise.tests()["test_warm_up.py"].decode()  # with one call in a text that is to run in the kernel
    ours = re.split(r"@pytest\.mark\.points\((\d)\)", source)[1:]
    for points, body, test in zip(ours[::2], ours[1::2], task.tests, strict=True):
        assert (f"def test_{test.name}(" in body, float(points)) == (True, test.points)
        call = re.compile(rf"(?:\b|\\n){test.function}\(")
        assert len(call.findall(body)) == len(call.findall(test.code)), test.name
    assert b"openjupyter" not in task.solution


def test_results_of_otter() -> None:
    scored = [{"name": test.name, "score": test.points, "max_score": test.points} for test in TESTS]
    public = {"name": "Public Tests", "status": "passed"}
    assert read_results(json.dumps({"tests": [public, *scored]}), TESTS) == Result(1.0, "")
    scored[0]["score"] = 0.0
    scored.pop()
    result = read_results(json.dumps({"tests": [public, *scored]}), TESTS)
    lost = [TESTS[0], TESTS[-1]]
    total = sum(test.points for test in TESTS)
    assert result.note == ", ".join(test.name for test in lost)
    assert result.score == pytest.approx(1 - sum(test.points for test in lost) / total)
    assert read_results(json.dumps({"tests": [public]}), TESTS) == Result(0.0, "no test was run")


def test_a_result_of_tests_names_those_that_lost_points() -> None:
    assert from_tests({"a": (1, 1), "b": (1, 2), "c": (0, 1)}) == Result(0.5, "b, c")
    assert from_tests({"a": (0, 1), "b": (0, 1)}) == Result(0.0, "all tests")


def test_the_reason_is_the_last_line_that_names_an_error() -> None:
    errors = "[App] start\nTraceback\nValueError: broken\n[App | WARNING] done\n"
    assert Ended(1, "", errors).reason == "ValueError: broken"
    assert Ended(1, "", "something\nelse\n\n").reason == "else"
    assert Ended(1, "", "").reason == "no result"
    assert Ended(CODE_OF_TIMEOUT, "", errors).reason == "does not end"


@pytest.fixture
def environment(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Environment:
    """An environment that needs no installation."""
    monkeypatch.setattr(environments, "HOME", tmp_path)
    monkeypatch.setattr(Environment, "_make", lambda self, pins: self.folder.mkdir())
    said: list[str] = []
    made = Environment("otter", said.append)
    assert said == [f"installing {PINS['otter'][0]} …"]
    (made.folder / "complete").touch()
    Environment("otter", said.append)
    assert len(said) == 1
    return made


def test_a_program_that_leaves_processes_behind_keeps_nobody_waiting(environment: Environment, tmp_path: Path) -> None:
    code = (
        "import subprocess, sys; p = subprocess.Popen(['sleep', '60'], start_new_session=True);"
        "print(p.pid); print('ValueError: x', file=sys.stderr); sys.exit(3)"
    )
    started = time.monotonic()
    ended = environment.run(sys.executable, "-c", code, cwd=tmp_path)
    assert time.monotonic() - started < 30
    assert (ended.code, ended.reason) == (3, "ValueError: x")
    time.sleep(0.2)
    state = Path("/proc") / ended.output.strip() / "stat"
    assert not state.exists() or state.read_text().rpartition(")")[2].split()[0] == "Z"


def test_a_program_that_does_not_end_is_stopped(environment: Environment, tmp_path: Path) -> None:
    assert environment.run("sleep", "60", cwd=tmp_path, seconds=0.2).reason == "does not end"


def test_processes_of_others_live_on(environment: Environment, tmp_path: Path) -> None:
    with subprocess.Popen(["sleep", "60"]) as other:
        environment.run("true", cwd=tmp_path)
        assert other.poll() is None
        other.kill()
