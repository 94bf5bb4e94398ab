"""A fork's end of its socket: questions of a test, and calls of the test's own functions from within learner code."""

import os
import socket
import threading
from collections.abc import Callable

from openjupyter.wire.errors import WireError
from openjupyter.wire.frames import Frame, pack, receive_frame

Answer = Callable[[Frame], Frame]


class Conversation:
    """The child's end of its socket: answers questions, and puts some of its own when a test's function is called."""

    def __init__(self, connection: socket.socket) -> None:
        self._connection = connection
        # Learner code may call a test's function from several threads; a question within one is answered by it.
        self._one_call = threading.RLock()

    def serve(self, answer: Answer) -> None:
        """Answer until the agent closes the socket."""
        self._answer_until(answer, lambda frame: False)

    def call_back(self, answer: Answer, frame: Frame) -> Frame:
        """Ask the test's side, answering its questions meanwhile; gives its reply."""
        with self._one_call:
            self._connection.sendall(pack(frame))
            reply = self._answer_until(answer, lambda frame: "do" not in frame)
        if reply is None:
            os._exit(0)
        return reply

    def _answer_until(self, answer: Answer, ends: Callable[[Frame], bool]) -> Frame | None:
        while (frame := receive_frame(self._connection.recv)) is not None:
            if ends(frame):
                return frame
            self._connection.sendall(_packed({**answer(frame), "id": frame.get("id")}))
        return None


def _packed(reply: Frame) -> bytes:
    try:
        return pack(reply)
    except WireError as error:  # text takes more room in JSON than the codec counts
        return pack({"error": {"kind": "value", "message": str(error)}, "id": reply["id"]})
