"""Cut a forked kernel off from its parent's channels: what it prints or displays must not reach the notebook."""

import builtins
import io
import os
import sys
from typing import Any

MAX_PRINTED = 1_000_000


class Printed(io.TextIOBase):
    """A text stream that keeps the first characters written to it, up to MAX_PRINTED."""

    def __init__(self) -> None:
        self._parts: list[str] = []
        self._left = MAX_PRINTED

    def writable(self) -> bool:
        """Yes."""
        return True

    def write(self, text: str) -> int:
        """Keep what still fits; the rest is dropped silently, as a terminal scrolls away."""
        if self._left > 0:
            self._parts.append(text[: self._left])
            self._left -= len(text)
        return len(text)

    def text(self) -> str:
        """All that was kept."""
        return "".join(self._parts)


def silence(shell: Any) -> Printed:
    """Redirect standard streams, displays and input() of this process; gives the new standard output."""
    from IPython.core.displaypub import CapturingDisplayPublisher

    # The parent's streams are sockets and pipes whose reading threads do not exist in a fork.
    null = os.open(os.devnull, os.O_RDWR)
    for descriptor in (0, 1, 2):
        os.dup2(null, descriptor)
    printed = Printed()
    sys.stdout = printed
    sys.stderr = Printed()
    sys.stdin = io.StringIO("")
    builtins.input = _no_input
    shell.display_pub = CapturingDisplayPublisher()
    return printed


def _no_input(prompt: object = "", /) -> str:
    raise EOFError("input() has nobody to ask while tests run")
