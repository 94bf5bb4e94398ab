"""The judge's pipe to the sandbox, by way of the service: one question at a time, one reply."""

import os
from typing import Any

from openjupyter.wire.errors import WireError
from openjupyter.wire.frames import Frame, pack, receive_frame


class SandboxGone(BaseException):
    """The other end closed the pipe or broke the protocol: no verdict can come of this run.

    No Exception, so that a test that expects one from the learner's code does not pass.
    """


class Channel:
    """Frames over two file descriptors."""

    def __init__(self, reading: int, writing: int) -> None:
        self._reading = reading
        self._writing = writing
        self._number = 0

    def receive(self) -> Frame | None:
        """The next frame, None at the end."""
        return receive_frame(lambda count: os.read(self._reading, count))

    def send(self, frame: Frame) -> None:
        """Write one frame whole."""
        data = memoryview(pack(frame))
        while data:
            data = data[os.write(self._writing, data) :]

    def ask(self, do: str, **question: Any) -> Frame:
        """The sandbox's reply to a question: {"value": node} or {"error": {...}}."""
        self._number += 1
        self.send({"to": "sandbox", "id": self._number, "do": do, **question})
        try:
            reply = self.receive()
        except WireError as error:
            raise SandboxGone(str(error)) from None
        if reply is None or reply.get("id") != self._number:
            raise SandboxGone("the sandbox gave no reply")
        return reply
