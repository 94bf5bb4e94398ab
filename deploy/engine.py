"""The Docker engine: the one that runs, else one that is installed and started here, and stopped again at the end."""

import contextlib
import fcntl
import os
import shutil
import signal
import subprocess
import time
from pathlib import Path
from typing import IO

import docker
import requests
from docker.errors import DockerException

from deploy import apt
from deploy.commands import run
from deploy.errors import SetupError
from deploy.steps import Say

START_SECONDS = 60
STOP_SECONDS = 30
_SYSTEMD = "systemd"
_DAEMON = b"dockerd"
_SYSTEM_FOLDERS = ":/usr/sbin:/sbin"
"""Where daemons are; not on every PATH."""
_PROGRAMS = {"docker.io": "dockerd", "iptables": "iptables"}
"""Debian package → the program it is needed for."""


class Engine:
    """A running Docker engine; closing it stops a daemon that was started here once nobody uses it any more."""

    def __init__(self, client: docker.DockerClient, home: Path, users: IO[str]) -> None:
        self.client = client
        self._record = _record(home)
        self._users = users

    def close(self) -> str | None:
        """Let go of the engine; gives a sentence if a daemon that was started here has to stay."""
        with self._users:
            daemon = _started_here(self._record)
            if daemon is None:
                return None
            try:
                fcntl.flock(self._users, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except OSError:
                return "another program of this project uses the Docker engine, so it stays"
            if self.client.containers.list():
                return "other containers are running, so the Docker engine stays"
            self.client.close()
            _stop_daemon(daemon)
            self._record.unlink(missing_ok=True)
            return None


def open_engine(home: Path, say: Say = lambda line: None) -> Engine:
    """Find, or install and start, a Docker engine.

    `home` is a folder for its log, the record of a daemon started here, and the lock that its users share.

    Raises:
        SetupError: there is no engine that may be used, and none can be started.
    """
    home.mkdir(parents=True, exist_ok=True)
    users = (home / "users.lock").open("w")
    fcntl.flock(users, fcntl.LOCK_SH)
    client = connect()
    if client is None:
        _check_may_start()
        missing = [package for package, program in _PROGRAMS.items() if not _which(program)]
        if missing:
            apt.install(*missing, log=home / "apt.log", say=say)
        # Installing the package starts the daemon on many machines.
        client = (connect() if missing else None) or _start_daemon(home, say)
    return Engine(client, home, users)


def connect() -> docker.DockerClient | None:
    """A client of the running engine, or None.

    Raises:
        SetupError: there is one, but we may not use it, or DOCKER_HOST names one that does not answer.
    """
    try:
        client = docker.from_env()
        client.ping()
        return client
    except (DockerException, requests.RequestException) as error:
        if "Permission denied" in str(error):
            raise SetupError(
                "your user may not use Docker: add it to the docker group (sudo usermod -aG docker $USER, then sign in"
                " again) or run this as root"
            ) from None
        if address := os.environ.get("DOCKER_HOST"):
            raise SetupError(
                f"DOCKER_HOST names the engine {address}, which does not answer; start it, or unset DOCKER_HOST"
            ) from None
        return None


def _check_may_start() -> None:
    if os.geteuid() == 0 and (_which("dockerd") or apt.can_install()):
        return
    if _which("dockerd"):
        raise SetupError(
            "Docker is installed but not running; start it (sudo systemctl start docker) or run this as root"
        )
    raise SetupError(
        "there is no Docker engine; install and start one (on Debian or Ubuntu: sudo apt install docker.io iptables),"
        " or run this as root on Debian or Ubuntu and it will be done for you"
    )


def _which(program: str) -> str | None:
    return shutil.which(program, path=_path())


def _path() -> str:
    return os.environ.get("PATH", os.defpath) + _SYSTEM_FOLDERS


def _has_systemd() -> bool:
    """Is systemd the init of this machine? sd_booted(3)."""
    return Path("/run/systemd/system").is_dir()


def _start_daemon(home: Path, say: Say) -> docker.DockerClient:
    say("starting the Docker engine")
    record, log = _record(home), home / "dockerd.log"
    process = None
    if _has_systemd():
        run(["systemctl", "start", "docker"], "starting the Docker engine", home / "systemctl.log")
        record.write_text(_SYSTEMD)
    else:
        # A session of its own: Ctrl-C must reach us first, so that containers end before their engine.
        with log.open("a") as output:
            process = subprocess.Popen(
                [_which("dockerd") or "dockerd"],
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=output,
                env={**os.environ, "PATH": _path()},
                start_new_session=True,
            )
        record.write_text(str(process.pid))
    deadline = time.monotonic() + START_SECONDS
    while time.monotonic() < deadline and (process is None or process.poll() is None):
        if client := connect():
            return client
        time.sleep(0.2)
    if process is None:
        raise SetupError("the Docker engine was started but does not answer; see journalctl -u docker")
    with contextlib.suppress(ProcessLookupError):
        process.kill()
    record.unlink(missing_ok=True)
    lines = log.read_text(errors="replace").splitlines() or ["it printed nothing"]
    raise SetupError(f"the Docker engine did not start: {lines[-1]} (its output is in {log})")


def _record(home: Path) -> Path:
    return home / "started-here"


def _started_here(record: Path) -> int | str | None:
    """The daemon that this project started: its process id, "systemd", or None. It may be from an earlier start."""
    try:
        text = record.read_text().strip()
    except FileNotFoundError:
        return None
    if text == _SYSTEMD:
        return text
    return int(text) if text.isdigit() and _runs_dockerd(int(text)) else None


def _runs_dockerd(pid: int) -> bool:
    try:
        return _DAEMON in Path(f"/proc/{pid}/cmdline").read_bytes()
    except OSError:
        return False


def _stop_daemon(daemon: int | str) -> None:
    if isinstance(daemon, str):
        subprocess.run(["systemctl", "stop", "docker.socket", "docker.service"], capture_output=True, check=False)
        return
    with contextlib.suppress(ProcessLookupError):
        os.kill(daemon, signal.SIGTERM)
    deadline = time.monotonic() + STOP_SECONDS
    while not _has_ended(daemon) and time.monotonic() < deadline:
        time.sleep(0.1)


def _has_ended(pid: int) -> bool:
    try:
        return os.waitpid(pid, os.WNOHANG)[0] == pid
    except ChildProcessError:  # an earlier start's
        return not _runs_dockerd(pid)
