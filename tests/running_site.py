"""The whole installation as its user runs it: `deploy/try` as a process, on free ports, in a folder of its own."""

import contextlib
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import docker
import requests

from deploy.containers import remove_volumes
from deploy.scripted_learner import ScriptedLearner
from deploy.site import CLIENT_ID, site_name
from openjupyter_service.sandbox.engine import ROLE_LABEL, SITE_LABEL
from openjupyter_service.settings import Settings, load_settings

ROOT = Path(__file__).resolve().parents[1]
READY_SECONDS = 1800
"""Images may have to be built first."""


@dataclass(frozen=True)
class RunningSite:
    """A site that is ready, and how to reach and to hurt it."""

    data_dir: Path
    hub_url: str
    lms_url: str
    process: subprocess.Popen[bytes]

    @property
    def settings(self) -> Settings:
        """What the hub runs with."""
        return load_settings(self.data_dir / "openjupyter.toml")

    @property
    def service_url(self) -> str:
        """The grading service, through the proxy."""
        return f"{self.hub_url}/services/openjupyter"

    @property
    def people(self) -> list[dict[str, Any]]:
        """The learners of the demo LMS."""
        people = requests.get(f"{self.lms_url}/api/links", timeout=30).json()["people"]
        return [person for person in people if person["role"] == "Learner"]

    def learner(self, user_id: str, *, by_13: bool = False) -> ScriptedLearner:
        """A learner who has not launched yet, and will by LTI 1.1 or 1.3."""
        return ScriptedLearner(self.lms_url, user_id, client_id=CLIENT_ID if by_13 else "")

    def token(self, learner: ScriptedLearner, resource_link_id: str) -> str:
        """Launch without starting a server, and make a token that reaches the service as a server's own does."""
        form = learner.signed_launch(resource_link_id)
        launched = learner.session.post(form["url"], data=form["parameters"], allow_redirects=False, timeout=60)
        assert launched.is_redirect, launched.text
        user = learner.session.get(f"{self.hub_url}/hub/api/user", headers=self._referer(), timeout=30).json()
        cookies = {cookie.name: cookie.value for cookie in learner.session.cookies if cookie.path == "/hub/"}
        answer = learner.session.post(
            f"{self.hub_url}/hub/api/users/{user['name']}/tokens",
            json={"scopes": ["access:services!service=openjupyter", "read:users:name!user"]},
            headers={"X-XSRFToken": cookies["_xsrf"] or "", **self._referer()},
            timeout=30,
        )
        assert answer.status_code == 201, answer.text
        return str(answer.json()["token"])

    def _referer(self) -> dict[str, str]:
        return {"Referer": f"{self.hub_url}/hub/home"}

    def gradebook(self, course: str) -> list[dict[str, Any]]:
        """Rows of the LMS's gradebook."""
        rows: list[dict[str, Any]] = requests.get(
            f"{self.lms_url}/gradebook.json", params={"course": course}, timeout=30
        ).json()["rows"]
        return rows

    def pids(self, module: str) -> list[int]:
        """Processes of this site whose command line names a module."""
        found = []
        for folder in Path("/proc").glob("[0-9]*"):
            with contextlib.suppress(OSError):
                command = (folder / "cmdline").read_bytes()
                ours = str(self.data_dir).encode() in (folder / "environ").read_bytes() + command
                if ours and module.encode() in command and int(folder.name) != self.process.pid:
                    found.append(int(folder.name))
        return found

    def kill(self, module: str) -> int:
        """kill -9 all of them; gives how many."""
        pids = self.pids(module)
        for pid in pids:
            os.kill(pid, signal.SIGKILL)
        return len(pids)

    def kill_grading_containers(self) -> int:
        """kill -9 everything in this site's sandboxes and judges; gives how many containers."""
        client = docker.from_env()
        name = site_name(self.data_dir)
        found = client.containers.list(filters={"label": f"{SITE_LABEL}={name}"})
        grading = [item for item in found if item.labels.get(ROLE_LABEL) in ("sandbox", "judge")]
        for item in grading:
            with contextlib.suppress(docker.errors.APIError):
                item.kill("SIGKILL")
        return len(grading)


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@contextlib.contextmanager
def running_site(data_dir: Path) -> Iterator[RunningSite]:
    """Start it and wait until it says that it is ready; at the end stop it as Ctrl-C does, and remove its volumes."""
    port, lms_port = _free_port(), _free_port()
    options = ["--port", str(port), "--lms-port", str(lms_port), "--data-dir", str(data_dir)]
    log = data_dir.parent / f"{data_dir.name}.log"
    with log.open("wb") as output:
        process = subprocess.Popen(
            [sys.executable, "-m", "deploy.run", *options],
            cwd=ROOT,
            env={**os.environ, "PYTHONPATH": str(ROOT), "PYTHONUNBUFFERED": "1"},
            stdout=output,
            stderr=subprocess.STDOUT,
        )
    try:
        deadline = time.monotonic() + READY_SECONDS
        while "OpenJupyter is ready" not in (said := log.read_text()):
            assert process.poll() is None, said
            assert time.monotonic() < deadline, said
            time.sleep(0.2)
        yield RunningSite(data_dir, f"http://127.0.0.1:{port}", f"http://127.0.0.1:{lms_port}", process)
    finally:
        process.send_signal(signal.SIGINT)
        process.wait(120)
        remove_volumes(docker.from_env(), site_name(data_dir))
