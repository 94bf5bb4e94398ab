"""Changes of the course in the server half: a real Jupyter Server, real Git, real nbgitpuller."""

import copy
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import requests

from tests.unit.labextension.grading import TOKEN, PlayedGrading
from tests.unit.labextension.lab import Lab, running_lab
from tests.unit.updates.conftest import CELLS
from tests.unit.updates.course import NOTEBOOK, Course, environment, git_config

MINE, THEIRS = "def mean(values):\n    return 1\n", "def mean(values):\n    return 2\n"
PATH = f"sample/{NOTEBOOK}"


@pytest.fixture
def course(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Course:
    (tmp_path / "git").mkdir()
    for name, value in environment(git_config(tmp_path / "git")).items():
        monkeypatch.setenv(name, value)
    return Course(tmp_path / "course")


@pytest.fixture
def lab(tmp_path: Path, course: Course) -> Iterator[Lab]:
    grading = PlayedGrading()
    with running_lab(tmp_path / "lab", grading.url, TOKEN) as lab:
        course.copy = lab.home / "sample"
        course.publish(CELLS, files={"warm-up/helpers.py": b"x = 1\n", "other/other.py": b"y = 1\n"})
        course.pull()
        yield lab
    grading.stop()


def differ(course: Course) -> None:
    course.edit(1, MINE)
    for name in ("warm-up/helpers.py", "other/other.py"):
        (course.copy / name).write_bytes(b"mine\n")
    cells = copy.deepcopy(CELLS)
    cells[1]["source"] = THEIRS.splitlines(keepends=True)
    course.publish(cells, files={"warm-up/helpers.py": b"theirs\n", "other/other.py": b"theirs\n"})
    course.pull()


def matters(lab: Lab, path: str = PATH) -> list[dict[str, Any]]:
    answer = lab.api("GET", "updates", params={"path": path})
    assert answer.status_code == 200, answer.text
    found: list[dict[str, Any]] = answer.json()["updates"]
    return found


def decide(lab: Lab, item: dict[str, Any], choice: str = "theirs", **changes: Any) -> requests.Response:
    body = {"path": PATH, "choice": choice} | {name: item[name] for name in ("file", "key", "digest")} | changes
    return lab.api("POST", "updates", json=body)


def test_matters_of_a_notebook_and_what_lies_beside_it_are_told_and_decided(lab: Lab, course: Course) -> None:
    assert matters(lab) == []
    differ(course)
    helper, cell = matters(lab)
    assert (helper["file"], helper["key"], helper["mine"], helper["theirs"]) == (
        "warm-up/helpers.py",
        "",
        "mine\n",
        "theirs\n",
    )
    assert (cell["file"], cell["key"], cell["mine"], cell["theirs"]) == (NOTEBOOK, "mean", MINE, THEIRS)
    answer = decide(lab, cell).json()
    assert answer["updates"] == [helper]
    kept = lab.home / answer["kept"]
    assert answer["kept"].startswith("kept/sample/warm-up ") and MINE in "".join(
        json.loads(kept.read_text())["cells"][1]["source"]
    )
    assert course.texts()[1] == THEIRS
    assert decide(lab, helper, "mine").json() == {"kept": None, "updates": []}
    assert (course.copy / "warm-up/helpers.py").read_bytes() == b"mine\n"
    late = decide(lab, cell)
    assert (late.status_code, late.json()["code"]) == (409, "settled")


def test_what_is_not_understood_changes_nothing(lab: Lab, course: Course) -> None:
    differ(course)
    _, cell = matters(lab)
    for changes in ({"choice": "both"}, {"key": 7}, {"digest": None}, {"file": "x" * 20_000}):
        answer = decide(lab, cell, **changes)
        assert (answer.status_code, answer.json()["code"]) == (400, "bad-request")
    for changes in ({"file": "../../etc/passwd"}, {"key": "other"}, {"digest": "0" * 16}):
        assert decide(lab, cell, **changes).json()["code"] == "settled"
    for path in ("../lab.log", "/etc/passwd", "nothing/x.ipynb"):
        assert decide(lab, cell, path=path).json()["code"] == "no-exercise"
        assert lab.api("GET", "updates", params={"path": path}).status_code == 404
    assert requests.get(f"{lab.url}/openjupyter/api/updates?path={PATH}", timeout=30).status_code == 403
    assert course.texts()[1] == MINE and len(matters(lab)) == 2


def test_a_notebook_in_no_course_has_no_matters(lab: Lab) -> None:
    assert matters(lab, "python/means/means.ipynb") == []
