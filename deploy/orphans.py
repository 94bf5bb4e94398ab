"""What a killed program leaves behind: a hub ended by SIGKILL leaves its service, and with it the service's port."""

import contextlib
import ctypes
import os
import signal
import time
from collections.abc import Collection
from pathlib import Path

_SET_CHILD_SUBREAPER = 36
"""PR_SET_CHILD_SUBREAPER, prctl(2): orphans among our descendants become our children."""


class Orphans:
    """From its making on, this process adopts what its children leave behind, and can end it."""

    def __init__(self) -> None:
        ctypes.CDLL(None).prctl(_SET_CHILD_SUBREAPER, 1)
        self._ours = set(_children())

    def end(self, living: Collection[int] = (), seconds: float = 5.0) -> None:
        """End all children but those that were there at the beginning and those in `living`."""
        deadline = time.monotonic() + seconds
        while adopted := set(_children()) - self._ours - set(living):
            number = signal.SIGTERM if time.monotonic() < deadline else signal.SIGKILL
            for pid in adopted:
                with contextlib.suppress(ProcessLookupError):
                    os.kill(pid, number)
                with contextlib.suppress(ChildProcessError):
                    os.waitpid(pid, os.WNOHANG)
            time.sleep(0.05)


def _children() -> list[int]:
    """Process ids of this process's children; proc(5)."""
    found = []
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            try:
                parent = int((entry / "stat").read_text().rpartition(")")[2].split()[1])
            except (OSError, ValueError):
                continue
            if parent == os.getpid():
                found.append(int(entry.name))
    return found
