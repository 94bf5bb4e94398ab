"""Idle kernels and servers go; files stay."""

import time
from collections.abc import Callable
from pathlib import Path

import docker
import pytest

from tests.running_site import running_site

pytestmark = pytest.mark.docker

PATIENCE_SECONDS = 180
LINK = "ds-warm-up"


def wait_until(happened: Callable[[], bool]) -> None:
    deadline = time.monotonic() + PATIENCE_SECONDS
    while not happened():
        assert time.monotonic() < deadline
        time.sleep(0.5)


def test_idle_kernel_and_idle_server_go_and_files_stay(tmp_path: Path) -> None:
    data_dir = tmp_path / "site"
    data_dir.mkdir()
    (data_dir / "openjupyter.toml").write_text("[learner]\nidle_server_seconds = 30\nidle_kernel_seconds = 4\n")
    with running_site(data_dir) as site:
        learner = site.learner(site.people[0]["user_id"])
        learner.launch(LINK)
        notebook = learner.pull()
        learner.write(notebook, learner.read(notebook) | {"metadata": {"mine": True}})
        with learner.kernel(notebook) as execute:
            assert execute("open('/home/learner/by-kernel.txt', 'w').write('kept')") == "4"
            wait_until(lambda: learner.session.get(f"{learner.server_url}/api/kernels", timeout=30).json() == [])
        name = f"{site.settings.learner.network}-{learner.server_url.rpartition('/')[2]}"
        wait_until(lambda: not docker.from_env().containers.list(all=True, filters={"name": name}))
        again = site.learner(site.people[0]["user_id"])
        again.launch(LINK)
        assert again.pull() == notebook
        assert again.read("by-kernel.txt") == "kept"
        assert again.read(notebook)["metadata"]["mine"] is True
