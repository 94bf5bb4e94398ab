"""`openjupyter.grade()` from the first word to the report, against a service that is played."""

import json
from pathlib import Path
from typing import Any

import pytest

import openjupyter
from openjupyter.client import grade as module
from openjupyter.client.notebook import SaveWatch
from openjupyter.client.problems import not_launched
from tests.unit.client.conftest import PlayedService, stream

REPORT = {"status": "correct", "score": 1.0, "points": 2, "max_points": 2, "failing_cell": None, "tests": []}
PASSBACK = {"platform": "moodle", "context_title": "Data science", "score": 1.0, "sent_at": None, "last_error": None}


@pytest.fixture
def launched(service: PlayedService, notebook: Path, monkeypatch: pytest.MonkeyPatch) -> PlayedService:
    monkeypatch.setenv("OPENJUPYTER_URL", service.url)  # `home` has taken them away
    monkeypatch.setenv("JUPYTERHUB_API_TOKEN", "token")
    monkeypatch.setattr(SaveWatch, "wait", lambda self: True)
    service.answer(
        "/api/courses/python/exercise", (200, {"name": "means", "files": ["means/helper.py", "means/no.py"]})
    )
    service.answer("/api/submissions", (202, {"id": "s1"}))
    service.answer("/api/submissions/s1/events", (200, stream({"state": "queued", "position": 3}, {"state": "done"})))
    service.answer("/api/submissions/s1", (200, {"report": REPORT, "passbacks": []}))
    notebook.with_name("helper.py").write_text("VALUE = 1\n")
    return service


def test_outside_a_launch_it_says_what_to_do(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    openjupyter.grade()
    assert capsys.readouterr().out == f"{not_launched()}\n"


def test_in_a_launch_without_a_notebook_it_says_what_to_do(
    service: PlayedService, home: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("OPENJUPYTER_URL", service.url)
    monkeypatch.setenv("JUPYTERHUB_API_TOKEN", "token")
    openjupyter.grade()
    assert capsys.readouterr().out == f"{not_launched()}\n"
    assert service.requests == []


def test_in_the_sandbox_it_does_and_prints_nothing(
    launched: PlayedService, capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("OPENJUPYTER_SANDBOX", "1")
    openjupyter.grade()
    captured = capfd.readouterr()
    assert (captured.out, captured.err, launched.requests) == ("", "", [])


def test_from_the_first_word_to_the_report(launched: PlayedService, capsys: pytest.CaptureFixture[str]) -> None:
    openjupyter.grade()
    assert capsys.readouterr().out.splitlines() == [
        "Saving the notebook …",
        "Submitting …",
        "Submitted. In the queue: place 3 …",
        "Graded. Sending the score …",
        "All tests passed: 2 of 2 points (100%)",
        "No LMS waits for this score. Open this exercise from your course page: your best score is then sent there by"
        " itself.",
    ]
    (request,) = [each for each in launched.requests if each.method == "POST"]
    body = json.loads(request.body)
    assert (body["course"], body["exercise"], body["notebook"]) == ("python", "means", '{"cells": "ä"}')
    assert body["files"] == {"means/helper.py": "VkFMVUUgPSAxCg=="}


def test_without_a_save_it_says_which_state_was_graded(
    launched: PlayedService, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(SaveWatch, "wait", lambda self: False)
    openjupyter.grade()
    assert "Graded as last saved, at " in capsys.readouterr().out


@pytest.mark.parametrize(
    ("path", "answer", "words"),
    [
        (
            "/api/courses/python/exercise",
            (404, {"message": "this folder belongs to no course"}),
            "belongs to no course",
        ),
        ("/api/submissions", (413, {"message": "the notebook is larger than 10 MB"}), "larger than 10 MB"),
        ("/api/submissions", (503, b""), "nothing was submitted"),
    ],
)
def test_a_refusal_is_the_last_word(
    launched: PlayedService, capsys: pytest.CaptureFixture[str], path: str, answer: Any, words: str
) -> None:
    launched.answer(path, answer)
    openjupyter.grade()
    captured = capsys.readouterr()
    assert words in captured.out.splitlines()[-1]
    assert "Traceback" not in captured.out + captured.err


def test_the_score_is_waited_for_a_moment(
    launched: PlayedService, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module.time, "sleep", lambda seconds: None)
    waiting = {"report": REPORT, "passbacks": [{**PASSBACK, "state": "pending"}]}
    sent = {"report": REPORT, "passbacks": [{**PASSBACK, "state": "sent", "sent_at": 3661.0}]}
    launched.answer("/api/submissions/s1", (200, waiting), (200, waiting), (200, sent))
    openjupyter.grade()
    assert capsys.readouterr().out.splitlines()[-1].startswith("Sent to Data science at 01:01:01 UTC")
    assert len(launched.asked("/api/submissions/s1")) == 3


def test_a_score_that_does_not_arrive_is_not_waited_for(
    launched: PlayedService, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module.time, "sleep", lambda seconds: None)
    trouble = {"report": REPORT, "passbacks": [{**PASSBACK, "state": "pending", "last_error": "not taken yet"}]}
    launched.answer("/api/submissions/s1", (200, trouble))
    openjupyter.grade()
    assert "is on its way to Data science" in capsys.readouterr().out
    assert len(launched.asked("/api/submissions/s1")) == 1
    slow = {"report": REPORT, "passbacks": [{**PASSBACK, "state": "pending"}]}
    launched.answer("/api/submissions/s1", (200, slow))
    monkeypatch.setattr(module, "PASSBACK_SECONDS", 0.1)
    openjupyter.grade()
    assert "You need not wait" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("event", "words"),
    [
        ({"state": "queued", "position": 7}, "place 7"),
        ({"state": "running", "step": "start", "done": 0, "total": 1}, "Starting a sandbox"),
        ({"state": "running", "step": "cell", "done": 2, "total": 9}, "cell 2 of 9"),
        ({"state": "running", "step": "test", "done": 3, "total": 12}, "test 3 of 12"),
        ({"state": "running", "step": "a new one"}, "Starting a sandbox"),
        ({"state": "reconnecting"}, "Your submission is stored"),
        ({"state": "done"}, "Graded"),
    ],
)
def test_every_step_has_words(event: dict[str, Any], words: str) -> None:
    assert words in module._progress_words(event)


def test_in_a_notebook_one_output_is_replaced_at_every_step(
    launched: PlayedService, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    import IPython
    import IPython.display

    shown: list[tuple[str, dict[str, str]]] = []

    class Handle:
        def update(self, bundle: dict[str, str], raw: bool) -> None:
            assert raw
            shown.append(("update", bundle))

    def display(bundle: dict[str, str], raw: bool, display_id: bool) -> Handle:
        assert raw and display_id
        shown.append(("display", bundle))
        return Handle()

    monkeypatch.setattr(IPython, "get_ipython", lambda: object())
    monkeypatch.setattr(IPython.display, "display", display)
    openjupyter.grade()
    assert capsys.readouterr().out == ""
    assert [how for how, _ in shown] == ["display"] + ["update"] * (len(shown) - 1)
    assert "window.jupyterapp" in shown[0][1]["application/javascript"]
    assert all("application/javascript" not in bundle for _, bundle in shown[1:])
    assert all({"text/plain", "text/html"} == set(bundle) for _, bundle in shown[1:])
    assert "role='status'" in shown[1][1]["text/html"]
    assert "openjupyter-report" in shown[-1][1]["text/html"]


def test_the_package_gives_grade_and_nothing_else() -> None:
    assert callable(openjupyter.grade)
    with pytest.raises(AttributeError):
        openjupyter.degrade  # noqa: B018
