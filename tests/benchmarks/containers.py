"""Containers to compare with: a plain jupyterhub-singleuser, and memory as the cgroup counts it."""

import contextlib
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from typing import Any

import docker

from tests.running_site import RunningSite

READY_SECONDS = 120
SETTLE_SECONDS = 3.0


def learner_container(site: RunningSite, server_url: str) -> Any:
    """The container behind a learner's server."""
    return docker.from_env().containers.get(f"{site.settings.learner.network}-{server_url.rpartition('/')[2]}")


@contextlib.contextmanager
def plain_singleuser(site: RunningSite, like: Any) -> Iterator[Any]:
    """A jupyterhub-singleuser of the same image for the same user, started by `docker run` and nothing else; ready."""
    client = docker.from_env()
    environment = [item for item in like.attrs["Config"]["Env"] if item.startswith("JUPYTERHUB_")]
    name = next(item.partition("=")[2] for item in environment if item.startswith("JUPYTERHUB_USER="))
    container = client.containers.run(
        like.attrs["Config"]["Image"],
        ["jupyterhub-singleuser"],
        environment=environment,
        network=site.settings.learner.network,
        detach=True,
    )
    try:
        container.reload()
        address = container.attrs["NetworkSettings"]["Networks"][site.settings.learner.network]["IPAddress"]
        port = _port(environment)
        _wait_for(f"http://{address}:{port}/user/{name}/api")
        yield container
    finally:
        container.remove(force=True)


def _port(environment: list[str]) -> str:
    url = next(item.partition("=")[2] for item in environment if item.startswith("JUPYTERHUB_SERVICE_URL="))
    return url.split(":")[2].partition("/")[0]


def _wait_for(url: str) -> None:
    deadline = time.monotonic() + READY_SECONDS
    while True:
        with contextlib.suppress(urllib.error.URLError, OSError), urllib.request.urlopen(url, timeout=2):
            return
        assert time.monotonic() < deadline, url
        time.sleep(0.05)


def megabytes_in_use(container: Any) -> float:
    """Anonymous memory of a container in MB, by its cgroup: what cannot be taken back from it."""
    time.sleep(SETTLE_SECONDS)
    counters = container.stats(stream=False)["memory_stats"]["stats"]
    return float(counters["anon"] if "anon" in counters else counters["total_rss"]) / 2**20
