"""The agent's end of the forks: one child of the kernel per test, asked with a deadline, killed afterwards."""

import asyncio
import contextlib
import os
import signal
import socket
import struct
from pathlib import Path
from typing import Any

from openjupyter.agent import probe
from openjupyter.agent.memory import oom_kills
from openjupyter.agent.user import LearnerUser
from openjupyter.wire.errors import WireError
from openjupyter.wire.frames import Frame, pack, read_frame

CONNECT_SECONDS = 15
_PEER = struct.Struct("3i")
CRASHED: Frame = {"error": {"kind": "crashed"}}

Connection = tuple[asyncio.StreamReader, asyncio.StreamWriter]


class Forks:
    """Children of one kernel, one at a time. `begin` → `ask` … → `end`."""

    def __init__(self, path: Path, user: LearnerUser) -> None:
        self.path = path
        self.user = user
        self._arrivals: asyncio.Queue[Connection] = asyncio.Queue(maxsize=8)
        self._control: Connection | None = None
        self._control_end: asyncio.Future[bytes] | None = None
        self._child: Connection | None = None
        self._pid = 0
        self._deadline = 0.0
        self._kills = 0
        self._verdict: Frame | None = None

    async def attach(self, client: Any) -> bool:
        """Make the kernel behind a jupyter_client `client` serve forks; False if it does not answer."""
        await asyncio.start_unix_server(self._arrived, self.path)
        self.path.chmod(0o777)
        # As one expression, because a statement would leave a name in the learner's namespace.
        code = f"__import__({probe.__name__!r}, fromlist=['serve']).serve({str(self.path)!r})"
        client.execute(code, silent=True, store_history=False, allow_stdin=False)
        try:
            self._control = await asyncio.wait_for(self._arrivals.get(), CONNECT_SECONDS)
        except TimeoutError:
            return False
        self._control_end = asyncio.ensure_future(self._control[0].read(1))
        return True

    async def _arrived(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with contextlib.suppress(asyncio.QueueFull):
            self._arrivals.put_nowait((reader, writer))
            return
        writer.close()

    async def begin(self, seconds: float) -> Frame:
        """Fork a child for a test that may take so many seconds in all."""
        self.end()
        self._deadline = asyncio.get_running_loop().time() + seconds
        self._kills = oom_kills()
        self._verdict = CRASHED
        if self._control is None or self._control_end is None:
            return CRASHED
        arrival = asyncio.ensure_future(self._arrivals.get())
        with contextlib.suppress(OSError):
            self._control[1].write(probe.FORK)
            await self._control[1].drain()
            # A kernel that an earlier test has killed says nothing any more: its end is the answer.
            waited: set[asyncio.Future[Any]] = {arrival, self._control_end}
            await asyncio.wait(waited, timeout=CONNECT_SECONDS, return_when=asyncio.FIRST_COMPLETED)
        if not arrival.done():
            arrival.cancel()
            return CRASHED
        self._child = arrival.result()
        self._pid = _peer(self._child[1], self.user.uid)
        self._verdict = None
        return {"value": None}

    async def ask(self, question: Frame) -> Frame:
        """The child's reply; an error of kind "time limit", "memory limit" or "crashed" when it gave none."""
        if self._verdict is not None or self._child is None:
            return self._verdict or CRASHED
        reader, writer = self._child
        left = self._deadline - asyncio.get_running_loop().time()
        try:
            async with asyncio.timeout(max(left, 0)):
                writer.write(pack(question))
                await writer.drain()
                reply = await read_frame(reader)
        except TimeoutError:
            self._verdict = {"error": {"kind": "time limit"}}
        except (WireError, OSError):
            self._verdict = CRASHED
        else:
            if reply is not None:
                return reply
            self._verdict = {"error": {"kind": "memory limit"}} if oom_kills() > self._kills else CRASHED
        self.end()
        assert self._verdict is not None
        return self._verdict

    def end(self) -> None:
        """Kill the current child, if any."""
        if self._pid > 1:
            with contextlib.suppress(ProcessLookupError, PermissionError):
                os.kill(self._pid, signal.SIGKILL)
        if self._child is not None:
            self._child[1].close()
        self._pid, self._child = 0, None


def _peer(writer: asyncio.StreamWriter, uid: int) -> int:
    """Process id at the other end, as the system knows it; 0 when it is not the learner's."""
    peer_socket = writer.get_extra_info("socket")
    credentials = peer_socket.getsockopt(socket.SOL_SOCKET, socket.SO_PEERCRED, _PEER.size)
    pid, peer_uid, _ = _PEER.unpack(credentials)
    return int(pid) if peer_uid == uid else 0
