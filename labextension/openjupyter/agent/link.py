"""Where the judge's questions come from: a socket of our own that both containers see, or the service's pipe."""

import os
import socket
from pathlib import Path
from typing import Protocol

from openjupyter.wire.frames import envelope, receive_body

JUDGE_MODE = 0o660
"""The folder of the socket gives its group to it (setgid): the judge's, which learner code is not in."""


class Link(Protocol):
    """Bodies of frames, one question at a time. `checked`: only what is a frame may be sent."""

    checked: bool

    def receive(self) -> bytes | None:
        """The next question's body; None when there will be none."""

    def send(self, body: bytes) -> None:
        """Send a reply's body."""


class PipeLink:
    """The service's pipe: it carries frames between us and the judge.

    Args:
        reading: descriptor of orders and questions
        writing: descriptor of replies and events
    """

    checked = True  # the service, unlike the judge, takes a broken frame for a broken sandbox

    def __init__(self, reading: int, writing: int) -> None:
        self._reading = reading
        self._writing = writing

    def receive(self) -> bytes | None:
        """The next frame's body."""
        return receive_body(lambda count: os.read(self._reading, count))

    def send(self, body: bytes) -> None:
        """Write one frame whole."""
        data = memoryview(envelope(body))
        while data:
            data = data[os.write(self._writing, data) :]


class SocketLink:
    """A Unix socket in a folder that the judge's container shares; the first to connect is the judge."""

    checked = False

    def __init__(self, path: Path) -> None:
        self._listening = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        self._listening.bind(str(path))
        path.chmod(JUDGE_MODE)
        self._listening.listen(1)
        self._judge: socket.socket | None = None

    def receive(self) -> bytes | None:
        """The next question's body."""
        if self._judge is None:
            self._judge, _ = self._listening.accept()
            self._listening.close()
        return receive_body(self._judge.recv)

    def send(self, body: bytes) -> None:
        """Send a reply; a judge that has gone is noticed at the next question."""
        assert self._judge is not None
        self._judge.sendall(envelope(body))
