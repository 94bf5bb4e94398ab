import os
import signal
import subprocess
import sys
import time

import pytest

_CHILD = """
import signal, sys, time
from openjupyter_service.parent import exit_with_parent
if sys.argv[1] == "deaf":
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
exit_with_parent(grace_seconds=0.1)
print("ready", flush=True)
time.sleep(600)
"""

_PARENT = """
import subprocess, sys, time
child = subprocess.Popen([sys.executable, "-c", sys.argv[1], sys.argv[2]], start_new_session=True)
print(child.pid, flush=True)
time.sleep(600)
"""


def _alive(pid: int) -> bool:
    """Not even a zombie, which nobody may be there to reap."""
    try:
        with open(f"/proc/{pid}/stat") as file:
            return file.read().rpartition(")")[2].split()[0] != "Z"
    except FileNotFoundError:
        return False


@pytest.mark.skipif(sys.platform != "linux", reason="looks into /proc")
@pytest.mark.parametrize("manners", ["polite", "deaf"])
def test_a_child_does_not_outlive_a_killed_parent(manners: str) -> None:
    parent = subprocess.Popen([sys.executable, "-c", _PARENT, _CHILD, manners], stdout=subprocess.PIPE, text=True)
    assert parent.stdout
    with parent.stdout:
        lines = {parent.stdout.readline().strip(), parent.stdout.readline().strip()}
        (pid,) = (int(line) for line in lines if line != "ready")
        assert "ready" in lines and _alive(pid)
        parent.kill()
        parent.wait()
    try:
        while _alive(pid):
            time.sleep(0.05)
    finally:
        if _alive(pid):
            os.kill(pid, signal.SIGKILL)
