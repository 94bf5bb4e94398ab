"""Inside the kernel: hand out forks of it, each answering questions of one test.

`serve` is called when the notebook has run. It keeps the kernel's main thread; for every order on the control
connection it forks, and the child connects back and serves `objects.Objects`. A fork sees the namespace as the notebook
left it, costs a few milliseconds, and can be killed by the agent without harm to the others.
"""

import os
import socket
from typing import Any

from openjupyter.wire.frames import pack, receive_frame

FORK = b"f"
"""The one order on the control connection; any other byte, or its end, ends `serve`."""


def serve(path: str) -> None:
    """Fork one child per order read from the agent's socket at `path`; returns when the agent closes it."""
    from IPython import get_ipython

    shell = get_ipython()
    control = _connect(path)
    while control.recv(1) == FORK:
        _reap()
        if os.fork() == 0:
            # Whatever happens in a child, it must never return into the kernel it was forked from.
            try:
                control.close()
                _answer(_connect(path), shell)
            finally:
                os._exit(0)


def _connect(path: str) -> socket.socket:
    connection = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    connection.connect(path)
    return connection


def _reap() -> None:
    try:
        while os.waitpid(-1, os.WNOHANG) != (0, 0):
            pass
    except ChildProcessError:
        return


def _answer(connection: socket.socket, shell: Any) -> None:
    from openjupyter.agent.objects import Objects
    from openjupyter.agent.quiet import silence

    objects = Objects(shell, silence(shell))
    while (question := receive_frame(connection.recv)) is not None:
        connection.sendall(pack(objects.answer(question)))
