"""What a site leaves at the Docker engine: containers, a network, and the volumes with learners' files."""

from collections.abc import Iterable
from typing import Any

import docker
from docker.errors import APIError, NotFound

from openjupyter_service.hub.network import SITE_LABEL, internet_network, remove_network


def remove_containers(client: docker.DockerClient, site: str) -> int:
    """Remove a site's containers, learners' and grading ones; gives how many there were."""
    # Sparse: a container may vanish between the listing and a look at it.
    containers = client.containers.list(all=True, sparse=True)
    mine = [c for c in containers if _belongs(c.attrs.get("Labels"), (n.lstrip("/") for n in c.attrs["Names"]), site)]
    for container in mine:
        _forgiving(container.remove, force=True, v=True)
    return len(mine)


def remove_networks(site: str) -> None:
    """Remove a site's two networks and their filters."""
    for name in (site, internet_network(site)):
        remove_network(name)


def remove_volumes(client: docker.DockerClient, site: str) -> None:
    """Remove a site's volumes: every learner's files."""
    for volume in client.volumes.list():
        if _belongs(volume.attrs.get("Labels"), [volume.name], site):
            _forgiving(volume.remove, force=True)


def _belongs(labels: dict[str, str] | None, names: Iterable[str], site: str) -> bool:
    return (labels or {}).get(SITE_LABEL) == site or any(name.startswith(f"{site}-") for name in names)


def _forgiving(remove: Any, **arguments: Any) -> None:
    """Call it; gone already, or being removed by its owner at this moment, is as good."""
    try:
        remove(**arguments)
    except NotFound:
        pass
    except APIError as error:
        if error.status_code != 409:
            raise
