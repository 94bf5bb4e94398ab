"""kill -9 of service, hub, containers and LMS while ten submissions are in flight: all ten scores arrive."""

import base64
import time
from pathlib import Path
from typing import Any

import pytest
import requests

from openjupyter_service.exercises.course import load_exercise
from tests.running_site import ROOT, RunningSite, running_site

pytestmark = pytest.mark.docker

PATIENCE_SECONDS = 400
LINKS = {"warm-up": "ds-warm-up", "network": "ds-network"}


def submission(exercise_name: str, sample: str) -> dict[str, Any]:
    exercise = load_exercise(ROOT / "hidden_tests", exercise_name)
    folder = exercise.folder / sample
    return {
        "course": "sample",
        "exercise": exercise_name,
        "notebook": (folder / Path(exercise.notebook).name).read_text(),
        "files": {name: base64.b64encode((folder / Path(name).name).read_bytes()).decode() for name in exercise.files},
    }


def submit_ten(site: RunningSite) -> dict[tuple[str, str], tuple[str, str, float]]:
    """Six learners hand in one exercise, four of them a second one; by learner and link: token, id, right score."""
    sent = {}
    learners = [person["user_id"] for person in site.people]
    plan = [(user, "warm-up", "partial", 0.5) for user in learners[:6]]
    plan += [(user, "network", "solution", 1.0) for user in learners[:4]]
    for user, exercise, sample, score in plan:
        token = site.token(site.learner(user), LINKS[exercise])
        answer = requests.post(
            f"{site.service_url}/api/submissions",
            json=submission(exercise, sample),
            headers={"Authorization": f"token {token}"},
            timeout=60,
        )
        assert answer.status_code == 202, answer.text
        sent[user, LINKS[exercise]] = (token, answer.json()["id"], score)
    return sent


def states(site: RunningSite, sent: dict[tuple[str, str], tuple[str, str, float]]) -> list[str]:
    """State of every submission; "away" while the service cannot answer."""
    found = []
    for token, number, _ in sent.values():
        try:
            answer = requests.get(
                f"{site.service_url}/api/submissions/{number}", headers={"Authorization": f"token {token}"}, timeout=30
            )
            found.append(answer.json()["state"] if answer.status_code == 200 else "away")
        except requests.RequestException:
            found.append("away")
    return found


def wait_for(site: RunningSite, sent: dict[tuple[str, str], tuple[str, str, float]], wanted: str) -> None:
    """Wait until one submission is in a state."""
    deadline = time.monotonic() + PATIENCE_SECONDS
    while wanted not in states(site, sent):
        assert time.monotonic() < deadline, states(site, sent)
        time.sleep(0.2)


def test_ten_submissions_survive_kills_of_everything(tmp_path: Path) -> None:
    with running_site(tmp_path / "site") as site:
        sent = submit_ten(site)
        assert len(sent) == 10

        wait_for(site, sent, "running")
        assert site.kill("openjupyter_service.web") == 1

        wait_for(site, sent, "running")
        deadline = time.monotonic() + PATIENCE_SECONDS
        while not site.kill_grading_containers():
            assert time.monotonic() < deadline
            time.sleep(0.1)

        wait_for(site, sent, "running")
        assert site.kill("jupyterhub_config.py") == 1
        # An LMS that is away just now gets its scores when it is back.
        assert site.kill("deploy.demo_lms") == 1

        deadline = time.monotonic() + PATIENCE_SECONDS
        while set(found := states(site, sent)) != {"done"}:
            assert time.monotonic() < deadline, found
            time.sleep(1)
        right = {place: score for place, (_, _, score) in sent.items()}
        while True:
            rows = site.gradebook("data-science")
            arrived = {(row["user_id"], row["resource_link_id"]): row["score"] for row in rows}
            if arrived == right:
                break
            assert time.monotonic() < deadline, arrived
            time.sleep(1)
