import json
import os
import signal
from pathlib import Path
from typing import Any

import pytest

from deploy import gvisor
from deploy.errors import SetupError


class Client:
    """An engine that reads its runtimes when it is told to."""

    def __init__(self, configuration: Path) -> None:
        self.configuration = configuration
        self.runtimes = {"runc"}

    def info(self) -> dict[str, Any]:
        return {"Runtimes": {name: {} for name in self.runtimes}}

    def reload(self, pid: int, number: int) -> None:
        assert (pid, number) == (4711, signal.SIGHUP)
        self.runtimes |= set(json.loads(self.configuration.read_text())["runtimes"])


@pytest.fixture
def client(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, fake_program) -> Client:
    client = Client(tmp_path / "docker" / "daemon.json")
    fake_program("runsc")
    monkeypatch.setattr(os, "geteuid", lambda: 0)
    monkeypatch.setattr(os, "kill", client.reload)
    monkeypatch.setattr(gvisor, "RELOAD_SECONDS", 0.2)
    monkeypatch.setattr(gvisor, "PID_FILE", tmp_path / "docker.pid")
    (tmp_path / "docker.pid").write_text("4711")
    return client


def set_up(client: Client, tmp_path: Path) -> None:
    gvisor.set_up(client, tmp_path / "log", configuration=client.configuration)  # type: ignore[arg-type]


def test_the_engine_learns_of_runsc_and_keeps_what_was_configured(client: Client, tmp_path: Path) -> None:
    client.configuration.parent.mkdir()
    client.configuration.write_text('{"mtu": 1400, "runtimes": {"kata": {"path": "/usr/bin/kata"}}}')
    set_up(client, tmp_path)
    written = json.loads(client.configuration.read_text())
    assert written["mtu"] == 1400 and set(written["runtimes"]) == {"kata", "runsc"}
    assert written["runtimes"]["runsc"]["runtimeArgs"] == ["--platform=ptrace", "--network=none"]
    assert Path(written["runtimes"]["runsc"]["path"]).name == "runsc"


def test_the_file_is_made_when_there_is_none(client: Client, tmp_path: Path) -> None:
    set_up(client, tmp_path)
    assert set(json.loads(client.configuration.read_text())) == {"runtimes"}


def test_an_engine_that_knows_it_is_left_alone(client: Client, tmp_path: Path) -> None:
    client.runtimes.add("runsc")
    set_up(client, tmp_path)
    assert not client.configuration.exists()


@pytest.mark.parametrize("text", ["{", "[]", '{"runtimes": 3}'])
def test_a_broken_configuration_is_not_overwritten(client: Client, tmp_path: Path, text: str) -> None:
    client.configuration.parent.mkdir()
    client.configuration.write_text(text)
    with pytest.raises(SetupError, match=r"daemon\.json is not the JSON that Docker reads"):
        set_up(client, tmp_path)
    assert client.configuration.read_text() == text


def test_an_ordinary_user_is_told_who_can(client: Client, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "geteuid", lambda: 1000)
    with pytest.raises(SetupError, match=r"run `python -m deploy\.gvisor` as root"):
        set_up(client, tmp_path)


def test_without_the_package_and_apt_it_cannot_be_had(
    client: Client, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", "/nonexistent")
    with pytest.raises(SetupError, match="runsc is not installed"):
        set_up(client, tmp_path)


def test_an_engine_that_does_not_take_it_is_told(
    client: Client, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(os, "kill", lambda pid, number: None)
    with pytest.raises(SetupError, match="the Docker engine did not take runsc"):
        set_up(client, tmp_path)
    (tmp_path / "docker.pid").unlink()
    with pytest.raises(SetupError, match="the Docker engine's process was not found"):
        set_up(client, tmp_path)
