"""Learners' servers: DockerSpawner whose calls do not wait for one another, and a second network where allowed."""

import asyncio
import contextlib
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from docker.errors import APIError, NotFound
from dockerspawner import DockerSpawner
from traitlets import Callable, Int, Unicode

from openjupyter_service.datasets import DataSet

THREADS = 16
REMOVE_SECONDS = 60
LOCALE_VARIABLE = "OPENJUPYTER_LOCALE"


class OpenJupyterSpawner(DockerSpawner):
    """A container for each learner; limits and names come from the settings, by way of hub.config.

    `mounted` has the places of the data sets that the running server was started with.
    """

    mounted: tuple[str, ...] = ()

    # DockerSpawner has one thread for all learners: a container that ignores SIGTERM would hold up everybody.
    _executor = ThreadPoolExecutor(THREADS, thread_name_prefix="docker")

    stop_seconds = Int(5, min=0, config=True, help="From SIGTERM to SIGKILL when a server is stopped.")
    internet_network = Unicode("", config=True, help="Network of learners whose course allows the internet.")
    needs_internet = Callable(
        lambda learner: False,
        config=True,
        help="Does a course of this learner (hub username) allow the internet? Called in a thread.",
    )

    ensure_internet = Callable(
        lambda: None,
        config=True,
        help="Makes that network if it is missing; called in a thread before a learner joins it.",
    )

    locale_of = Callable(
        lambda learner: None,
        config=True,
        help="The locale of a learner (hub username), such as de-DE, as the LMS told it; or None. Called in a thread.",
    )

    data_sets = Callable(
        lambda learner: (),
        config=True,
        help="Data sets of this learner's (hub username) courses. Called in a thread.",
    )

    _locale: str | None = None

    def get_env(self) -> dict[str, str]:
        """What the container is told; of the learner, their language."""
        told = {LOCALE_VARIABLE: self._locale} if self._locale else {}
        return {**super().get_env(), **told}

    async def create_object(self) -> Any:
        """Create the container with its data sets; join the second network before anything runs in it."""
        self._locale = await asyncio.to_thread(self.locale_of, self.user.name)
        internet = await asyncio.to_thread(self.needs_internet, self.user.name)
        found = await asyncio.to_thread(self._readable_data_sets)
        without = {"dns"} if internet else set()
        inherited = {key: value for key, value in self.extra_host_config.items() if key not in without}
        mounts = [*self.mount_binds, *(each.mount() for each in found)]
        self.set_trait("extra_host_config", {**inherited, "mounts": mounts})
        self.mounted = tuple(each.target for each in found)
        created = await super().create_object()
        if internet:
            await asyncio.to_thread(self.ensure_internet)
            await self.docker("connect_container_to_network", created[self.object_id_key], self.internet_network)
        return created

    def _readable_data_sets(self) -> list[DataSet]:
        """Those that are there: a data set that is not must not keep learners from everything else."""
        troubles = {each: each.trouble() for each in self.data_sets(self.user.name)}
        for each, trouble in troubles.items():
            if trouble:
                self.log.error("the data set %s %s: learners do not get it", each.source, trouble)
        return [each for each, trouble in troubles.items() if not trouble]

    def lacks(self, wanted: Sequence[DataSet]) -> bool:
        """Is the server running without one of these data sets, which it would get at its next start?"""
        return any(each.target not in self.mounted and not each.trouble() for each in wanted)

    def get_state(self) -> dict[str, Any]:
        """What a hub that is started anew must know of a running server."""
        return {**super().get_state(), "mounted": list(self.mounted)}

    def load_state(self, state: dict[str, Any]) -> None:
        """Take up what get_state gave."""
        super().load_state(state)
        self.mounted = tuple(state.get("mounted", ()))

    def clear_state(self) -> None:
        """The server is gone."""
        super().clear_state()
        self.mounted = ()

    async def stop_object(self) -> None:
        """Stop the container, soon; no error when it is gone."""
        try:
            await self.docker("stop", self.container_id, timeout=self.stop_seconds)
        except APIError as error:
            if error.status_code != 404:
                raise

    async def remove_object(self) -> None:
        """Remove the container, also one that a killed hub has left running, and wait until its name is free."""
        container = self.container_id
        with contextlib.suppress(NotFound):
            try:
                await self.docker("remove_container", container, v=True, force=True)
            except APIError as error:
                if error.status_code != 409:  # the engine is removing it already, by itself
                    raise
            await self.docker("wait", container, condition="removed", timeout=REMOVE_SECONDS)
