"""A page's connection to a kernel: when the kernel has died of memory, the notebook says so, below the cell it ran.

If no cell ran, or no page was there, the next cell that is run shows it first.
"""

from typing import Any

from jupyter_server.services.kernels.connection.channels import ZMQChannelsWebsocketConnection

from openjupyter.workspace.death import OutOfMemory

_HEADER, _PARENT, _CONTENT = 1, 2, 4
"""Places in a message as it comes from the kernel, after its identities: a signature comes first."""


class TellingConnection(ZMQChannelsWebsocketConnection):
    """Jupyter Server's own connection, which follows what the kernel executes."""

    def handle_outgoing_message(self, stream: Any, outgoing_msg: list[bytes]) -> None:
        """Pass a message of the kernel on to the page."""
        super().handle_outgoing_message(stream, outgoing_msg)
        if (stream if isinstance(stream, str) else getattr(stream, "channel", None)) == "iopub":
            _, parts = self.session.feed_identities(outgoing_msg)
            self._follow(parts)

    def on_kernel_restarted(self) -> None:
        """The kernel has died and is started anew; pages forget its cell when they hear of it, so we come first."""
        self._tell_of_death()
        super().on_kernel_restarted()

    def on_restart_failed(self) -> None:
        """The kernel has died again and again, and stays dead."""
        self._tell_of_death()
        super().on_restart_failed()

    def _follow(self, parts: list[bytes]) -> None:
        # Whoever prints a million lines must not wait for our parsing: most messages are neither of these two.
        if b'"execute_input"' in parts[_HEADER]:
            header = self.session.unpack(parts[_PARENT])
            self.kernel_manager.cell_began(header)
            self._tell(self.kernel_manager.untold, header)
        elif b'"status"' in parts[_HEADER] and b'"idle"' in parts[_CONTENT]:
            self.kernel_manager.cell_ended(self.session.unpack(parts[_PARENT]))

    def _tell_of_death(self) -> None:
        # Each page is told that is there: the one that runs the cell shows it, others do not know the request.
        if self.kernel_manager.running_cell is not None:
            self._tell(self.kernel_manager.death, self.kernel_manager.running_cell)

    def _tell(self, death: OutOfMemory | None, header: dict[str, Any]) -> None:
        if death is not None:
            self.write_stderr(death.message(), header)
            self.kernel_manager.untold = None
