"""A managed service ends with the hub that started it, also when the hub is killed and cannot tell it to."""

import ctypes
import os
import signal
import sys
import threading
import time

GRACE_SECONDS = 5.0
"""From being told to end, to the end. The next hub's service waits longer than that for the port."""

_PR_SET_PDEATHSIG = 1  # prctl(2)
_CHECK_SECONDS = 1.0


def exit_with_parent(grace_seconds: float = GRACE_SECONDS) -> None:
    """Send this process SIGTERM when its parent dies, and end it when it has not ended `grace_seconds` later.

    Call it once, early, in the main thread of a process that its parent started from its own main thread.
    """
    parent = os.getppid()
    if sys.platform == "linux":
        # At once where the kernel can tell; the thread below is for the rest.
        ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGTERM)
    threading.Thread(target=_watch, args=(parent, grace_seconds), name="parent", daemon=True).start()


def _watch(parent: int, grace_seconds: float) -> None:
    while os.getppid() == parent:
        time.sleep(_CHECK_SECONDS)
    os.kill(os.getpid(), signal.SIGTERM)
    time.sleep(grace_seconds)
    os._exit(1)
