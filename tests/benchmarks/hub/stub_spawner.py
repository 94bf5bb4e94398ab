"""A spawner that starts nothing: all learners' servers are one web server that is there already."""

from typing import Any

from jupyterhub.spawner import Spawner
from traitlets import Int


class StubSpawner(Spawner):
    """For benchmarks of logins alone."""

    port = Int(config=True, help="Port of the web server that stands for all of them.")
    _is_started = False

    async def start(self) -> tuple[str, int]:
        """Address and port."""
        self._is_started = True
        return "127.0.0.1", self.port

    async def stop(self, now: bool = False) -> None:
        """Nothing is to be stopped."""
        self._is_started = False

    async def poll(self) -> int | None:
        """None while it counts as running."""
        return None if self._is_started else 0

    def get_state(self) -> dict[str, Any]:
        """What survives a restart of the hub."""
        return {**super().get_state(), "is_started": self._is_started}

    def load_state(self, state: dict[str, Any]) -> None:
        """After a restart of the hub."""
        super().load_state(state)
        self._is_started = state.get("is_started", False)
