"""What a pull takes, what it does not take and is told, and what a learner then decides."""

import copy
import json
import subprocess
from datetime import datetime
from pathlib import Path
from typing import Any

import nbformat
import pytest

from openjupyter.updates.decide import NothingToDecide, decide
from openjupyter.updates.missed import Missed
from openjupyter.updates.repository import NoRepository, Repository
from tests.unit.updates.conftest import CELLS
from tests.unit.updates.course import NOTEBOOK, Course, cell

MINE = "def mean(values):\n    return sum(values) / len(values)\n"


def changed(number: int, text: str) -> list[dict[str, Any]]:
    cells = copy.deepcopy(CELLS)
    cells[number]["source"] = text.splitlines(keepends=True)
    return cells


def found(course: Course) -> list[tuple[str, str, str | None, str | None, int | None]]:
    return [(item.key, item.kind, item.mine, item.theirs, item.number) for item in course.repository.missed()]


def take(course: Course, item: Missed, choice: Any = "theirs") -> Path | None:
    return decide(course.repository, course.home, item.path, item.key, item.digest, choice)


def test_nothing_is_missing_of_a_fresh_copy(course: Course) -> None:
    assert found(course) == []


def test_a_fix_in_a_cell_that_the_learner_has_not_touched_arrives(course: Course) -> None:
    course.edit(1, MINE)
    course.publish(changed(3, "def median(values):\n    '''Of numbers.'''\n"))
    course.pull()
    assert course.texts()[1] == MINE and "Of numbers" in course.texts()[3]
    assert found(course) == []


def test_it_arrives_after_the_learner_has_run_and_saved_everything(course: Course) -> None:
    """By lines this fix is lost: saving has changed the lines around it."""
    content = course.read()
    for number, each in enumerate(content["cells"]):
        if each["cell_type"] == "code":
            output = {"output_type": "stream", "name": "stdout", "text": ["1\n"]}
            each |= {"execution_count": number, "outputs": [output]}
    content["metadata"] = {"kernelspec": {"display_name": "Python 3", "language": "python", "name": "python3"}}
    course.save(content)
    course.publish(changed(3, "def median(values):\n    '''Of numbers.'''\n"))
    course.pull()
    assert "Of numbers" in course.texts()[3] and found(course) == []
    assert course.read()["cells"][1]["outputs"] and course.read()["metadata"]["kernelspec"]["name"] == "python3"


def test_a_cell_that_both_have_changed_stays_and_is_told(course: Course) -> None:
    course.edit(1, MINE)
    theirs = "def mean(values):\n    '''Of numbers.'''\n"
    course.publish(changed(1, theirs))
    course.pull()
    assert course.texts()[1] == MINE
    assert found(course) == [("mean", "changed", MINE, theirs, 2)] == found(course)


def test_a_new_cell_arrives_behind_its_neighbour(course: Course) -> None:
    course.edit(1, MINE)
    cells = copy.deepcopy(CELLS)
    cells.insert(2, cell("A hint: sum() helps.", "hint", "markdown"))
    course.publish(cells)
    course.pull()
    assert course.texts()[1:3] == [MINE, "A hint: sum() helps."] and found(course) == []


def test_a_cell_that_is_taken_out_goes_unless_the_learner_has_worked_in_it(course: Course) -> None:
    course.edit(1, MINE)
    course.publish([each for each in CELLS if each["id"] not in ("mean", "between")])
    course.pull()
    assert [each["id"] for each in course.read()["cells"]] == ["title", "mean", "median", "grade"]
    (item,) = course.repository.missed()
    assert (item.key, item.kind, item.mine, item.theirs) == ("mean", "removed", MINE, None)
    take(course, item, "mine")
    assert course.texts()[1] == MINE and found(course) == []


def test_what_the_learner_has_taken_out_stays_out_and_a_later_fix_of_it_is_told(course: Course) -> None:
    content = course.read()
    del content["cells"][2]
    course.save(content)
    course.publish(changed(0, "# Warm-up!"))
    course.pull()
    assert "Now the median." not in course.texts() and course.texts()[0] == "# Warm-up!" and found(course) == []
    course.publish(changed(2, "Now the median of numbers."))
    course.pull()
    assert found(course) == [("between", "changed", None, "Now the median of numbers.", None)]
    take(course, course.repository.missed()[0])
    assert course.texts()[2] == "Now the median of numbers." and found(course) == []


def test_the_courses_version_can_be_taken_and_mine_is_kept(course: Course) -> None:
    course.edit(1, MINE)
    before = (course.copy / NOTEBOOK).read_bytes()
    theirs = "def mean(values):\n    '''Of numbers.'''\n"
    course.publish(changed(1, theirs))
    course.pull()
    (item,) = course.repository.missed()
    at = datetime(2026, 11, 25, 22, 10, 5)
    kept = decide(course.repository, course.home, item.path, item.key, item.digest, "theirs", lambda: at)
    assert kept == course.home / "kept/sample/warm-up 2026-11-25 22.10.05.ipynb" and kept.read_bytes() == before
    assert course.texts()[1] == theirs and found(course) == []
    nbformat.validate(course.read())
    again = decide_again(course, item)
    assert "decided already" in again


def decide_again(course: Course, item: Missed) -> str:
    with pytest.raises(NothingToDecide) as error:
        take(course, item)
    return str(error.value)


def test_two_copies_of_one_second_do_not_meet(course: Course) -> None:
    at = datetime(2026, 11, 25, 22, 10, 5)
    kept = []
    for number in (1, 3):
        course.edit(number, f"mine = {number}")
        course.publish(changed(number, f"theirs = {number}"))
        course.pull()
        (item,) = course.repository.missed()
        kept.append(decide(course.repository, course.home, item.path, item.key, item.digest, "theirs", lambda: at))
    assert len(set(kept)) == 2 and all(path and path.exists() for path in kept)


def test_a_decision_is_for_one_version(course: Course) -> None:
    course.edit(1, MINE)
    course.publish(changed(1, "second = 2"))
    course.pull()
    (item,) = course.repository.missed()
    take(course, item, "mine")
    assert course.texts()[1] == MINE and found(course) == []
    course.pull()
    assert found(course) == []
    course.publish(changed(1, "third = 3"))
    course.pull()
    assert found(course) == [("mean", "changed", MINE, "third = 3", 2)]
    assert "changed again" in decide_again(course, item)


def test_what_the_learner_changes_after_it_has_arrived_is_no_loss(course: Course) -> None:
    course.publish(changed(1, "second = 2"))
    course.pull()
    course.edit(1, MINE)
    cells = changed(1, "second = 2")
    cells[3]["source"] = ["third = 3"]
    course.publish(cells)
    course.pull()
    assert course.texts()[1] == MINE and course.texts()[3] == "third = 3" and found(course) == []


def test_matters_stay_open_over_later_pulls(course: Course) -> None:
    course.edit(1, MINE)
    course.publish(changed(1, "second = 2"))
    course.pull()
    cells = changed(1, "second = 2")
    cells[3]["source"] = ["third = 3"]
    course.publish(cells)
    course.pull()
    course.edit(3, "mine too")
    course.pull()
    assert [item[0] for item in found(course)] == ["mean"]


def test_a_learner_who_writes_the_same_has_it(course: Course) -> None:
    course.edit(1, MINE)
    course.publish(changed(1, "second = 2"))
    course.pull()
    course.edit(1, "second = 2")
    assert found(course) == []


def test_other_files_are_told_as_a_whole(course: Course) -> None:
    course.publish(CELLS, files={"helpers.py": b"x = 1\n"})
    course.pull()
    (course.copy / "helpers.py").write_bytes(b"x = 2\n")
    course.publish(CELLS, files={"helpers.py": b"x = 3\n"})
    course.pull()
    (item,) = course.repository.missed()
    assert (item.path, item.kind, item.mine, item.theirs) == ("helpers.py", "changed", "x = 2\n", "x = 3\n")
    kept = take(course, item)
    assert kept is not None and kept.read_bytes() == b"x = 2\n" and kept.suffix == ".py"
    assert (course.copy / "helpers.py").read_bytes() == b"x = 3\n" and found(course) == []


def test_notebooks_without_ids(tmp_path: Path) -> None:
    course = Course(tmp_path)
    old = [{name: value for name, value in each.items() if name != "id"} for each in copy.deepcopy(CELLS)]
    course.publish(old, minor=4)
    course.pull()
    content = course.read() | {"nbformat_minor": 5}  # JupyterLab gives ids when it saves
    content["cells"] = [each | {"id": f"lab-{number}"} for number, each in enumerate(content["cells"])]
    course.save(content)
    course.edit(1, MINE)
    new = copy.deepcopy(old)
    new[3]["source"] = ["def median(values):\n", "    '''Of numbers.'''\n"]
    new[1]["source"] = ["def mean(values):\n", "    '''Of numbers.'''\n"]
    course.publish(new, minor=4)
    course.pull()
    assert course.texts()[1] == MINE and "Of numbers" in course.texts()[3] and len(course.texts()) == 5
    ((_, kind, mine, theirs, number),) = found(course)
    assert (kind, mine, number) == ("changed", MINE, 2) and theirs is not None and "Of numbers" in theirs
    take(course, course.repository.missed()[0])
    assert "Of numbers" in course.texts()[1] and len(course.texts()) == 5 and found(course) == []
    nbformat.validate(course.read())


def test_metadata_of_the_course_arrives_and_the_learners_stays(course: Course) -> None:
    content = course.read()
    content["metadata"]["mine"] = 1
    content["cells"][1]["metadata"]["collapsed"] = True
    course.save(content)
    course.edit(1, MINE)
    cells = copy.deepcopy(CELLS)
    cells[1]["metadata"] = {"tags": ["graded"]}
    course.publish(cells, authors=["A"])
    course.pull()
    assert course.read()["metadata"] == {"mine": 1, "authors": ["A"]}
    assert course.read()["cells"][1]["metadata"] == {"collapsed": True, "tags": ["graded"]}


@pytest.mark.parametrize(
    "broken", [b"", b"no JSON", b"[]", b'{"nbformat": 4, "cells": 7}', b'{"nbformat": 4, "cells": [7]}', b"[" * 100_000]
)
def test_a_file_that_is_no_notebook_stays_as_it_is_and_is_told(course: Course, broken: bytes) -> None:
    (course.copy / NOTEBOOK).write_bytes(broken)
    course.publish(changed(1, "second = 2"))
    course.pull()
    assert (course.copy / NOTEBOOK).read_bytes() == broken
    (item,) = course.repository.missed()
    assert (item.key, item.kind) == ("", "changed")
    take(course, item)
    assert course.texts()[1] == "second = 2"


def test_a_broken_notebook_of_the_course_breaks_nothing(course: Course) -> None:
    course.edit(1, MINE)
    (course.origin / NOTEBOOK).write_text("no JSON")
    course._git("commit", "-qam", "broken")
    course.pull()
    assert course.texts()[1] == MINE
    course.publish(changed(3, "third = 3"))
    course.pull()
    assert course.texts()[1] == MINE


@pytest.mark.parametrize("state", ["", "{}", '{"since": 7, "files": []}', '{"since": "0000", "files": {}}', "[1"])
def test_notes_that_cannot_be_read_are_begun_anew(course: Course, state: str) -> None:
    course.edit(1, MINE)
    (course.copy / ".git/openjupyter-updates.json").write_text(state)
    course.publish(changed(1, "second = 2"))
    course.pull()
    assert [item[0] for item in found(course)] == ["mean"]


def test_a_course_that_was_rewound_is_told(course: Course) -> None:
    course.publish(changed(1, "second = 2"))
    course.pull()
    subprocess.run(["git", "-C", str(course.origin), "reset", "-q", "--hard", "HEAD~1"], check=True)
    course.pull()
    assert [(item[0], item[2], item[3]) for item in found(course)] == [
        ("mean", "second = 2", "def mean(values):\n    ...\n")
    ]


def test_a_folder_that_is_no_course(tmp_path: Path, course: Course) -> None:
    empty = tmp_path / "empty"
    empty.mkdir()
    with pytest.raises(NoRepository):
        Repository(empty)
    subprocess.run(["git", "init", "-q", str(empty)], check=True)
    with pytest.raises(NoRepository):
        Repository(empty).missed()


def test_a_link_out_of_the_course_is_not_followed(course: Course, tmp_path: Path) -> None:
    secret = tmp_path / "secret.ipynb"
    secret.write_text(json.dumps({"nbformat": 4, "nbformat_minor": 5, "metadata": {}, "cells": []}))
    (course.copy / NOTEBOOK).unlink()
    (course.copy / NOTEBOOK).symlink_to(secret)
    course.publish(changed(1, "second = 2"))
    assert course.repository.missed() == []
    assert secret.read_text().startswith('{"nbformat"')
