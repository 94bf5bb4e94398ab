import fcntl
import os
import subprocess
import sys
import time
from pathlib import Path

import pytest
from docker.errors import DockerException

from deploy import engine
from deploy.engine import connect, open_engine
from deploy.errors import SetupError


class Client:
    """What closing an engine asks of it."""

    def __init__(self, containers: int = 0) -> None:
        self.containers = self
        self.count = containers

    def list(self) -> list[int]:
        return list(range(self.count))

    def close(self) -> None:
        pass


@pytest.fixture
def no_engine(monkeypatch: pytest.MonkeyPatch) -> None:
    """No engine answers, no program of the machine's own is found, and there is no systemd."""
    monkeypatch.setattr(engine, "connect", lambda: None)
    monkeypatch.setattr(engine, "_SYSTEM_FOLDERS", "")
    monkeypatch.setattr(engine, "_has_systemd", lambda: False)
    monkeypatch.setenv("PATH", "/nonexistent")


def answer_when(monkeypatch: pytest.MonkeyPatch, sign: Path) -> None:
    """An engine answers as soon as this file exists."""
    monkeypatch.setattr(engine, "connect", lambda: Client() if sign.exists() else None)


def test_a_running_engine_is_used(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    client = Client()
    monkeypatch.setattr(engine, "connect", lambda: client)
    found = open_engine(tmp_path)
    assert found.client is client
    assert found.close() is None


def test_an_ordinary_user_is_told_what_to_install(tmp_path: Path, no_engine, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "geteuid", lambda: 1000)
    with pytest.raises(SetupError, match=r"^there is no Docker engine; install and start one .*docker\.io iptables"):
        open_engine(tmp_path)


def test_an_ordinary_user_is_told_to_start_it(
    tmp_path: Path, no_engine, fake_program, monkeypatch: pytest.MonkeyPatch
) -> None:
    fake_program("dockerd")
    monkeypatch.setattr(os, "geteuid", lambda: 1000)
    with pytest.raises(SetupError, match="installed but not running; start it"):
        open_engine(tmp_path)


def test_no_permission_has_its_own_sentence(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse() -> None:
        raise DockerException(
            "Error while fetching server API version: ('Connection aborted.', PermissionError(13, 'Permission denied'))"
        )

    monkeypatch.setattr(engine.docker, "from_env", refuse)
    with pytest.raises(SetupError, match="your user may not use Docker: add it to the docker group"):
        connect()


def test_a_named_engine_that_is_silent_is_not_replaced(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DOCKER_HOST", f"unix://{tmp_path}/no.sock")
    with pytest.raises(SetupError, match=r"DOCKER_HOST names the engine unix://.*no\.sock, which does not answer"):
        open_engine(tmp_path / "home")


def test_root_installs_what_is_missing_and_starts_it(
    tmp_path: Path, no_engine, fake_program, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(os, "geteuid", lambda: 0)
    sign = tmp_path / "answers"
    answer_when(monkeypatch, sign)
    calls = fake_program("apt-get", 'if [ "$1" = install ]; then cp "$0.daemon" "${0%/*}/dockerd"; fi')
    daemon = tmp_path / "bin/apt-get.daemon"
    daemon.write_text(f"#!/bin/sh\ntouch {sign}\nexec sleep 60\n")
    daemon.chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path}/bin:/usr/bin:/bin")
    monkeypatch.setattr(engine, "_PROGRAMS", {"docker.io": "dockerd", "iptables": "no-such-iptables"})
    # `sleep` is what the fake daemon becomes.
    monkeypatch.setattr(engine, "_DAEMON", b"sleep")

    started = open_engine(tmp_path / "home")
    assert calls.read_text().splitlines()[1] == "install -q -y --no-install-recommends docker.io iptables"
    pid = int((tmp_path / "home/started-here").read_text())
    assert Path(f"/proc/{pid}").exists()
    assert started.close() is None
    assert not Path(f"/proc/{pid}").exists()
    assert not (tmp_path / "home/started-here").exists()


def test_systemd_starts_and_stops_it_where_there_is_systemd(
    tmp_path: Path, no_engine, fake_program, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(os, "geteuid", lambda: 0)
    monkeypatch.setattr(engine, "_has_systemd", lambda: True)
    sign = tmp_path / "answers"
    answer_when(monkeypatch, sign)
    for name in ("dockerd", "iptables"):
        fake_program(name)
    calls = fake_program("systemctl", f"touch {sign}")
    started = open_engine(tmp_path / "home")
    assert started.close() is None
    assert calls.read_text().splitlines() == ["start docker", "stop docker.socket docker.service"]


def test_a_daemon_that_ends_at_once_is_reported(
    tmp_path: Path, no_engine, fake_program, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(os, "geteuid", lambda: 0)
    fake_program("iptables")
    fake_program("dockerd", "echo 'failed to start daemon: Devices cgroup is not mounted'; exit 1")
    with pytest.raises(SetupError, match="the Docker engine did not start: failed to start daemon: Devices cgroup"):
        open_engine(tmp_path / "home")
    assert not (tmp_path / "home/started-here").exists()


@pytest.fixture
def daemon(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    """A process that passes for a daemon started by an earlier run, which answers with no containers."""
    process = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(60)", "dockerd"])
    while b"dockerd" not in Path(f"/proc/{process.pid}/cmdline").read_bytes():
        time.sleep(0.01)
    (tmp_path / "started-here").write_text(str(process.pid))
    client = Client()
    monkeypatch.setattr(engine, "connect", lambda: client)
    yield process, client
    process.kill()
    process.wait()


def test_a_daemon_of_an_earlier_start_is_stopped_too(tmp_path: Path, daemon) -> None:
    process, _ = daemon
    assert open_engine(tmp_path).close() is None
    deadline = time.monotonic() + 10
    while Path(f"/proc/{process.pid}").exists() and time.monotonic() < deadline:
        time.sleep(0.02)
    assert not Path(f"/proc/{process.pid}").exists()


def test_a_daemon_with_other_containers_stays(tmp_path: Path, daemon) -> None:
    process, client = daemon
    client.count = 1
    assert "other containers are running" in str(open_engine(tmp_path).close())
    assert process.poll() is None


def test_a_daemon_that_somebody_else_uses_stays(tmp_path: Path, daemon) -> None:
    process, _ = daemon
    with (tmp_path / "users.lock").open("w") as other:
        fcntl.flock(other, fcntl.LOCK_SH)
        assert "another program of this project uses" in str(open_engine(tmp_path).close())
    assert process.poll() is None


def test_a_daemon_that_was_there_before_is_left_alone(tmp_path: Path, daemon) -> None:
    process, _ = daemon
    # The number now belongs to a process that is no daemon.
    (tmp_path / "started-here").write_text(str(os.getpid()))
    assert open_engine(tmp_path).close() is None
    assert process.poll() is None
