from pathlib import Path

import pytest

from deploy import apt
from deploy.commands import run
from deploy.errors import SetupError


def test_output_is_returned_and_logged(tmp_path: Path) -> None:
    log = tmp_path / "logs/tool.log"
    assert run(["sh", "-c", "echo one; echo two >&2; echo $WORD"], "trying", log, env={"WORD": "three"}).split() == [
        "one",
        "two",
        "three",
    ]
    assert "$ sh -c" in log.read_text() and "three" in log.read_text()


def test_a_failure_names_its_cause_and_the_log(tmp_path: Path) -> None:
    script = r"printf '\033[91mERROR: No matching distribution\033[0m\n'; echo 'some advice'; exit 3"
    with pytest.raises(SetupError, match=r"^installing x failed: ERROR: No matching distribution \(.*tool\.log\)$"):
        run(["sh", "-c", script], "installing x", tmp_path / "tool.log")


@pytest.mark.parametrize(
    "output",
    [
        "E: Failed to fetch http://mirror/x  Temporary failure resolving 'mirror'",
        "npm error code ENOTFOUND",
        "NewConnectionError('<pip._vendor.urllib3...>: Failed to establish a new connection: [Errno -2] Name unknown')",
        "dial tcp: lookup registry on 1.2.3.4:53: no such host",
    ],
)
def test_a_missing_network_is_recognised(output: str, tmp_path: Path) -> None:
    with pytest.raises(SetupError, match="the network could not be reached"):
        run(["sh", "-c", 'echo "$1"; exit 1', "-", output], "installing x", tmp_path / "tool.log")


def test_a_missing_program_is_one_sentence(tmp_path: Path) -> None:
    with pytest.raises(SetupError, match="no-such-program cannot be run"):
        run(["no-such-program"], "trying", tmp_path / "tool.log")


def test_apt_asks_nothing(fake_program, tmp_path: Path) -> None:
    calls = fake_program("apt-get", f"echo $DEBIAN_FRONTEND >> {tmp_path}/frontend")
    apt.install("docker.io", "iptables", log=tmp_path / "apt.log")
    assert calls.read_text().splitlines() == [
        "update -q",
        "install -q -y --no-install-recommends docker.io iptables",
    ]
    assert set((tmp_path / "frontend").read_text().split()) == {"noninteractive"}
