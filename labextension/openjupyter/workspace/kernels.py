"""The kernels of the learner's Jupyter Server: first to go when memory runs out, and known for it when they did."""

from pathlib import Path
from typing import Any

from jupyter_server.services.kernels.kernelmanager import ServerKernelManager
from traitlets import default

from openjupyter.cgroup import memory_limit_bytes, oom_kills
from openjupyter.workspace.death import SCHEMA_ID, SCHEMA_PATH, OutOfMemory, is_out_of_memory
from openjupyter.workspace.first_to_go import let_go_first


class WatchedKernel(ServerKernelManager):
    """One kernel, also over its restarts.

    `running_cell` is the header of the request that it executes, None between requests. `death` is the last time that
    it died, None if that was not for memory. `untold` is a death that no notebook has shown yet.
    """

    running_cell: dict[str, Any] | None = None
    death: OutOfMemory | None = None
    untold: OutOfMemory | None = None
    _kills_seen = 0

    @default("extra_event_schema_paths")
    def _schemas(self) -> list[Path]:
        return [SCHEMA_PATH]  # also where a server did not load our extension

    async def _async_post_start_kernel(self, **kwargs: Any) -> None:
        """After each start of the process, restarts among them."""
        if pid := getattr(self.provisioner, "pid", None):
            let_go_first(pid)
        self.running_cell = None
        self.seen_alive()
        await super()._async_post_start_kernel(**kwargs)

    post_start_kernel = _async_post_start_kernel

    def start_restarter(self) -> None:
        """Look at each death before anybody else hears of it."""
        is_new = self._restarter is None
        super().start_restarter()
        if is_new and self._restarter is not None:
            for event in ("restart", "dead"):
                self._restarter.add_callback(self._look_at_death, event)

    def seen_alive(self) -> None:
        """Remember how many processes of this container had been killed for memory while this one lived."""
        self._kills_seen = oom_kills()

    def cell_began(self, header: dict[str, Any]) -> None:
        """A cell runs from now on."""
        self.running_cell = header
        self.seen_alive()

    def cell_ended(self, header: dict[str, Any]) -> None:
        """The cell of that request has ended."""
        if self.running_cell is not None and self.running_cell.get("msg_id") == header.get("msg_id"):
            self.running_cell = None
            self.seen_alive()

    def _look_at_death(self) -> None:
        process = getattr(self.provisioner, "process", None)
        self.death = None
        if process is not None and is_out_of_memory(process.poll(), self._kills_seen, oom_kills()):
            self.death = self.untold = OutOfMemory(self.kernel_id, memory_limit_bytes())
            self.log.warning("kernel %s was killed because memory was used up", self.kernel_id)
            self.emit(SCHEMA_ID, self.death.event())
