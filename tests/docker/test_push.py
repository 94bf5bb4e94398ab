"""The whole site and an instructor who only pushes: what is sound reaches learners, what is broken changes nothing."""

import hashlib
import hmac
import json
import os
import re
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
import requests

from deploy.smoke import GRADING_CELL
from tests.docker.elsewhere import LearnerElsewhere
from tests.running_site import ROOT, RunningSite, running_site
from tests.unit.grading.check.course import SOLUTION, TESTS, notebook
from tests.unit.grading.upstream import WRONG, Upstream

pytestmark = pytest.mark.docker

EXERCISE = "warm-up"
"""What a link of the demo LMS names; here with other content."""
MORE = (
    TESTS
    + '''
@pytest.mark.points(1)
@pytest.mark.hint("The sum is the number itself.")
def test_one(learner):
    """The mean of one number"""
    assert learner.mean([4]) == 4
'''
)
SECONDS = 300
"""For what takes some seconds on an idle machine."""


@pytest.fixture
def site(tmp_path: Path) -> Iterator[RunningSite]:
    with running_site(tmp_path / "site") as running:
        yield running


def openjupyter(site: RunningSite, *arguments: str) -> subprocess.CompletedProcess[str]:
    """Run the command beside the site that runs."""
    return subprocess.run(
        [sys.executable, "-c", "from openjupyter_service.cli.main import main; main()", *arguments],
        capture_output=True,
        text=True,
        stdin=subprocess.DEVNULL,
        env={
            **os.environ,
            "PYTHONPATH": str(ROOT),
            "OPENJUPYTER_SETTINGS": str(site.data_dir / "openjupyter.toml"),
            "COLUMNS": "200",
        },
        timeout=SECONDS,
    )


def tell(address: str, secret: str, commit: str) -> int:
    """What GitHub sends after a push, in short; gives the status of the answer."""
    body = f'{{"ref": "refs/heads/main", "after": "{commit}"}}'.encode()
    signature = "sha256=" + hmac.new(secret.encode(), body, hashlib.sha256).hexdigest()
    headers = {"X-GitHub-Event": "push", "X-Hub-Signature-256": signature, "Content-Type": "application/json"}
    return requests.post(address, data=body, headers=headers, timeout=30).status_code


def shown_after(site: RunningSite, word: str) -> str:
    """What `course show` prints, once it has the word."""
    deadline = time.monotonic() + SECONDS
    while word not in (shown := openjupyter(site, "course", "show", "pushed")).stdout:
        assert time.monotonic() < deadline and shown.returncode == 0, shown
        time.sleep(1)
    return shown.stdout


def test_an_instructor_only_pushes(site: RunningSite, tmp_path: Path) -> None:
    upstream = Upstream(tmp_path / "host")
    upstream.push(EXERCISE)
    public, private = (f"file://{upstream.halves[half]}" for half in ("public", "private"))
    added = openjupyter(site, "course", "add", "pushed", "--public", public, "--private", private, "--poll", "0")
    assert added.returncode == 0, added
    address = re.search(r"http://\S+/services/openjupyter/hooks/pushed", added.stdout)
    secret = re.search(r"(?m)^.*secret\W+(\S{20,})", added.stdout)
    assert address and secret, added.stdout
    synced = openjupyter(site, "course", "sync", "pushed", "--wait")
    assert synced.returncode == 0, synced

    key = (site.data_dir / "secrets/demo-lms").read_text().strip()
    learner = LearnerElsewhere(site.lms_url, site.people[0]["user_id"], secret=key, course="pushed")
    learner.launch("ds-warm-up")
    path = learner.pull()
    assert path.startswith("pushed/")
    learner.write(path, json.loads(notebook(SOLUTION, GRADING_CELL)))
    assert "2 of 2 points" in learner.run(path, GRADING_CELL)

    # A push that is broken: the instructor sees why, the learner nothing of it.
    _, commit = upstream.push(EXERCISE, solution=WRONG)
    assert tell(address[0], "x" * 40, commit) == 403
    assert tell(address[0], secret[1], commit) == 200
    assert "the solution gets 1 of 2 points" in shown_after(site, "refused")
    assert "2 of 2 points" in learner.run(path, GRADING_CELL)

    # Mended, with one point more.
    _, commit = upstream.push(EXERCISE, tests=MORE)
    assert tell(address[0], secret[1], commit) == 200
    synced = openjupyter(site, "course", "sync", "pushed", "--wait")
    assert synced.returncode == 0, synced.stdout
    assert "3 of 3 points" in learner.run(path, GRADING_CELL)
    learner.stop_server()
