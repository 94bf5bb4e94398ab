"""Cut a forked kernel off from its parent's channels: what it prints or displays must not reach the notebook."""

import asyncio
import builtins
import getpass
import io
import os
import sys
from collections import deque
from typing import Any

from openjupyter.agent.outstream import PieceOutStream

MAX_PRINTED = 1_000_000
MAX_EMPTY_INPUTS = 20
"""Empty lines that `input()` gives where nobody can be asked; then the input ends."""


class Printed(io.TextIOBase):
    """A text stream that keeps the first characters written to it, up to MAX_PRINTED."""

    encoding = "utf-8"

    def __init__(self) -> None:
        self._parts: list[str] = []
        self._left = MAX_PRINTED

    def writable(self) -> bool:
        """Yes."""
        return True

    def write(self, text: str) -> int:
        """Keep what still fits; the rest is dropped silently, as a terminal scrolls away."""
        if not isinstance(text, str):
            raise TypeError(f"write() argument must be str, not {type(text).__name__}")
        if self._left > 0:
            self._parts.append(text[: self._left])
            self._left -= len(text)
        return len(text)

    def close(self) -> None:
        """Learner code may close its standard output; a test can still read what was printed."""

    def text(self) -> str:
        """All that was kept."""
        return "".join(self._parts)


class Streams:
    """Standard streams of a fork: what was printed, what `input()` asked, and the lines it will be given."""

    def __init__(self) -> None:
        self.stdout = Printed()
        self.stderr = Printed()
        self.prompts = Printed()
        self._lines: deque[str] = deque()
        self._told = False
        self._empty = 0

    def give_lines(self, lines: list[str]) -> None:
        """Queue lines for `input()`; after the last one the input ends."""
        self._told = True
        self._lines.extend(lines)

    def read_line(self, prompt: object = "", /) -> str:
        """What `input()` does here: the next queued line; where none was ever queued, an empty one, a few times."""
        self.prompts.write(str(prompt))
        if self._lines:
            return self._lines.popleft()
        self._empty += 1
        if self._told or self._empty > MAX_EMPTY_INPUTS:
            raise EOFError("input() has no more lines to read")
        return ""


class _StandardInput(io.TextIOBase):
    def __init__(self, streams: Streams) -> None:
        self._streams = streams

    def readable(self) -> bool:
        return True

    def readline(self, size: Any = -1, /) -> str:  # type: ignore[override]
        try:
            return self._streams.read_line() + "\n"
        except EOFError:
            return ""


def silence(shell: Any) -> Streams:
    """Redirect standard streams, displays, input() and the event loop of this process; gives the new streams."""
    from IPython.core.displaypub import CapturingDisplayPublisher

    # The parent's streams are sockets and pipes whose reading threads do not exist in a fork.
    null = os.open(os.devnull, os.O_RDWR)
    for descriptor in (0, 1, 2):
        os.dup2(null, descriptor)
    streams = Streams()
    for name, stream in PieceOutStream.made.items():
        stream.stand_in = getattr(streams, name, streams.stdout)
        stream.flush = stream.stand_in.flush
    sys.stdout = streams.stdout
    sys.stderr = streams.stderr
    sys.stdin = _StandardInput(streams)
    builtins.input = streams.read_line
    getpass.getpass = lambda prompt="", stream=None: streams.read_line(prompt)
    shell.display_pub = CapturingDisplayPublisher()
    # The kernel's own loop is the parent's: it must not seem to run here, or asyncio.run() would refuse.
    asyncio._set_running_loop(None)
    asyncio.set_event_loop(asyncio.new_event_loop())
    return streams
