"""The judge's pipes: frames to and from the service, and the way to the sandbox, straight or by way of the service."""

import os
import socket
from typing import Protocol

from openjupyter.wire.errors import WireError
from openjupyter.wire.frames import Frame, pack, receive_body, unpack

MAX_PARTS = 5_000_000


class SandboxGone(BaseException):
    """The other end closed the pipe or broke the protocol: no verdict can come of this run.

    No Exception, so that a test that expects one from the learner's code does not pass.
    """


class Channel:
    """Frames to and from the service, over two file descriptors."""

    def __init__(self, reading: int, writing: int) -> None:
        self._reading = reading
        self._writing = writing

    def receive(self) -> Frame | None:
        """The next frame, None at the end."""
        body = self.receive_body()
        return None if body is None else unpack(body)

    def receive_body(self) -> bytes | None:
        """The next frame's body, not looked at."""
        return receive_body(lambda count: os.read(self._reading, count))

    def send(self, frame: Frame) -> None:
        """Write one frame whole."""
        data = memoryview(pack(frame))
        while data:
            data = data[os.write(self._writing, data) :]


class MalformedReply(Exception):
    """What came back is no frame: a fork of learner code wrote it, and its test ends with that."""


class Link(Protocol):
    """The way to the sandbox: one frame there, one back."""

    def exchange(self, frame: Frame) -> Frame:
        """The sandbox's answer; SandboxGone when there is none, MalformedReply when it is no frame."""


class SocketLink:
    """The agent's own socket, in a folder that both containers share.

    Args:
        path: of the socket
        channel: to the service, which knows why a sandbox has ended
    """

    def __init__(self, path: str, channel: Channel) -> None:
        self._socket = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        self._path: str | None = path
        self._channel = channel

    def exchange(self, frame: Frame) -> Frame:
        """The sandbox's answer; what the service says of a sandbox that has ended."""
        data = pack(frame)
        try:
            if self._path is not None:  # not before there is a question: a sandbox may have ended by then
                self._socket.connect(self._path)
                self._path = None
            self._socket.sendall(data)
            body = receive_body(self._socket.recv)
        except (WireError, OSError):  # the agent itself passes whole frames on, or none
            body = None
        if body is not None:
            return _opened(body)
        self._channel.send({"to": "service", "id": frame["id"]})
        return _opened(self._channel.receive_body())


class RelayedLink:
    """The service carries frames, where the containers have nothing in common."""

    def __init__(self, channel: Channel) -> None:
        self._channel = channel

    def exchange(self, frame: Frame) -> Frame:
        """The sandbox's answer."""
        self._channel.send({**frame, "to": "sandbox"})
        try:
            return _opened(self._channel.receive_body())
        except WireError as error:
            raise SandboxGone(str(error)) from None


def _opened(body: bytes | None) -> Frame:
    if body is None:
        raise SandboxGone("the sandbox gave no reply")
    # Every part of a value has one of these before it, and takes many times its own size once it is read.
    if sum(map(body.count, (b"[", b"{", b","))) > MAX_PARTS:
        raise MalformedReply("the reply has too many parts")
    try:
        return unpack(body)
    except WireError as error:
        raise MalformedReply(str(error)) from None
