"""The Docker engine as grading uses it: start a container with its pipe attached, tell why it ended, remove it."""

import asyncio
import contextlib
import functools
import logging
import secrets
import socket
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import docker
from docker.errors import APIError, DockerException, ImageNotFound, NotFound

from openjupyter_service.errors import SandboxError
from openjupyter_service.sandbox.limits import LINK_OPTIONS, ContainerSpec

SITE_LABEL = "openjupyter.site"
ROLE_LABEL = "openjupyter.role"
OWNER_LABEL = "openjupyter.process"
"""Of one run of the service: what carries another one's is left over from a process that is dead."""
ENGINE_SECONDS = 60
REMOVAL_SECONDS = 30
"""For a removal that is already under way."""
VOLUME_TRIES, VOLUME_PAUSE_SECONDS = 10, 0.3
_THREADS = 16
_ROLES = ("sandbox", "judge")
_LINK = "link"

log = logging.getLogger(__name__)


class ImageMissing(SandboxError):
    """The engine has no such image."""


class Engine:
    """A connection to the engine that DOCKER_HOST names. Blocking calls run in threads of its own.

    Args:
        site: label of all containers of this installation, so that those of a dead service can be found; one process
            at a time has a site
    """

    def __init__(self, site: str) -> None:
        self.site = site
        self._owner = secrets.token_hex(8)
        self._unremoved: set[str] = set()
        self._threads = ThreadPoolExecutor(_THREADS, thread_name_prefix="engine")

    @functools.cached_property
    def _client(self) -> docker.DockerClient:
        # Made at first use, in a thread: making it asks the engine, which may be away when the service starts.
        return docker.from_env(timeout=ENGINE_SECONDS)

    async def start(self, spec: ContainerSpec, link_volume: str | None = None) -> tuple[str, socket.socket]:
        """Start a container; gives its id and a socket to its standard streams, in Docker's multiplexed format."""
        return await self._call(self._start, spec, link_volume)

    async def image_id(self, image: str) -> str:
        """What a tag stands for now; ImageMissing when there is no such image."""
        return str(await self._call(lambda: self._client.images.get(image).id))

    async def create_link(self) -> str:
        """A volume for a pair's socket, in memory; gives its name."""
        volume = await self._call(
            lambda: self._client.api.create_volume(driver="local", driver_opts=LINK_OPTIONS, labels=self._labels(_LINK))
        )
        return str(volume["Name"])

    async def remove_link(self, volume: str) -> None:
        """Remove a pair's volume; what cannot be removed now is left to `remove_orphans`."""
        await self._try(volume, self._remove_volume)

    def _labels(self, role: str) -> dict[str, str]:
        return {SITE_LABEL: self.site, ROLE_LABEL: role, OWNER_LABEL: self._owner}

    def _start(self, spec: ContainerSpec, link_volume: str | None) -> tuple[str, socket.socket]:
        api = self._client.api
        container: str = api.create_container(
            spec.image,
            command=list(spec.command),
            environment=dict(spec.environment),
            user=spec.user,
            stdin_open=True,
            working_dir="/",
            labels=self._labels(spec.role),
            host_config=api.create_host_config(**spec.host_config(link_volume)),
        )["Id"]
        try:
            # Attached before the start, so that no output is missed.
            attached = api.attach_socket(container, {"stdin": 1, "stdout": 1, "stderr": 1, "stream": 1})
            api.start(container)
        except BaseException:
            self._remove(container)
            raise
        # docker-py wraps the socket in a reader that may not be closed while the socket is in use.
        pipe = socket.socket(fileno=socket.dup(attached.fileno()))
        attached.close()
        return container, pipe

    async def out_of_memory(self, container: str) -> bool:
        """Was a process of this container killed for memory?"""
        state = await self._call(lambda: self._client.api.inspect_container(container))
        return bool(state["State"].get("OOMKilled"))

    async def remove(self, container: str) -> None:
        """Kill and remove a container; what cannot be removed now is left to `remove_orphans`."""
        await self._try(container, self._remove)

    def _remove(self, container: str) -> None:
        with contextlib.suppress(NotFound):
            try:
                self._client.api.remove_container(container, force=True, v=True)
            except APIError as error:
                if error.status_code != 409:
                    raise
                # Another removal of it is under way; its volume can be removed only after that.
                self._client.api.wait(container, timeout=REMOVAL_SECONDS, condition="removed")

    def _remove_volume(self, volume: str) -> None:
        with contextlib.suppress(NotFound):
            for _ in range(VOLUME_TRIES - 1):
                try:
                    return self._client.api.remove_volume(volume, force=True)
                except APIError as error:
                    if error.status_code != 409:
                        raise
                # The engine still counts a container that has just been removed.
                time.sleep(VOLUME_PAUSE_SECONDS)
            self._client.api.remove_volume(volume, force=True)

    async def _try(self, name: str, remove: Callable[[str], None]) -> None:
        try:
            await self._call(remove, name)
            self._unremoved.discard(name)
        except SandboxError as error:
            self._unremoved.add(name)
            log.warning("%s was not removed and will be tried again: %s", name[:12], error)

    async def remove_orphans(self) -> int:
        """Remove what nobody uses: of processes before this one, and what could not be removed when its time had come.

        Returns:
            How many containers were removed.

        Raises:
            SandboxError: the engine does not answer
        """
        filters = {"label": f"{SITE_LABEL}={self.site}"}
        containers = await self._call(lambda: self._client.api.containers(all=True, filters=filters))
        orphans = [item["Id"] for item in containers if self._is_orphan(item["Id"], item["Labels"], _ROLES)]
        await asyncio.gather(*(self.remove(orphan) for orphan in orphans))
        volumes = (await self._call(lambda: self._client.api.volumes(filters=filters)))["Volumes"] or []
        unused = [item["Name"] for item in volumes if self._is_orphan(item["Name"], item["Labels"], (_LINK,))]
        await asyncio.gather(*(self.remove_link(volume) for volume in unused))
        return len(orphans)

    def _is_orphan(self, name: str, labels: dict[str, str], roles: tuple[str, ...]) -> bool:
        foreign = labels.get(OWNER_LABEL) != self._owner
        return labels.get(ROLE_LABEL) in roles and (foreign or name in self._unremoved)

    async def _call(self, function: Any, *arguments: Any) -> Any:
        try:
            return await asyncio.get_running_loop().run_in_executor(self._threads, function, *arguments)
        except ImageNotFound as error:
            raise ImageMissing(f"a grading image is missing: {error.explanation}") from None
        except (DockerException, OSError) as error:
            raise SandboxError(f"the Docker engine failed: {error}") from None
