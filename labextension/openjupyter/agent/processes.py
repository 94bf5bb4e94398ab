"""What learner code has started: every process below the zygote, by the system's own account."""

import contextlib
import os
import signal
import time
from collections import defaultdict
from pathlib import Path

Process = tuple[int, str]
"""Process id, and the moment it started (in clock ticks), since ids are used again."""

KILL_SECONDS = 5.0
_PROC = Path("/proc")


def below(root: int) -> set[Process]:
    """All processes that descend from `root` and run; orphans fall to it, so that no daemon escapes."""
    children: defaultdict[int, list[tuple[Process, bool]]] = defaultdict(list)
    for entry in os.scandir(_PROC):
        if not entry.name.isdigit():
            continue
        with contextlib.suppress(OSError, IndexError, ValueError):
            # The name in parentheses may hold anything, spaces and parentheses included.
            fields = Path(entry.path, "stat").read_text(errors="replace").rpartition(")")[2].split()
            # A zombie with threads is one whose first thread alone has ended.
            runs = fields[0] != "Z" or int(fields[17]) > 1
            children[int(fields[1])].append(((int(entry.name), fields[19]), runs))
    found: set[Process] = set()
    seen: set[int] = set()
    waiting = [root]
    while waiting:
        for process, runs in children.get(waiting.pop(), ()):
            if process[0] not in seen:
                seen.add(process[0])
                waiting.append(process[0])
                if runs:
                    found.add(process)
    return found


def kill_below(root: int, spared: set[Process]) -> bool:
    """Kill all that descends from `root` but `spared` and ourselves, as often as it takes; False if some is left."""
    deadline = time.monotonic() + KILL_SECONDS
    while True:
        victims = {process for process in below(root) - spared if process[0] != os.getpid()}
        if not victims:
            return True
        if time.monotonic() > deadline:
            return False
        # Whoever is stopped first makes no more of its kind while the others are being killed.
        for number in (signal.SIGSTOP, signal.SIGKILL):
            for pid, _ in victims:
                with contextlib.suppress(ProcessLookupError, PermissionError):
                    os.kill(pid, number)
        os.sched_yield()


def memory_bytes(pid: int) -> tuple[int, int] | None:
    """Resident memory of a process now, and at its highest since it was forked; None where the system does not tell."""
    sizes: dict[str, int] = {}
    try:
        for line in (_PROC / str(pid) / "status").read_text().splitlines():
            if line.startswith(("VmRSS:", "VmHWM:")):
                sizes[line[:5]] = int(line.split()[1]) * 1024
        return sizes["VmRSS"], sizes["VmHWM"]
    except (OSError, KeyError, ValueError, IndexError):
        return None
