import subprocess
from pathlib import Path

import pytest

from deploy import node
from deploy.errors import SetupError
from deploy.node import find_node, proxy_command

BIN = "node_modules/configurable-http-proxy/bin"
INSTALL = f"mkdir -p {BIN} && touch {BIN}/configurable-http-proxy"


@pytest.fixture
def no_wheel(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(node.importlib.util, "find_spec", lambda name: None)


def test_the_machines_own_node_is_used_when_new_enough(fake_program, tmp_path: Path) -> None:
    fake_program("node", "echo v20.1.0")
    calls = fake_program("npm", INSTALL)
    command = proxy_command(tmp_path / "home")
    program = tmp_path / "home/node_modules/configurable-http-proxy/bin/configurable-http-proxy"
    assert command == [str(tmp_path / "bin/node"), str(program)]
    assert calls.read_text().split()[0] == "ci"


def test_a_proxy_that_is_there_is_not_installed_again(fake_program, tmp_path: Path) -> None:
    fake_program("node", "echo v22.1.0")
    calls = fake_program("npm", INSTALL)
    assert proxy_command(tmp_path / "home") == proxy_command(tmp_path / "home")
    assert len(calls.read_text().splitlines()) == 1
    (tmp_path / "home/installed").write_text("another lock file's hash")
    proxy_command(tmp_path / "home")
    assert len(calls.read_text().splitlines()) == 2


def test_an_old_node_is_not_used(fake_program, no_wheel) -> None:
    fake_program("node", "echo v18.19.0")
    fake_program("npm")
    assert find_node() is None


def test_node_comes_from_the_package_index_otherwise(
    fake_program, no_wheel, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    fake_program("node", "echo v18.19.0")
    fake_program("npm")
    commands = []
    monkeypatch.setattr(node, "run", lambda command, *rest, **named: commands.append(command))
    with pytest.raises(SetupError, match="install Node 20 or newer"):
        proxy_command(tmp_path / "home")
    assert commands[0][1:] == ["-m", "pip", "install", node.NODE_WHEEL]


def test_no_network_is_one_sentence(fake_program, tmp_path: Path) -> None:
    fake_program("node", "echo v22.1.0")
    fake_program("npm", "echo 'npm error code EAI_AGAIN'; exit 1")
    with pytest.raises(SetupError, match=r"installing configurable-http-proxy failed because the network .*npm\.log"):
        proxy_command(tmp_path / "home")
    assert not (tmp_path / "home/installed").exists()


def test_the_lock_names_no_registry() -> None:
    lock = (node.MANIFESTS / "package-lock.json").read_text()
    assert '"resolved"' not in lock and "://registry" not in lock
    assert '"integrity"' in lock


def test_git_has_the_manifests() -> None:
    listed = subprocess.run(
        ["git", "ls-files", "deploy/proxy"],
        cwd=node.MANIFESTS.parent.parent,
        capture_output=True,
        text=True,
        check=False,
    )
    if listed.returncode:
        pytest.skip("not a Git checkout")
    assert listed.stdout.split() == ["deploy/proxy/package-lock.json", "deploy/proxy/package.json"]
