"""Inside the kernel: hand out forks of it, each answering questions of one test.

`serve` is called when the notebook has run. It keeps the kernel's main thread; for every order on the control
connection it forks, and the child answers on the socket that came with the order. A fork sees the namespace as the
notebook left it, costs a few milliseconds, and can be killed by the agent without harm to the others.
"""

import contextlib
import os
import random
import signal
import socket
import sys
from os import close, fork, waitpid
from socket import recv_fds
from typing import Any

FORK = b"f"
"""The one order on the control connection; its end ends `serve`."""
READY = b"r"
"""Said on the control connection when `serve` begins, and by each child on its own socket."""

_CALMED = (
    *(signal.SIGALRM, signal.SIGVTALRM, signal.SIGPROF, signal.SIGUSR1, signal.SIGUSR2),
    *(signal.SIGINT, signal.SIGTERM, signal.SIGHUP, signal.SIGPIPE),
)
control: socket.socket | None = None
"""Given to the kernel before any code of the learner's ran."""


def serve() -> None:
    """Fork one child per order; returns when the agent closes the connection."""
    from IPython import get_ipython

    shell = get_ipython()
    assert control is not None
    handlers = _calm()
    control.sendall(READY)
    while True:
        order, descriptors, _, _ = recv_fds(control, 1, 1)
        if order != FORK or not descriptors:
            return
        with contextlib.suppress(Exception):  # no process left to have, or a random of the learner's own
            _fork(control, descriptors[0], shell, handlers)
        close(descriptors[0])  # the agent sees by it whether there is a fork


def _calm() -> dict[int, Any]:
    """Switch off what the notebook has left on and could interrupt us: timers, tracing, and the handlers it gives."""
    for timer in (signal.ITIMER_REAL, signal.ITIMER_VIRTUAL, signal.ITIMER_PROF):
        signal.setitimer(timer, 0)
    sys.settrace(None)
    sys.setprofile(None)
    handlers: dict[int, Any] = {number: signal.getsignal(number) for number in _CALMED}
    for number in _CALMED:
        signal.signal(number, signal.SIG_IGN)
    return handlers


# By names of its own where learner code could replace the library's: whoever cannot fork has crashed, and no more.
def _fork(control: socket.socket, descriptor: int, shell: Any, handlers: dict[int, Any], end: Any = os._exit) -> None:
    _reap()
    state = random.getstate()
    if fork() == 0:
        # Whatever happens in a child, it must never return into the kernel it was forked from.
        try:
            control.close()
            random.setstate(state)  # Python seeds it anew after a fork; the notebook's seed should hold
            for number, handler in handlers.items():
                signal.signal(number, handler)
            _answer(socket.socket(fileno=descriptor), shell)
        finally:
            end(0)


def _reap() -> None:
    try:
        while waitpid(-1, os.WNOHANG) != (0, 0):
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
