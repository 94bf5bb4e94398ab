"""Deploy keys and host keys with a real SSH server on this machine, where one is installed."""

import getpass
import os
import shutil
import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from pydantic import SecretStr

from openjupyter_service.courses import Half
from openjupyter_service.errors import RemoteError
from openjupyter_service.exercises.credentials import Credential
from openjupyter_service.exercises.places import CoursePlaces, known_hosts
from openjupyter_service.exercises.remote import fetch
from tests.unit.exercises.repositories import Upstream

SSHD = shutil.which("sshd", path=f"{os.environ['PATH']}:/usr/sbin:/usr/local/sbin")

pytestmark = pytest.mark.skipif(SSHD is None, reason="sshd is not installed")


def new_key(path: Path) -> str:
    subprocess.run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-C", "", "-f", str(path)], check=True)
    return path.read_text()


@contextmanager
def ssh_server(folder: Path, authorized: Path, port: int = 0) -> Iterator[int]:
    """An SSH server with a new host key; gives its port."""
    folder.mkdir()
    new_key(folder / "host")
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        probe.bind(("127.0.0.1", port))
        port = probe.getsockname()[1]
    options = {
        "ListenAddress": "127.0.0.1",
        "Port": port,
        "HostKey": folder / "host",
        "PidFile": "none",
        "AuthorizedKeysFile": authorized,
        "StrictModes": "no",
        "UsePAM": "no",
        "PasswordAuthentication": "no",
        "KbdInteractiveAuthentication": "no",
    }
    assert SSHD is not None
    words = [f"-o{name}={value}" for name, value in options.items()]
    process = subprocess.Popen([SSHD, "-D", "-e", "-f", "/dev/null", *words], stderr=subprocess.DEVNULL)
    try:
        for _ in range(200):
            assert process.poll() is None, "sshd has ended"
            with socket.socket() as probe:
                if probe.connect_ex(("127.0.0.1", port)) == 0:
                    break
            time.sleep(0.05)
        yield port
    finally:
        process.terminate()
        process.wait()


def test_a_deploy_key_opens_and_a_changed_host_key_closes(tmp_path: Path) -> None:
    upstream = Upstream(tmp_path / "hosted.git")
    commit = upstream.commit({"a.txt": "1"})
    mirror = CoursePlaces(tmp_path / "data", "python").private_mirror
    key = new_key(tmp_path / "deploy")
    credential = Credential(deploy_key=SecretStr(key))
    authorized = tmp_path / "deploy.pub"

    def words(credential: Credential) -> str:
        with pytest.raises(RemoteError) as caught:
            fetch(half, mirror, credential)
        return str(caught.value)

    with ssh_server(tmp_path / "first", authorized) as port:
        half = Half(url=f"ssh://{getpass.getuser()}@127.0.0.1:{port}{upstream.path}")
        assert fetch(half, mirror, credential) == commit
        assert f"[127.0.0.1]:{port} ssh-ed25519" in known_hosts(mirror).read_text()
        other = Credential(deploy_key=SecretStr(new_key(tmp_path / "other")))
        assert "add the course's deploy key" in words(other)
        assert "cannot be read" in words(Credential(deploy_key=SecretStr("no key at all")))
        missing = half.model_copy(update={"url": half.url + "x"})
        with pytest.raises(RemoteError, match="no such repository"):
            fetch(missing, mirror, credential)
    assert "cannot be reached" in words(credential)
    with ssh_server(tmp_path / "second", authorized, port):
        assert "another SSH key" in words(credential)
        known_hosts(mirror).unlink()
        assert fetch(half, mirror, credential) == commit
