"""The hub's proxy: replaces one that a killed hub has left, and nothing else."""

from pathlib import Path

from jupyterhub.proxy import ConfigurableHTTPProxy


class OpenJupyterProxy(ConfigurableHTTPProxy):
    """configurable-http-proxy whose pid file is believed only if it names a running proxy of this installation.

    JupyterHub ends whatever process has the number in the file: after a restart of the machine, or of a container,
    that may be any other one, the hub itself among them.
    """

    def _check_pid(self, pid: int) -> None:
        """Raise ProcessLookupError unless the process is this installation's proxy, alive."""
        try:
            arguments = Path(f"/proc/{pid}/cmdline").read_bytes().split(b"\0")
        except FileNotFoundError:
            if Path("/proc/self").exists():
                raise ProcessLookupError(pid) from None
            super()._check_pid(pid)  # not Linux
            return
        # A process that has ended but is not yet reaped has no command line.
        port = self.api_url.rpartition(":")[2].strip("/").encode()
        if b"--api-port" not in arguments or port not in arguments:
            raise ProcessLookupError(pid)
