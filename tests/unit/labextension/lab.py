"""JupyterLab as in a learner's container: a process of its own, with our extension and a home folder."""

import contextlib
import json
import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import requests

LAB_TOKEN = "of-the-lab-0123456789"
START_SECONDS = 60


@dataclass(frozen=True)
class Lab:
    """A server that answers."""

    url: str
    home: Path
    log: Path

    def api(self, method: str, path: str, **options: Any) -> requests.Response:
        """Call our half of the server, signed in."""
        headers = {"Authorization": f"token {LAB_TOKEN}"} | options.pop("headers", {})
        return requests.request(method, f"{self.url}/openjupyter/api/{path}", headers=headers, timeout=30, **options)


def notebook(*sources: str) -> str:
    """The text of a notebook with these code cells."""
    cells = [
        {"id": f"cell{index}", "cell_type": "code", "source": source, "metadata": {}, "outputs": [],
         "execution_count": None}
        for index, source in enumerate(sources)
    ]  # fmt: skip
    metadata = {"kernelspec": {"name": "python3", "display_name": "Python 3", "language": "python"}}
    return json.dumps({"cells": cells, "metadata": metadata, "nbformat": 4, "nbformat_minor": 5})


def make_home(folder: Path) -> Path:
    """A home with a course "python", its exercise, and a notebook of no exercise."""
    exercise = folder / "python" / "means"
    exercise.mkdir(parents=True)
    exercise.joinpath("means.ipynb").write_text(notebook("def mean(values):\n    return sum(values)", "mean([1, 2])"))
    folder.joinpath("python", "other.ipynb").write_text(notebook("1"))
    return folder


@contextlib.contextmanager
def running_lab(folder: Path, service_url: str | None, service_token: str, **environment: str) -> Iterator[Lab]:
    """Start it, and end it again."""
    home = make_home(folder / "home")
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    kept = {name: os.environ[name] for name in ("PATH", "LANG") if name in os.environ}
    told = {"OPENJUPYTER_URL": service_url, "JUPYTERHUB_API_TOKEN": service_token} if service_url else {}
    log = folder / "lab.log"
    options = [
        f"--port={port}", "--ip=127.0.0.1", "--no-browser", "--allow-root", f"--ServerApp.root_dir={home}",
        "--ServerApp.jpserver_extensions={'openjupyter.server': True}", f"--IdentityProvider.token={LAB_TOKEN}",
        "--LabApp.expose_app_in_browser=True", "--LabApp.news_url=None",
        "--LabApp.check_for_updates_class=jupyterlab.NeverCheckForUpdate",
    ]  # fmt: skip
    with log.open("wb") as output:
        process = subprocess.Popen(
            [sys.executable, "-m", "jupyterlab", *options],
            env={**kept, **told, "HOME": str(folder), **environment},
            cwd=home,
            stdout=output,
            stderr=subprocess.STDOUT,
        )
    lab = Lab(f"http://127.0.0.1:{port}", home, log)
    try:
        _wait(lab, process)
        yield lab
    finally:
        process.terminate()
        process.wait(20)


def _wait(lab: Lab, process: "subprocess.Popen[bytes]") -> None:
    deadline = time.monotonic() + START_SECONDS
    while time.monotonic() < deadline and process.poll() is None:
        with contextlib.suppress(requests.ConnectionError):
            if requests.get(f"{lab.url}/api", timeout=5).ok:
                return
        time.sleep(0.1)
    raise AssertionError(lab.log.read_text())
