"""The agent's end of the forks: one child of the kernel per test, asked with a deadline, killed with all it started."""

import os
import select
import socket
import time
from collections.abc import Callable

from openjupyter.agent import probe
from openjupyter.agent.processes import Process, below, kill_below, memory_bytes
from openjupyter.agent.zygote import ForkedKernel
from openjupyter.cgroup import oom_kills
from openjupyter.wire.errors import WireError
from openjupyter.wire.frames import Frame, envelope, receive_body

FORK_SECONDS = 3.0
"""How long a kernel that works may take to fork; one that is stopped or lost never does."""
WATCH_SECONDS = 0.005
_HELLO_BYTES = len(probe.READY) + 4


class KernelLost(Exception):
    """There is no kernel any more that could fork: an earlier test has killed or stopped it."""


class Forks:
    """Children of one kernel, one at a time: `attach`, then `begin`, `ask` … and `prepare` for each, at last `end`.

    Args:
        kernel: whose forks they are
        root: the process below which all learner code runs
        restore: puts back what the child before may have changed outside of its memory
    """

    def __init__(self, kernel: ForkedKernel, root: int, restore: Callable[[], None] = lambda: None) -> None:
        self._kernel = kernel
        self._restore = restore
        self._control = kernel.control
        self._root = root
        self._spared: set[Process] = set()
        self._child: socket.socket | None = None
        self._pid = 0
        self._deadline = 0.0
        self._kills = 0
        self._verdict: str | None = "crashed"
        self._prepared = False
        self._watching = False
        self._highest = 0

    def attach(self, seconds: float) -> bool:
        """Wait until the kernel serves forks; False if it does not within so many seconds.

        What the notebook has left running by then belongs to it and stays; what tests start is killed after each.
        """
        if _receive(self._control, len(probe.READY), time.monotonic() + seconds) != probe.READY:
            return False
        self._spared = below(self._root)
        return True

    def prepare(self) -> None:
        """End the current child, if any, and have the next one ready before it is wanted; it may fail silently."""
        self.end()
        self._restore()
        self._kills = oom_kills()
        self._verdict = "crashed"
        self._prepared = self._fork()

    @property
    def ready(self) -> bool:
        """Does a child wait for its test?"""
        return self._prepared

    def begin(self, seconds: float) -> None:
        """A child for a test that may take so many seconds in all; KernelLost when that is not possible."""
        if self._child is not None and not self._prepared:
            self.prepare()
        if not self._prepared:
            # The notebook's own processes may have taken all there are.
            self._spared = {process for process in self._spared if process[0] in (self._kernel.pid, os.getpid())}
            kill_below(self._root, self._spared)
            if not self._fork():
                raise KernelLost
        self._prepared = False
        self._verdict = None
        self._watching, self._highest = False, 0
        self._deadline = time.monotonic() + seconds

    def _fork(self) -> bool:
        ours, theirs = socket.socketpair()
        with theirs:
            try:
                socket.send_fds(self._control, [probe.FORK], [theirs.fileno()])
            except OSError:
                ours.close()
                return False
        hello = _receive(ours, _HELLO_BYTES, time.monotonic() + FORK_SECONDS)
        if hello is None or not hello.startswith(probe.READY):
            ours.close()
            return False
        self._child = ours
        # Only ever used to read how much memory it has: the child could name any process.
        self._pid = int.from_bytes(hello[len(probe.READY) :], "big")
        return True

    def ask(self, question: bytes) -> bytes | None:
        """The body of the child's reply to a question's body; None when it gave none, for the reason in `verdict`."""
        if self._verdict is not None or self._prepared or self._child is None:
            return None
        try:
            self._send(envelope(question))
            reply = receive_body(self._receive_some)
        except TimeoutError:
            self._verdict = "time limit"
        except (WireError, OSError):
            self._verdict = "crashed"
        else:
            if reply is not None:
                return reply
            self._verdict = "memory limit" if oom_kills() > self._kills else "crashed"
        self.end()
        return None

    def verdict(self) -> Frame:
        """Why the child no longer answers: {"error": {"kind": "time limit" | "memory limit" | "crashed"}}."""
        return {"error": {"kind": self._verdict or "crashed"}}

    def memory(self, watch: bool) -> tuple[int, int] | None:
        """Resident memory in bytes of the child and all it has started: now, and at its highest since the last call.

        While `watch` is on, it is looked at every few milliseconds: learner code can have the system forget its peak.
        """
        if self._child is None or (own := memory_bytes(self._pid)) is None:
            return None
        now = self._resident()
        highest = max(self._highest, own[1] if self._watching else now)
        self._watching, self._highest = watch, now
        return now, highest

    def _resident(self) -> int:
        sizes = [memory_bytes(pid) for pid, _ in below(self._root) - self._spared]
        return sum(size[0] for size in sizes if size)

    def end(self) -> None:
        """Kill the current child, if any, and whatever it has started."""
        if self._child is None:
            return
        self._child.close()
        self._child, self._pid, self._prepared = None, 0, False
        kill_below(self._root, self._spared)

    def _left(self) -> float:
        left = self._deadline - time.monotonic()
        if left <= 0:
            raise TimeoutError
        return left

    def _send(self, data: bytes) -> None:
        assert self._child is not None
        self._child.settimeout(self._left())
        self._child.sendall(data)

    def _receive_some(self, count: int) -> bytes:
        assert self._child is not None
        while True:
            left = self._left()
            self._child.settimeout(min(left, WATCH_SECONDS) if self._watching else left)
            try:
                return self._child.recv(min(count, 2**20))
            except TimeoutError:
                if not self._watching:
                    raise
                self._highest = max(self._highest, self._resident())


def _receive(connection: socket.socket, count: int, deadline: float) -> bytes | None:
    """So many bytes; None when they do not come in time."""
    found = b""
    while len(found) < count:
        ready, _, _ = select.select([connection], [], [], max(deadline - time.monotonic(), 0))
        if not ready:
            return None
        try:
            part = connection.recv(count - len(found))
        except OSError:
            return None
        if not part:
            return None
        found += part
    return found
