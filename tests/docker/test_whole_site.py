"""A running site, hurt from outside and looked at from inside: refusals, limits, what a learner's container holds."""

import json
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import docker
import pytest
import requests

from deploy import smoke
from deploy.scripted_learner import ScriptedLearner
from deploy.site import CLIENT_ID
from tests.running_site import ROOT, RunningSite, running_site

pytestmark = pytest.mark.docker

LINK = "ds-warm-up"
NOTEBOOK = (ROOT / "notebooks/warm-up/warm-up.ipynb").read_text()


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningSite]:
    with running_site(tmp_path_factory.mktemp("whole") / "site") as running:
        yield running


@pytest.fixture(scope="module")
def token(site: RunningSite) -> str:
    return site.token(site.learner(site.people[0]["user_id"]), LINK)


@pytest.fixture(scope="module")
def launched(site: RunningSite) -> Iterator[tuple[ScriptedLearner, str, Any]]:
    """A learner with a running server: the learner, the notebook's path, the container."""
    learner = site.learner(site.people[1]["user_id"])
    learner.launch(LINK)
    notebook = learner.pull()
    name = f"{site.settings.learner.network}-{learner.server_url.rpartition('/')[2]}"
    yield learner, notebook, docker.from_env().containers.get(name)
    learner.stop_server()


def launch_with(site: RunningSite, **changes: str) -> requests.Response:
    form = site.learner(site.people[0]["user_id"]).signed_launch(LINK)
    parameters = {**form["parameters"], **changes}
    return requests.post(form["url"], data=parameters, allow_redirects=False, timeout=30)


def test_by_lti_13_the_whole_trip_is_the_same(site: RunningSite) -> None:
    assert smoke.run(site, CLIENT_ID) == 0
    assert "demo13" in log_of(site)


def log_of(site: RunningSite) -> str:
    return (site.data_dir / "logs/hub.log").read_text()


@pytest.mark.parametrize(
    "changes",
    [
        {"oauth_signature": ""},
        {"oauth_signature": "AAAAAAAAAAAAAAAAAAAAAAAAAAA="},
        {"user_id": "somebody-else"},
        {"custom_exercise": "network"},
        {"roles": "Instructor"},
        {"oauth_consumer_key": "nobody"},
        {"oauth_timestamp": "1"},
        {"lti_message_type": "ContentItemSelectionRequest"},
    ],
    ids=lambda changes: "-".join(changes),
)
def test_tampered_launch_is_refused_without_a_reason_in_the_page(site: RunningSite, changes: dict[str, str]) -> None:
    answer = launch_with(site, **changes)
    assert answer.status_code == 401
    said = answer.text.partition("<main>")[2].lower()
    assert "could not be checked" in said
    for word in ("signature", "nonce", "timestamp", "oauth", "traceback"):
        assert word not in said
    assert "Set-Cookie" not in answer.headers or "jupyterhub-session-id" not in answer.headers["Set-Cookie"]


def test_unsigned_launch_is_refused(site: RunningSite) -> None:
    assert requests.post(f"{site.hub_url}/hub/lti/launch", data={"user_id": "x"}, timeout=30).status_code == 401


def test_replayed_launch_is_refused_and_the_log_says_why(site: RunningSite) -> None:
    form = site.learner(site.people[0]["user_id"]).signed_launch(LINK)
    first = requests.post(form["url"], data=form["parameters"], allow_redirects=False, timeout=30)
    again = requests.post(form["url"], data=form["parameters"], allow_redirects=False, timeout=30)
    assert first.is_redirect
    assert again.status_code == 401
    assert "nonce" in log_of(site)
    assert form["parameters"]["oauth_signature"] not in log_of(site)


@pytest.mark.parametrize(
    ("change", "status"),
    [
        ({"notebook": "this is not JSON"}, 400),
        ({"notebook": "{}"}, 400),
        ({"notebook": json.dumps({"nbformat": 4, "nbformat_minor": 5, "cells": 7, "metadata": {}})}, 400),
        ({"notebook": [1, 2]}, 400),
        ({"notebook": NOTEBOOK.replace('"source": [', f'"source": ["{"x" * 10 * 2**20}",', 1)}, 413),
        ({"exercise": "no-such-exercise"}, 404),
        ({"exercise": "../hidden_tests/warm-up"}, 404),
        ({"course": "no-such-course"}, 404),
        ({"files": {"../../etc/passwd": ""}}, 400),
        ({"score": 1.0}, 400),
    ],
    ids=["text", "empty", "cells", "list", "large", "exercise", "path", "course", "file", "score"],
)
def test_bad_submission_gets_a_sentence(site: RunningSite, token: str, change: dict[str, Any], status: int) -> None:
    body = {"course": "sample", "exercise": "warm-up", "notebook": NOTEBOOK, "files": {}, **change}
    answer = requests.post(f"{site.service_url}/api/submissions", json=body, headers=auth(token), timeout=60)
    assert answer.status_code == status, answer.text
    assert len(answer.json()["message"].split()) >= 3
    assert "Traceback" not in answer.text


def test_body_over_every_limit_is_refused(site: RunningSite, token: str) -> None:
    answer = requests.post(
        f"{site.service_url}/api/submissions", data=b" " * (60 * 2**20), headers=auth(token), timeout=60
    )
    assert answer.status_code == 413


def auth(token: str) -> dict[str, str]:
    return {"Authorization": f"token {token}"}


def test_only_a_learners_own_token_opens_the_service(site: RunningSite, token: str) -> None:
    address = f"{site.service_url}/api/submissions"
    assert requests.get(address, headers=auth(token), timeout=30).status_code == 200
    assert requests.get(address, timeout=30).status_code == 403
    assert requests.get(address, headers=auth("0" * 32), timeout=30).status_code == 403
    (hub,) = site.pids("jupyterhub_config.py")
    services = [
        item.partition(b"=")[2].decode()
        for pid in Path(f"/proc/{hub}/task/{hub}/children").read_text().split()
        for item in Path(f"/proc/{pid}/environ").read_bytes().split(b"\0")
        if item.startswith(b"JUPYTERHUB_API_TOKEN=")
    ]
    assert len(services) == 3
    for service in services:
        assert requests.get(address, headers=auth(service), timeout=30).status_code == 403


def test_somebody_elses_submission_does_not_exist(site: RunningSite, token: str) -> None:
    body = {"course": "sample", "exercise": "warm-up", "notebook": NOTEBOOK}
    made = requests.post(f"{site.service_url}/api/submissions", json=body, headers=auth(token), timeout=60).json()
    other = site.token(site.learner(site.people[2]["user_id"]), LINK)
    for path in ("", "/events"):
        answer = requests.get(f"{site.service_url}/api/submissions/{made['id']}{path}", headers=auth(other), timeout=30)
        assert answer.status_code == 404


def test_without_a_placement_it_is_graded_and_nobody_waits(site: RunningSite, token: str) -> None:
    body = {
        "course": "sample",
        "exercise": "cleaning",
        "notebook": (ROOT / "notebooks/cleaning/cleaning.ipynb").read_text(),
    }
    made = requests.post(f"{site.service_url}/api/submissions", json=body, headers=auth(token), timeout=60).json()
    address = f"{site.service_url}/api/submissions/{made['id']}"
    seen = []
    with requests.get(f"{address}/events", headers=auth(token), stream=True, timeout=120) as stream:
        seen = [json.loads(line[5:]) for line in stream.iter_lines() if line.startswith(b"data:")]
    assert seen[-1] == {"state": "done"}
    assert {"start", "cell", "test"} <= {event.get("step") for event in seen}
    graded = requests.get(address, headers=auth(token), timeout=30).json()
    assert graded["report"]["score"] == 0.0
    assert graded["passbacks"] == []
    assert "staff" not in graded["report"]


def test_learners_container_is_limited(site: RunningSite, launched: tuple[ScriptedLearner, str, Any]) -> None:
    _, _, container = launched
    host = container.attrs["HostConfig"]
    assert host["Memory"] == host["MemorySwap"] == 2**30
    assert host["NanoCpus"] == 10**9 or host["CpuQuota"] == host["CpuPeriod"]
    assert host["PidsLimit"] == site.settings.learner.pids
    assert host["CapDrop"] == ["ALL"]
    assert host["Init"] is True
    assert any("no-new-privileges" in option for option in host["SecurityOpt"])
    assert container.exec_run(["id", "-u"]).output.strip() == b"1000"


def test_learners_container_holds_no_tests_and_no_secrets(
    site: RunningSite, launched: tuple[ScriptedLearner, str, Any]
) -> None:
    _, _, container = launched
    _, found = container.exec_run(
        [
            "sh",
            "-c",
            "find / -xdev \\( -name 'test_warm*' -o -name exercise.toml -o -path '*hidden_tests*' \\) 2>/dev/null",
        ]
    )
    assert found == b""
    environment = container.exec_run(["env"]).output.decode()
    assert site.settings.platforms[0].shared_secret() not in environment
    allowed = {"JUPYTERHUB_API_TOKEN", "JPY_API_TOKEN"}
    secretive = {line.partition("=")[0] for line in environment.splitlines() if "TOKEN" in line or "SECRET" in line}
    assert secretive <= allowed, secretive


def test_learners_container_reaches_the_proxy_and_nothing_else(
    site: RunningSite, launched: tuple[ScriptedLearner, str, Any]
) -> None:
    _, _, container = launched
    probe = (
        "import socket, sys\n"
        "for place in sys.argv[1:]:\n"
        "    host, port = place.rsplit(':', 1)\n"
        "    try: socket.create_connection((host, int(port)), 2).close(); print(place)\n"
        "    except OSError: pass\n"
    )
    gateway = container.attrs["NetworkSettings"]["Networks"][site.settings.learner.network]["Gateway"] or (
        container.exec_run(["python", "-c", "import os; print(os.environ['OPENJUPYTER_URL'])"])
        .output.decode().split("/")[2].split(":")[0]
    )  # fmt: skip
    settings = site.settings
    ports = [settings.gateway_port, settings.service_port, settings.hub_port, settings.proxy_api_port, 22, 2375]
    places = [f"{gateway}:{port}" for port in ports] + ["1.1.1.1:443", "8.8.8.8:53"]
    reached = container.exec_run(["python", "-c", probe, *places]).output.decode().split()
    assert reached == [f"{gateway}:{settings.gateway_port}"]


def test_stopped_server_keeps_its_files_and_the_link_opens_them_again(site: RunningSite) -> None:
    learner = site.learner(site.people[3]["user_id"])
    learner.launch(LINK)
    learner.pull()
    learner.write("mine.txt", "still here")
    learner.stop_server()
    deadline = time.monotonic() + 60
    name = f"{site.settings.learner.network}-{learner.server_url.rpartition('/')[2]}"
    while docker.from_env().containers.list(all=True, filters={"name": name}):
        assert time.monotonic() < deadline
        time.sleep(0.3)
    again = site.learner(site.people[3]["user_id"])
    again.launch(LINK)
    assert again.read("mine.txt") == "still here"
    again.stop_server()
