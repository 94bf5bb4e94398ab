"""A hub and its proxy as processes, with our doors or with another authenticator, and with stub spawners."""

import contextlib
import os
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import docker

from deploy import toml
from deploy.containers import remove_containers, remove_networks
from deploy.node import proxy_command
from deploy.ports import internal_port
from deploy.prepare import HOME
from deploy.processes import Child
from openjupyter_service.settings import Settings, load_settings
from tests.benchmarks.alone import own_site

ROOT = Path(__file__).resolve().parents[3]
READY_SECONDS = 120
COURSE, EXERCISE = "python", "warm-up"
_PORTS = ("port", "service_port", "hub_port", "proxy_api_port", "gateway_port")
_STUB = """\
import sys
sys.path.insert(0, {root!r})
c = get_config()
c.JupyterHub.spawner_class = "tests.benchmarks.hub.stub_spawner.StubSpawner"
c.StubSpawner.port = {port}
"""


@dataclass(frozen=True)
class HubSite:
    """A hub that answers at `url`."""

    url: str
    process: int

    def processor_seconds(self) -> float:
        """What the hub's own process has used of the processors since its start."""
        fields = Path(f"/proc/{self.process}/stat").read_text().rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


@contextlib.contextmanager
def hub_site(platforms: list[dict[str, Any]], stub_port: int, more: str = "") -> Iterator[HubSite]:
    """A hub of its own data folder; `more` is added to its configuration. All of it is gone in the end."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        settings = _settings(folder, platforms)
        extra = settings.data_dir / "jupyterhub_config.d"
        extra.mkdir(parents=True)
        (extra / "stub.py").write_text(_STUB.format(root=str(ROOT), port=stub_port) + more)
        hub = Child(
            "the hub",
            [sys.executable, "-m", "jupyterhub", "-f", str(ROOT / "jupyterhub_config.py")],
            folder / "hub.log",
            env={"OPENJUPYTER_SETTINGS": str(folder / "openjupyter.toml")},
            cwd=folder,
        )
        try:
            hub.start()
            hub.wait_until_answering(f"http://127.0.0.1:{settings.port}/hub/health", READY_SECONDS)
            hub.wait_until_answering(f"http://127.0.0.1:{settings.port}/services/openjupyter/health", READY_SECONDS)
            assert hub.pid
            yield HubSite(f"http://127.0.0.1:{settings.port}", hub.pid)
        finally:
            hub.stop()
            remove_containers(docker.from_env(), settings.learner.network)
            remove_networks(settings.learner.network)


def _settings(folder: Path, platforms: list[dict[str, Any]]) -> Settings:
    exercise = folder / "private" / EXERCISE
    exercise.mkdir(parents=True)
    (exercise / "exercise.toml").write_text('title = "Warm-up"\nnotebook = "warm-up/warm-up.ipynb"\n')
    taken: set[int] = set()
    values = {
        "data_dir": str(folder / "data"),
        **{name: internal_port(None, taken) for name in _PORTS},
        "proxy_command": proxy_command(HOME / "node"),
        "platforms": platforms,
        "courses": [{"name": COURSE, "repository": str(folder / "python.git"), "private": str(folder / "private")}],
        "learner": {"network": own_site()},
        "grading": {"pool": 0},
    }
    (folder / "openjupyter.toml").write_text(toml.dumps(values))
    return load_settings(folder / "openjupyter.toml")
