import os
import subprocess
import sys
import time
from pathlib import Path
from types import SimpleNamespace

import pytest

from openjupyter_service.hub.proxy import OpenJupyterProxy

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="looks into /proc")


@pytest.fixture
def proxy(tmp_path: Path) -> OpenJupyterProxy:
    return OpenJupyterProxy(
        api_url="http://127.0.0.1:18012",
        auth_token="token",
        pid_file=str(tmp_path / "proxy.pid"),
        app=SimpleNamespace(internal_ssl=False),
        public_url="http://127.0.0.1:18000",
    )


def process(*arguments: str) -> "subprocess.Popen[bytes]":
    started = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(600)", *arguments])
    while arguments and arguments[0].encode() not in Path(f"/proc/{started.pid}/cmdline").read_bytes():
        time.sleep(0.01)
    return started


def test_a_proxy_that_a_killed_hub_left_is_ended(proxy: OpenJupyterProxy) -> None:
    left = process("--api-ip", "127.0.0.1", "--api-port", "18012")
    Path(proxy.pid_file).write_text(str(left.pid))
    # This test is its parent and does not reap it: it stays as a zombie, which counts as gone.
    proxy._check_previous_process()
    assert left.wait() != 0
    assert not Path(proxy.pid_file).exists()


@pytest.mark.parametrize("arguments", [(), ("--api-port", "18013")])
def test_another_process_that_has_got_the_number_lives_on(proxy: OpenJupyterProxy, arguments: tuple[str, ...]) -> None:
    other = process(*arguments)
    Path(proxy.pid_file).write_text(str(other.pid))
    proxy._check_previous_process()
    assert other.poll() is None
    assert not Path(proxy.pid_file).exists()
    other.kill()
    other.wait()


def test_a_number_that_is_the_hubs_own_does_not_end_the_hub(proxy: OpenJupyterProxy) -> None:
    Path(proxy.pid_file).write_text(str(os.getpid()))
    proxy._check_previous_process()
    assert not Path(proxy.pid_file).exists()


def test_a_number_of_nobody_is_forgotten(proxy: OpenJupyterProxy) -> None:
    gone = process()
    gone.kill()
    gone.wait()
    Path(proxy.pid_file).write_text(str(gone.pid))
    proxy._check_previous_process()
    assert not Path(proxy.pid_file).exists()
