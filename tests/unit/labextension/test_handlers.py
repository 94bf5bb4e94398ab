"""Our half of the learner's server, in a real Jupyter Server before a played service."""

import json
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import requests

from tests.unit.labextension.grading import TOKEN, PlayedGrading, one_test, report
from tests.unit.labextension.lab import LAB_TOKEN, Lab, notebook, running_lab

NOTEBOOK = "python/means/means.ipynb"


@pytest.fixture(scope="module")
def grading() -> Iterator[PlayedGrading]:
    grading = PlayedGrading()
    yield grading
    grading.stop()


@pytest.fixture(scope="module")
def lab(tmp_path_factory: pytest.TempPathFactory, grading: PlayedGrading) -> Iterator[Lab]:
    with running_lab(tmp_path_factory.mktemp("lab"), grading.url, TOKEN) as lab:
        yield lab


@pytest.fixture(autouse=True)
def fresh(lab: Lab, grading: PlayedGrading) -> None:
    """Each test has the notebook as it was, which no test before has submitted."""
    grading.refusal = None
    grading.bodies.clear()
    grading.submissions.clear()
    fresh.count = getattr(fresh, "count", 0) + 1  # type: ignore[attr-defined]
    (lab.home / NOTEBOOK).write_text(notebook("def mean(values):\n    return 1", f"# {fresh.count}"))  # type: ignore[attr-defined]


def submit(lab: Lab, path: str = NOTEBOOK, key: str = "") -> requests.Response:
    return lab.api("POST", "submissions", json={"path": path, "key": key or f"key-{time.monotonic_ns()}"})


def refusal(answer: requests.Response) -> tuple[int, str]:
    told = answer.json()
    assert set(told) == {"code", "message"} and len(told["message"]) > 20 and told["message"].endswith(".")
    return answer.status_code, told["code"]


def test_the_exercise_of_a_notebook_with_its_submissions(lab: Lab, grading: PlayedGrading) -> None:
    answer = lab.api("GET", "exercise", params={"path": NOTEBOOK}).json()
    assert answer == {"exercise": {**grading.exercise, "course": "python"}, "submissions": []}
    assert grading.tokens == {f"token {TOKEN}"}


@pytest.mark.parametrize(
    "path",
    ["python/other.ipynb", "rust/a/a.ipynb", "means.ipynb", "../lab.log", "/etc/passwd", "python/means", "", "a" * 3000,
     "python/means/none.ipynb", "\0.ipynb", "python/means/../../../x.ipynb"],
)  # fmt: skip
def test_other_notebooks_have_no_exercise_and_are_not_submitted(lab: Lab, grading: PlayedGrading, path: str) -> None:
    assert lab.api("GET", "exercise", params={"path": path}).json() == {"exercise": None, "submissions": []}
    assert refusal(submit(lab, path)) == (404, "no-exercise")
    assert grading.bodies == []


def test_a_link_out_of_the_home_folder_is_not_followed(lab: Lab, grading: PlayedGrading, tmp_path: Path) -> None:
    tmp_path.joinpath("secret.ipynb").write_text(notebook("secret"))
    link = lab.home / "python/means/link.ipynb"
    link.symlink_to(tmp_path / "secret.ipynb")
    helper = lab.home / "python/means/helper.py"
    helper.symlink_to(tmp_path / "secret.ipynb")
    try:
        assert refusal(submit(lab, "python/means/link.ipynb")) == (404, "no-exercise")
        assert submit(lab).status_code == 202
        assert grading.bodies[0]["files"] == {}
    finally:
        link.unlink()
        helper.unlink()


def test_a_submission_carries_sources_and_files_and_no_outputs(lab: Lab, grading: PlayedGrading) -> None:
    content = json.loads(notebook("a = 1"))
    content["cells"][0] |= {"outputs": [{"output_type": "stream", "name": "stdout", "text": "x" * 12_000_000}]}
    (lab.home / NOTEBOOK).write_text(json.dumps(content))
    helper = lab.home / "python/means/helper.py"
    helper.write_text("b = 2")
    answer = submit(lab)
    helper.unlink()
    assert (answer.status_code, answer.json()["id"], answer.json()["position"]) == (202, "s1", 1)
    (body,) = grading.bodies
    assert (body["course"], body["exercise"], body["files"]) == ("python", "means", {"means/helper.py": "YiA9IDI="})
    assert json.loads(body["notebook"])["cells"][0]["source"] == "a = 1"
    assert len(body["notebook"]) < 1000


def test_what_is_too_large_is_told_with_its_size_and_not_sent(lab: Lab, grading: PlayedGrading) -> None:
    (lab.home / NOTEBOOK).write_text(notebook("x" * 11_000_000))
    answer = submit(lab)
    assert refusal(answer) == (413, "too-large")
    assert "means.ipynb has 10.5 MB" in answer.json()["message"]
    (lab.home / NOTEBOOK).write_text(notebook("1"))
    helper = lab.home / "python/means/helper.py"
    helper.write_bytes(b"x" * (10 * 2**20 + 1))
    answer = submit(lab)
    helper.unlink()
    assert refusal(answer) == (413, "too-large") and "helper.py" in answer.json()["message"]
    assert grading.bodies == []


def test_outputs_that_are_too_large_are_not_even_read(lab: Lab, grading: PlayedGrading) -> None:
    with (lab.home / NOTEBOOK).open("wb") as file:
        file.truncate(50 * 2**20 + 1)
    assert refusal(submit(lab)) == (413, "outputs-too-large")


@pytest.mark.parametrize("text", ["", "no json", "[]", '{"cells": 1}', '{"cells": [1]}', "[" * 100_000])
def test_what_is_no_notebook_is_told(lab: Lab, text: str) -> None:
    (lab.home / NOTEBOOK).write_text(text)
    assert refusal(submit(lab)) == (400, "no-notebook")


@pytest.mark.parametrize("body", [b"", b"[]", b"{}", b'{"path": 1, "key": "12345678"}', b'{"path": "a", "key": "x"}',
                                  b'{"path": "a", "key": "../../../.."}', b" " * 20_000 + b"{}"])  # fmt: skip
def test_a_request_that_is_none_is_refused(lab: Lab, body: bytes) -> None:
    assert refusal(lab.api("POST", "submissions", data=body)) == (400, "bad-request")


def test_one_click_is_one_submission_however_often_it_is_sent(lab: Lab, grading: PlayedGrading) -> None:
    answers: list[requests.Response] = []
    threads = [threading.Thread(target=lambda: answers.append(submit(lab, key="the-same-key"))) for _ in range(5)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert [answer.json()["id"] for answer in answers] == ["s1"] * 5
    assert len(grading.bodies) == 1


def test_a_second_tab_gets_the_submission_that_is_under_way(lab: Lab, grading: PlayedGrading) -> None:
    assert submit(lab).json()["again"] is False
    second = submit(lab).json()
    assert (second["id"], second["again"]) == ("s1", True)
    (lab.home / NOTEBOOK).write_text(notebook("something else"))
    assert submit(lab).json()["id"] == "s2"
    grading.submissions[0]["state"] = "done"
    assert submit(lab).json()["id"] == "s3"


def test_a_click_that_failed_may_be_tried_again(lab: Lab, grading: PlayedGrading) -> None:
    grading.refusal = 409, {"status": 409, "message": "you have used all your attempts"}
    answer = submit(lab, key="again-and-again")
    assert refusal(answer) == (409, "attempts-used-up")
    grading.refusal = 500, {"status": 500, "message": "the grading service has a fault"}
    assert refusal(submit(lab, key="again-and-again")) == (502, "service-fault")
    grading.refusal = None
    assert submit(lab, key="again-and-again").json()["id"] == "s1"


def test_a_service_that_is_away_is_told_and_nothing_is_lost(lab: Lab, grading: PlayedGrading) -> None:
    grading.stop()
    try:
        assert refusal(submit(lab)) == (502, "unreachable")
        assert refusal(lab.api("GET", "exercise", params={"path": NOTEBOOK})) == (502, "unreachable")
    finally:
        grading.start()
    assert submit(lab).status_code == 202


def test_the_report(lab: Lab, grading: PlayedGrading) -> None:
    submit(lab)
    grading.end(report(one_test("One")))
    answer = lab.api("GET", "submissions/s1").json()
    assert (answer["state"], answer["report"]["points"]) == ("done", 2.0)
    assert refusal(lab.api("GET", "submissions/s9")) == (404, "not-found")
    assert lab.api("GET", "submissions/..%2Fhealth").status_code == 404


def test_the_notebook_as_it_was_submitted(lab: Lab) -> None:
    submit(lab)
    (lab.home / NOTEBOOK).write_text(notebook("something else"))
    found = lab.api("GET", "submissions/s1/notebook").json()
    assert found["path"] == "means/means.ipynb"
    assert found["notebook"]["cells"][0]["source"] == "def mean(values):\n    return 1"


def test_half_a_character_is_submitted_like_any_other(lab: Lab, grading: PlayedGrading) -> None:
    (lab.home / NOTEBOOK).write_text(notebook("s = '\ud83d'"))
    assert submit(lab).status_code == 202
    assert json.loads(grading.bodies[0]["notebook"])["cells"][0]["source"] == "s = '\ud83d'"


def events(lines: Iterator[bytes]) -> Iterator[Any]:
    return (json.loads(line[5:]) for line in lines if line.startswith(b"data:"))


def test_events_come_as_they_happen_and_survive_a_restart_of_the_service(lab: Lab, grading: PlayedGrading) -> None:
    submit(lab)
    with lab.api("GET", "submissions/s1/events", stream=True) as answer:
        assert answer.headers["Content-Type"].startswith("text/event-stream")
        told = events(answer.iter_lines(chunk_size=1))
        assert next(told) == {"state": "queued", "position": 1}
        step = {"state": "running", "step": "cell", "done": 1, "total": 2}
        grading.tell(**step)
        assert next(told) == step
        grading.stop()
        assert next(told) == {"state": "reconnecting"}
        grading.start()
        grading.end(report(one_test("One")))
        assert list(told)[-1] == {"state": "done"}


def test_nobody_listening_ends_the_connection_to_the_service(lab: Lab, grading: PlayedGrading) -> None:
    wait_for_no_stream(grading)  # of the tests before
    submit(lab)
    with lab.api("GET", "submissions/s1/events", stream=True) as answer:
        next(events(answer.iter_lines(chunk_size=1)))
        assert grading.streams == 1
    wait_for_no_stream(grading)


def wait_for_no_stream(grading: PlayedGrading) -> None:
    deadline = time.monotonic() + 20
    while grading.streams and time.monotonic() < deadline:
        time.sleep(0.05)
    assert grading.streams == 0


@pytest.mark.parametrize("path", ["exercise?path=a", "submissions/s1", "submissions/s1/events", "submissions"])
def test_nobody_gets_in_who_is_not_signed_in(lab: Lab, path: str) -> None:
    method = "POST" if path == "submissions" else "GET"
    for headers in ({}, {"Authorization": "token wrong"}):
        answer = requests.request(method, f"{lab.url}/openjupyter/api/{path}", headers=headers, timeout=30, json={})
        assert refusal(answer) == (403, "signed-out")


def test_a_page_of_another_site_cannot_submit(lab: Lab, grading: PlayedGrading) -> None:
    session = requests.Session()
    assert session.get(f"{lab.url}/lab?token={LAB_TOKEN}", timeout=30).ok
    answer = session.post(
        f"{lab.url}/openjupyter/api/submissions", json={"path": NOTEBOOK, "key": "12345678"}, timeout=30
    )
    assert answer.status_code == 403 and grading.bodies == []


def test_outside_of_a_launch_there_is_no_exercise(tmp_path: Path) -> None:
    with running_lab(tmp_path, None, "") as lab:
        assert lab.api("GET", "exercise", params={"path": NOTEBOOK}).json() == {"exercise": None, "submissions": []}
        assert refusal(submit(lab)) == (404, "no-exercise")


def test_the_token_of_the_service_reaches_no_page(lab: Lab, grading: PlayedGrading) -> None:
    submit(lab)
    headers = {"Authorization": f"token {LAB_TOKEN}"}
    pages = [
        requests.get(f"{lab.url}/lab", headers=headers, timeout=30),
        lab.api("GET", "exercise", params={"path": NOTEBOOK}),
        lab.api("GET", "submissions/s1"),
        submit(lab, "nothing.ipynb"),
    ]
    assert all(TOKEN not in page.text and TOKEN not in str(page.headers) for page in pages)


@pytest.mark.parametrize(("locale", "expected"), [("de-AT", "de_DE"), ("xx", None), ("../..", None), ("", None)])
def test_the_language_of_the_launch_is_the_default(tmp_path: Path, locale: str, expected: str | None) -> None:
    """By the learner image's own settings."""
    config = Path(__file__).resolve().parents[3] / "images/learner/etc/jupyter"
    told = {"OPENJUPYTER_LOCALE": locale, "JUPYTER_CONFIG_PATH": str(config)}
    with running_lab(tmp_path, None, "", **told) as lab:
        answer = requests.get(
            f"{lab.url}/lab/api/settings/@jupyterlab/translation-extension:plugin",
            headers={"Authorization": f"token {LAB_TOKEN}"},
            timeout=30,
        ).json()
        # What JupyterLab calls "default" is the language of the server's own system: English here.
        assert answer["schema"]["properties"]["locale"]["default"] == (expected or "default")
