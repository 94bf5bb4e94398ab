"""Inside the kernel: hand out forks of it, each answering questions of one test.

`serve` is called when the notebook has run. It keeps the kernel's main thread; for every order on the control
connection it forks, and the child answers on the socket that came with the order. A fork sees the namespace as the
notebook left it, costs a few milliseconds, and can be killed by the agent without harm to the others.
"""

import contextlib
import os
import random
import socket
from typing import Any

FORK = b"f"
"""The one order on the control connection; its end ends `serve`."""
READY = b"r"
"""Said on the control connection when `serve` begins, and by each child on its own socket."""

control: socket.socket | None = None
"""Given to the kernel before any code of the learner's ran."""


def serve() -> None:
    """Fork one child per order; returns when the agent closes the connection."""
    from IPython import get_ipython

    shell = get_ipython()
    assert control is not None
    control.sendall(READY)
    while True:
        order, descriptors, _, _ = socket.recv_fds(control, 1, 1)
        if order != FORK or not descriptors:
            return
        _reap()
        state = random.getstate()
        with contextlib.suppress(OSError):  # no process left to have: the agent sees the socket close
            if os.fork() == 0:
                # Whatever happens in a child, it must never return into the kernel it was forked from.
                try:
                    control.close()
                    random.setstate(state)  # Python seeds it anew after a fork; the notebook's seed should hold
                    _answer(socket.socket(fileno=descriptors[0]), shell)
                finally:
                    os._exit(0)
        os.close(descriptors[0])


def _reap() -> None:
    try:
        while os.waitpid(-1, os.WNOHANG) != (0, 0):
            pass
    except ChildProcessError:
        return


def _answer(connection: socket.socket, shell: Any) -> None:
    from openjupyter.agent.conversation import Conversation
    from openjupyter.agent.objects import Objects
    from openjupyter.agent.quiet import silence

    objects = Objects(shell, silence(shell), Conversation(connection))
    connection.sendall(READY + os.getpid().to_bytes(4, "big"))
    objects.conversation.serve(objects.answer)
