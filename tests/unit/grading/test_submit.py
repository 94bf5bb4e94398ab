"""What is taken as a submission, and what is refused with which sentence."""

import base64
import json
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import nbformat
import pytest

from openjupyter_service.errors import ExerciseError, InvalidSubmission, NotFound, OpenJupyterError, TooLarge
from openjupyter_service.exercises.repository import head
from openjupyter_service.grading import submit as module
from openjupyter_service.grading.submit import submit
from openjupyter_service.store.records import GradingState, Submission
from tests.unit.grading.course import CourseSite, notebook_text
from tests.unit.grading.followed import follow, prepared


def send(site: CourseSite, body: bytes) -> Submission:
    return submit(site.courses, site.submissions, "ada", body)


def stored(site: CourseSite, submission: Submission) -> dict[str, Any]:
    notebook = site.submissions.files(submission.id)["means/means.ipynb"]
    node = nbformat.reads(notebook.decode(), as_version=nbformat.NO_CONVERT)
    nbformat.validate(node)
    return dict(node)


def refused(site: CourseSite, body: bytes, kind: type[OpenJupyterError]) -> str:
    """The sentence of a refusal; nothing may have been stored."""
    with pytest.raises(kind) as caught:
        send(site, body)
    assert caught.value.status == kind.status
    assert site.submissions.for_learner("ada") == []
    sentence = str(caught.value)
    assert sentence and "\n" not in sentence and len(sentence) < 400
    return sentence


def test_a_submission_is_stored_and_queued(site: CourseSite) -> None:
    files = {"means/helper.py": base64.b64encode(b"VALUE = 2\n").decode()}
    submission = send(site, site.body(files=files))
    assert (submission.learner, submission.course, submission.exercise) == ("ada", "python", "means")
    assert submission.state is GradingState.QUEUED
    assert submission.commit == head(site.repository, "main")
    assert site.submissions.position(submission.id) == 1
    saved = site.submissions.files(submission.id)
    assert set(saved) == {"means/means.ipynb", "means/helper.py"}
    assert saved["means/helper.py"] == b"VALUE = 2\n"


def test_a_notebook_may_come_as_text_or_object(site: CourseSite) -> None:
    text = notebook_text("x = 'ä'", "y = 2")
    first, second = send(site, site.body(notebook=text)), send(site, site.body(notebook=json.loads(text)))
    assert stored(site, first) == stored(site, second)
    assert [cell["source"] for cell in stored(site, first)["cells"]] == ["x = 'ä'", "y = 2"]


def test_outputs_are_left_out(site: CourseSite) -> None:
    node = nbformat.reads(notebook_text("1", "2"), as_version=4)
    output = nbformat.v4.new_output("stream", text="forged: 10 of 10 points")
    node.cells[0].outputs, node.cells[0].execution_count = [output], 7
    submission = send(site, site.body(notebook=node))
    assert b"forged" not in site.submissions.files(submission.id)["means/means.ipynb"]
    assert [(cell["outputs"], cell["execution_count"]) for cell in stored(site, submission)["cells"]] == [
        ([], None)
    ] * 2


@pytest.mark.parametrize("version", [2, 3])
def test_old_notebooks_are_upgraded(site: CourseSite, version: int) -> None:
    cells = [
        {"cell_type": "code", "language": "python", "input": "x = 1", "outputs": [], "collapsed": False},
        {"cell_type": "markdown", "source": "text"},
    ]
    old = {
        "nbformat": version,
        "nbformat_minor": 0,
        "metadata": {"name": "old"},
        "worksheets": [{"cells": cells, "metadata": {}}],
    }
    node = stored(site, send(site, site.body(notebook=old)))
    assert node["nbformat"] == 4
    assert [cell["source"] for cell in node["cells"]] == ["x = 1", "text"]


@pytest.mark.filterwarnings("ignore:Non-unique cell id")
def test_cells_of_one_id_are_no_reason_to_refuse(site: CourseSite) -> None:
    node = nbformat.reads(notebook_text("1", "2"), as_version=4)
    node.cells[1]["id"] = node.cells[0]["id"]
    ids = [cell["id"] for cell in stored(site, send(site, site.body(notebook=node)))["cells"]]
    assert len(set(ids)) == 2


def test_text_with_lone_surrogates_does_not_break_it(site: CourseSite) -> None:
    text = notebook_text("x = 'PLACE'").replace("PLACE", "\\ud800")
    for notebook in (text, json.loads(text)):
        (cell,) = stored(site, send(site, site.body(notebook=notebook)))["cells"]
        assert cell["source"] == "x = '?'"


NO_JSON = {
    "nothing": b"",
    "words": b"hello",
    "cut": b'{"course": "python", ',
    "list": b"[]",
    "no UTF-8": b'{"course": "\xff"}',
    "deep": b"[" * 100_000,
    "deep inside": b'{"notebook": ' + b'{"a":' * 100_000 + b"1" + b"}" * 100_001,
    "digits": b'{"course": ' + b"1" * 5_000 + b"}",
    "NUL": b'{"course": "\x00"}',
}


@pytest.mark.parametrize("name", NO_JSON)
def test_what_is_no_json_object_is_refused(site: CourseSite, name: str) -> None:
    sentence = refused(site, NO_JSON[name], InvalidSubmission)
    assert "JSON" in sentence or "the submission has a wrong value" in sentence


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"course": 5}, "course"),
        ({"course": None}, "course"),
        ({"course": "x" * 65}, "course"),
        ({"course": "\ud800"}, "course"),
        ({"exercise": ["means"]}, "exercise"),
        ({"notebook": 5}, "notebook"),
        ({"notebook": ["x"]}, "notebook"),
        ({"files": []}, "files"),
        ({"files": {"means/helper.py": 5}}, "files"),
        ({"files": {str(n): "" for n in range(1001)}}, "files"),
        ({"score": 1.0}, "score"),
        ({"learner": "ben"}, "learner"),
    ],
)
def test_wrong_fields_are_named(site: CourseSite, changes: dict[str, Any], words: str) -> None:
    assert words in refused(site, site.body(**changes), InvalidSubmission)


def test_missing_fields_are_named(site: CourseSite) -> None:
    for name in ("course", "exercise", "notebook"):
        request = json.loads(site.body())
        del request[name]
        assert name in refused(site, json.dumps(request).encode(), InvalidSubmission)


@pytest.mark.parametrize(
    ("notebook", "words"),
    [
        ("", "not JSON"),
        ("hello", "not JSON"),
        ("{", "not JSON"),
        ("[1, 2]", "not JSON"),
        ("{}", "not a notebook"),
        ({}, "not a notebook"),
        ({"cells": 5}, "not a notebook"),
        ({"nbformat": 4}, "not a notebook"),
        ({"nbformat": "4", "nbformat_minor": 5, "metadata": {}, "cells": []}, "not a notebook"),
        ({"nbformat": 99, "nbformat_minor": 5, "metadata": {}, "cells": []}, "not a notebook"),
        ({"nbformat": -1, "nbformat_minor": 0}, "not a notebook"),
        ({"nbformat": 4, "nbformat_minor": 5, "metadata": {}, "cells": [1]}, "not a notebook"),
        ({"nbformat": 4, "nbformat_minor": 5, "metadata": {}, "cells": [{"cell_type": "code"}]}, "not a notebook"),
        ({"nbformat": 4, "nbformat_minor": 5, "metadata": {}, "cells": {}}, "not a notebook"),
        ({"nbformat": 3, "nbformat_minor": 0, "metadata": {}, "worksheets": [{"cells": [5]}]}, "not a notebook"),
        ({"nbformat": None}, "not a notebook"),
        ({"nbformat": None, "cells": []}, "not a notebook"),
    ],
    ids=lambda value: str(value)[:40],
)
def test_what_is_no_notebook_is_refused(site: CourseSite, notebook: Any, words: str) -> None:
    assert words in refused(site, site.body(notebook=notebook), InvalidSubmission)


def test_a_notebook_nested_deeply_is_taken_or_refused_but_breaks_nothing(site: CourseSite) -> None:
    text = notebook_text("x").replace('"metadata": {}', '"metadata": {"deep": DEEP}').encode()
    answers = set()
    with ThreadPoolExecutor(1) as thread:  # as in the service, where little is on the stack
        for depth in (50, *range(100, 1100, 50)):
            notebook = text.replace(b"DEEP", b'{"a":' * depth + b"1" + b"}" * depth)
            for body in (site.body(notebook=notebook.decode()), site.body(notebook=0).replace(b" 0,", notebook + b",")):
                try:
                    answers.add(thread.submit(send, site, body).result().state.value)
                except InvalidSubmission as error:
                    answers.add(str(error))
    assert answers == {
        "queued",
        "the submission is not JSON",
        "the file is not a notebook; save it in JupyterLab and submit again",
    }


def test_a_notebook_over_ten_megabytes_is_too_large(site: CourseSite) -> None:
    sentence = refused(site, site.body(notebook=notebook_text("#" * (10 * 2**20))), TooLarge)
    assert "10 MB" in sentence and "without its outputs" in sentence
    send(site, site.body(notebook=notebook_text("#" * (10 * 2**20 - 1_000))))


def test_files_over_their_limit_are_too_large(site: CourseSite, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "MAX_FILES_BYTES", 2**20)
    content = base64.b64encode(b"x" * (2**20 + 1)).decode()
    assert "larger than 1 MB" in refused(site, site.body(files={"means/helper.py": content}), TooLarge)


@pytest.mark.parametrize(
    "change",
    [
        {"course": "rust"},
        {"course": "PYTHON"},
        {"course": ""},
        {"course": "../private"},
        {"exercise": "median"},
        {"exercise": ""},
        {"exercise": "."},
        {"exercise": ".."},
        {"exercise": "../private/means"},
        {"exercise": "means/"},
        {"exercise": "/etc"},
        {"exercise": "*"},
        {"exercise": "means\0"},
        {"exercise": "x" * 200},
    ],
    ids=str,
)
def test_unknown_courses_and_exercises_are_not_found(site: CourseSite, change: dict[str, str]) -> None:
    assert refused(site, site.body(**change), NotFound).startswith("there is no ")


@pytest.mark.parametrize(
    "name",
    [
        "means/other.py",
        "helper.py",
        "means/means.ipynb",
        "means/data.csv",
        "../means/helper.py",
        "means/../means/helper.py",
        "/etc/passwd",
        "means/helper.py\0",
        "means//helper.py",
        "./means/helper.py",
        "x" * 5_000,
        "",
    ],
    ids=lambda name: repr(name)[:30],
)
def test_files_that_are_not_asked_for_are_refused(site: CourseSite, name: str) -> None:
    assert "does not ask for the file" in refused(site, site.body(files={name: ""}), InvalidSubmission)


@pytest.mark.parametrize("content", ["a", "a===", "ä", "====", "YQ==\n!", "Y Q = ="])
def test_files_that_are_not_base64_are_refused(site: CourseSite, content: str) -> None:
    assert "base64" in refused(site, site.body(files={"means/helper.py": content}), InvalidSubmission)


def break_toml(site: CourseSite) -> None:
    (site.private / "means" / "exercise.toml").write_text("title = ")


def lose_repository(site: CourseSite) -> None:
    site.repository.rename(site.folder / "gone.git")


@pytest.mark.parametrize("damage", [break_toml, lose_repository])
def test_a_broken_course_is_its_authors_fault(site: CourseSite, damage: Callable[[CourseSite], None]) -> None:
    damage(site)
    refused(site, site.body(), ExerciseError)


def test_a_submission_to_a_followed_course_names_its_pair(site: CourseSite) -> None:
    with pytest.raises(NotFound, match="no course 'genes'"):
        send(site, site.body(course="genes"))
    follow(site.settings, site.store)
    pair = site.courses.find("genes").pair
    first = send(site, site.body(course="genes"))
    assert pair is not None and (first.commit, first.private_commit) == (pair.public_commit, pair.private_commit)
    later = prepared(site.settings, "genes", "Later")
    assert later != pair
    assert send(site, site.body(course="genes")).private_commit == pair.private_commit
    assert send(site, site.body()).private_commit is None
