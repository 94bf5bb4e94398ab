import signal
import sys
import time
from pathlib import Path

import pytest

from deploy import processes
from deploy.errors import SetupError
from deploy.orphans import Orphans
from deploy.processes import Child


def python(code: str, tmp_path: Path, **options) -> Child:
    return Child("the program", [sys.executable, "-c", code], tmp_path / "logs/program.log", **options)


def wait_for(condition, seconds: float = 10) -> None:
    deadline = time.monotonic() + seconds
    while not condition() and time.monotonic() < deadline:
        time.sleep(0.02)
    assert condition()


@pytest.fixture
def sleeper(tmp_path: Path):
    child = python("import time; print('up', flush=True); time.sleep(60)", tmp_path)
    child.start()
    yield child
    child.stop()


def test_output_goes_to_the_log(sleeper: Child) -> None:
    wait_for(lambda: "up" in sleeper.log.read_text())
    assert sleeper.running and sleeper.pid


def test_stop_ends_it(sleeper: Child) -> None:
    sleeper.stop()
    assert not sleeper.running and sleeper.pid is None
    sleeper.stop()


def test_one_that_does_not_listen_is_killed_with_what_it_started(tmp_path: Path) -> None:
    pid_file = tmp_path / "pid"
    child = python(
        "import signal, subprocess, sys, time\n"
        "signal.signal(signal.SIGTERM, signal.SIG_IGN)\n"
        "helper = subprocess.Popen([sys.executable, '-c', 'import time; time.sleep(60)'])\n"
        f"open({str(pid_file)!r}, 'w').write(str(helper.pid))\n"
        "time.sleep(60)",
        tmp_path,
    )
    child.start()
    wait_for(lambda: pid_file.exists() and pid_file.read_text() != "")
    child.stop(seconds=0.2)
    assert not child.running
    helper = Path(f"/proc/{pid_file.read_text()}/cmdline")
    wait_for(lambda: not helper.exists() or helper.read_bytes() == b"")


def test_an_unexpected_end_is_told_and_mended(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(processes, "FIRST_PAUSE", 0.01)
    child = python("import time; time.sleep(60)", tmp_path, _pause=0.01)
    child.start()
    lines: list[str] = []
    before = []
    child.tend(lines.append)
    assert lines == []
    assert child._process is not None
    child._process.send_signal(signal.SIGKILL)
    child._process.wait()
    child.tend(lines.append, lambda: before.append(child.running))
    assert "ended unexpectedly (exit code -9)" in lines[0] and str(child.log) in lines[0]
    time.sleep(0.1)
    child.tend(lines.append, lambda: before.append(child.running))
    assert "was started again" in lines[1]
    assert before == [False] and child.running
    child.stop()


def test_pauses_grow(tmp_path: Path) -> None:
    child = python("raise SystemExit(3)", tmp_path, _pause=0.005)
    pauses = []
    for _ in range(3):
        child.start()
        wait_for(lambda: not child.running)
        child.tend(lambda line: None)
        pauses.append(child._pause)
    assert pauses == [0.01, 0.02, 0.04]


def test_waiting_shows_the_end_of_the_log(tmp_path: Path) -> None:
    child = python("print('no database'); raise SystemExit(1)", tmp_path)
    child.start()
    with pytest.raises(
        SetupError, match=r"(?s)the program ended while starting; .*program\.log ends with:\nno database"
    ):
        child.wait_until_answering("http://127.0.0.1:9/", seconds=10)


def test_silence_has_an_end(sleeper: Child) -> None:
    with pytest.raises(SetupError, match=r"does not answer at http://127\.0\.0\.1:9/"):
        sleeper.wait_until_answering("http://127.0.0.1:9/", seconds=0.3)


def test_orphans_are_adopted_and_ended(tmp_path: Path, sleeper: Child) -> None:
    code = (
        "import os, sys\n"
        "sys.path.insert(0, sys.argv[1])\n"
        "import subprocess, time\n"
        "from pathlib import Path\n"
        "from deploy.orphans import Orphans\n"
        "ours = subprocess.Popen(['sleep', '60'])\n"
        "orphans = Orphans()\n"
        "parent = subprocess.Popen(['sh', '-c', 'sleep 61 & echo $!'], stdout=subprocess.PIPE, text=True)\n"
        "left = parent.stdout.readline().strip()\n"
        "parent.wait()\n"
        "orphans.end()\n"
        "print(Path(f'/proc/{left}').exists(), ours.poll())\n"
        "ours.kill()\n"
        "ours.wait()\n"
    )
    project = str(Path(processes.__file__).parent.parent)
    child = Child("orphans", [sys.executable, "-c", code, project], tmp_path / "orphans.log")
    child.start()
    wait_for(lambda: not child.running)
    assert (tmp_path / "orphans.log").read_text() == "False None\n"
    assert Orphans.__doc__
