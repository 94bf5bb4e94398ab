"""Calls to the grading service: what is sent, what a refusal says, and connections that are lost."""

import base64
import json
from pathlib import Path
from typing import Any

import pytest

from openjupyter.client import service as module
from openjupyter.client.problems import GradeProblem, not_launched
from openjupyter.client.service import Service
from tests.unit.client.conftest import TOKEN, PlayedService, stream

DONE = {"state": "done"}


@pytest.fixture(autouse=True)
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "RESTART_SECONDS", 0.5)
    monkeypatch.setattr(module.time, "sleep", lambda seconds: None)


def events(service: PlayedService, *answers: Any) -> list[Any]:
    service.answer("/api/submissions/s1/events", *answers)
    return list(Service.from_environment().events("s1"))


def test_outside_a_launch_it_says_what_to_do(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for url, token in [(None, None), ("http://x", None), (None, "t"), ("", "")]:
        for name, value in [("OPENJUPYTER_URL", url), ("JUPYTERHUB_API_TOKEN", token)]:
            monkeypatch.delenv(name, raising=False) if value is None else monkeypatch.setenv(name, value)
        with pytest.raises(GradeProblem) as caught:
            Service.from_environment()
        assert str(caught.value) == str(not_launched())


def test_a_submission_carries_notebook_files_and_token(service: PlayedService, notebook: Path) -> None:
    service.answer("/api/submissions", (202, {"id": "s1"}))
    data = notebook.with_name("data.bin")
    data.write_bytes(b"\0\xff")
    answer = Service(service.url + "/", TOKEN).submit("python", "means", notebook, {"means/data.bin": data})
    assert answer == {"id": "s1"}
    (request,) = service.requests
    assert (request.method, request.authorization) == ("POST", f"token {TOKEN}")
    assert json.loads(request.body) == {
        "course": "python",
        "exercise": "means",
        "notebook": '{"cells": "ä"}',
        "files": {"means/data.bin": base64.b64encode(b"\0\xff").decode()},
    }


def test_names_in_addresses_are_quoted(service: PlayedService) -> None:
    service.answer("/api/courses/python/exercise", (200, {"name": "means"}))
    Service.from_environment().exercise("python", "a b/ü&x=1#?.ipynb")
    assert service.requests[0].path.endswith("?notebook=a+b%2F%C3%BC%26x%3D1%23%3F.ipynb")


def test_a_proxy_of_the_environment_is_not_used(service: PlayedService, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("http_proxy", "HTTP_PROXY", "all_proxy"):
        monkeypatch.setenv(name, "http://127.0.0.1:9")
    service.answer("/api/submissions/s1", (200, {"state": "done"}))
    assert Service.from_environment().submission("s1") == {"state": "done"}


@pytest.mark.parametrize(
    ("answer", "words"),
    [
        (
            (404, {"status": 404, "message": "the notebook belongs to no exercise"}),
            "The notebook belongs to no exercise.",
        ),
        ((400, {"message": "a file is not base64"}), "A file is not base64."),
        ((413, {"message": "clear its outputs"}), "Clear its outputs."),
        ((409, {"message": "This exercise is closed!"}), "This exercise is closed!"),
        ((403, b"<html>Forbidden</html>"), "refused with status 403. Open the exercise again"),
        ((500, {}), "refused with status 500"),
        ((500, b"[]"), "refused with status 500"),
        ((400, b"null"), "refused with status 400"),
    ],
)
def test_a_refusal_is_told_in_the_services_words(service: PlayedService, answer: Any, words: str) -> None:
    service.answer("/api/submissions/s1", answer)
    with pytest.raises(GradeProblem) as caught:
        Service.from_environment().submission("s1")
    assert words in str(caught.value)


@pytest.mark.parametrize("answer", [(503, b"Service Unavailable"), (502, {}), (504, {}), (200, b"<html>"), (200, b"")])
def test_a_service_that_is_away_is_told_with_what_to_do(service: PlayedService, answer: Any) -> None:
    service.answer("/api/submissions/s1", answer)
    with pytest.raises(GradeProblem, match=r"cannot be reached just now.*Your work is saved; wait a minute"):
        Service.from_environment().submission("s1")


def test_a_service_that_nobody_runs_is_told(service: PlayedService) -> None:
    client = Service.from_environment()
    service.server.shutdown()
    service.server.server_close()
    with pytest.raises(GradeProblem, match="cannot be reached"):
        client.exercise("python", "a.ipynb")


def test_events_come_in_order_and_end(service: PlayedService) -> None:
    told = [{"state": "queued", "position": 2}, {"state": "running", "step": "cell", "done": 1, "total": 2}, DONE]
    body = b": hello\n\n" + stream(*told[:2]) + b": still here\n\n" + stream(told[2], {"state": "never read"})
    assert events(service, (200, body)) == told
    assert service.requests[0].authorization == f"token {TOKEN}"


@pytest.mark.parametrize("end", ["done", "failed"])
def test_both_ends_are_ends(service: PlayedService, end: str) -> None:
    assert events(service, (200, stream({"state": end}))) == [{"state": end}]


def test_a_stream_that_is_lost_is_taken_up_again(service: PlayedService) -> None:
    queued, running = {"state": "queued", "position": 1}, {"state": "running", "step": "start", "done": 0, "total": 1}
    told = events(service, (200, stream(queued)), (503, b""), (200, stream(running)), (502, b""), (200, stream(DONE)))
    again = {"state": "reconnecting"}
    assert told == [queued, again, running, again, DONE]


def test_a_service_that_starts_anew_and_does_not_know_us_yet_is_waited_for(service: PlayedService) -> None:
    told = events(service, (403, {"message": "who?"}), (500, {}), (200, stream(DONE)))
    assert told == [{"state": "reconnecting"}] * 2 + [DONE]


def test_a_service_that_stays_away_is_told_with_what_will_happen(service: PlayedService) -> None:
    service.answer("/api/submissions/s1/events", (503, b""))
    told = []
    with pytest.raises(GradeProblem, match="Your submission is stored and will be graded"):
        for event in Service.from_environment().events("s1"):
            told.append(event)
    assert told and all(event == {"state": "reconnecting"} for event in told)


def test_patience_begins_anew_with_every_event(service: PlayedService, monkeypatch: pytest.MonkeyPatch) -> None:
    now = iter(range(0, 10_000, 1))
    monkeypatch.setattr(module, "RESTART_SECONDS", 5)
    monkeypatch.setattr(module.time, "monotonic", lambda: float(next(now)))
    running = [{"state": "running", "step": "test", "done": done, "total": 9} for done in range(9)]
    answers = [answer for step in running for answer in ((200, stream(step)), (503, b""))]
    told = events(service, *answers, (200, stream(DONE)))
    assert [event for event in told if event["state"] == "running"] == running
