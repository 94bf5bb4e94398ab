"""The zygote: it has imported what every kernel needs, and forks one whenever the agent asks.

A fork starts in milliseconds where a new Python would import for half a second, and shares its memory. The zygote
stays free of threads, event loops and secrets, since all it holds is in every kernel. It is also the one to whom
orphans fall (PR_SET_CHILD_SUBREAPER), so that whatever learner code starts stays below it and can be found.
"""

import contextlib
import ctypes
import gc
import importlib
import json
import os
import signal
import socket
from pathlib import Path

from openjupyter.agent.processes import kill_below
from openjupyter.agent.user import LearnerUser

KERNEL_MODULES = (
    "ipykernel.kernelapp",
    "openjupyter.agent.kernel",
    "openjupyter.agent.probe",
    "openjupyter.agent.objects",
)
_PR_SET_CHILD_SUBREAPER = 36
_ORDER_BYTES = 2**16


def preload(names: str) -> None:
    """Import what kernels need, and the modules in `names` (separated by commas); one that is not there is left out."""
    gc.disable()  # a collection finds nothing while modules are being imported
    for name in KERNEL_MODULES:
        importlib.import_module(name)
    for name in filter(None, names.split(",")):
        with contextlib.suppress(ImportError):
            importlib.import_module(name.strip())
    gc.enable()
    gc.freeze()  # what is shared by all forks is never looked at again, so that its pages stay shared


def serve(connection: socket.socket, user: LearnerUser) -> None:
    """Fork a kernel for every order on `connection`, until the agent closes it; then nothing below is left."""
    ctypes.CDLL(None).prctl(_PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0)
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)  # children are reaped by the system
    while True:
        body, descriptors, _, _ = socket.recv_fds(connection, _ORDER_BYTES, 1)
        if not body:
            kill_below(os.getpid(), set())
            return
        order = json.loads(body)
        pid = os.fork()
        if pid == 0:
            connection.close()
            _become_kernel(order, descriptors[0], user)
        os.close(descriptors[0])
        connection.sendall(str(pid).encode())


def _become_kernel(order: dict[str, str], control: int, user: LearnerUser) -> None:
    from openjupyter.agent import kernel

    try:
        kernel.run(Path(order["connection_file"]), socket.socket(fileno=control), user)
    finally:
        os._exit(1)


class ZygoteClient:
    """The agent's end of the connection to its zygote."""

    def __init__(self, connection: socket.socket) -> None:
        self._connection = connection

    def fork(self, connection_file: str) -> "ForkedKernel":
        """A new kernel that reads this connection file."""
        control, theirs = socket.socketpair()
        with theirs:
            order = json.dumps({"connection_file": connection_file}).encode()
            socket.send_fds(self._connection, [order], [theirs.fileno()])
        return ForkedKernel(int(self._connection.recv(32)), control)


class ForkedKernel:
    """A kernel's process, with as much of Popen as jupyter_client asks for, and its control connection."""

    stdin = stdout = stderr = None

    def __init__(self, pid: int, control: socket.socket) -> None:
        self.pid = pid
        self.control = control

    def poll(self) -> int | None:
        """None while it runs, else 0: only the zygote could know the exit code."""
        try:
            os.kill(self.pid, 0)
        except ProcessLookupError:
            return 0
        return None

    def wait(self) -> int:
        """jupyter_client waits by polling first."""
        return 0

    def send_signal(self, number: int) -> None:
        """Signal it; no error when it has ended."""
        if self.poll() is None:
            os.kill(self.pid, number)

    def kill(self) -> None:
        """End it."""
        self.send_signal(signal.SIGKILL)

    def terminate(self) -> None:
        """Ask it to end."""
        self.send_signal(signal.SIGTERM)
