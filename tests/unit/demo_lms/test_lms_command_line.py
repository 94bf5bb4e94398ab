"""The program as it is started from a shell, and what it is made of."""

import ast
import os
import signal
import socket
import subprocess
import sys
import urllib.request
from pathlib import Path

import pytest

import deploy.demo_lms
from deploy.demo_lms import Config, ConfigError

PACKAGE = Path(deploy.demo_lms.__file__).parent
ROOT = PACKAGE.parents[1]
COMMAND = [sys.executable, "-m", "deploy.demo_lms"]


@pytest.fixture
def secret_file(tmp_path: Path) -> Path:
    path = tmp_path / "secret"
    path.write_text("shared\n")
    return path


def arguments(tmp_path: Path, secret_file: Path, port: int, *more: str) -> list[str]:
    data = str(tmp_path / "data")
    secret = str(secret_file)
    return [*COMMAND, "--port", str(port), "--data", data, "--key", "k", "--secret-file", secret, *more]


def run(command: list[str]) -> subprocess.CompletedProcess[str]:
    return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=60)


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_starts_on_a_free_port_and_stops_cleanly(tmp_path: Path, secret_file: Path, number: signal.Signals) -> None:
    with subprocess.Popen(
        arguments(tmp_path, secret_file, 0), cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout is not None and process.stderr is not None
        try:
            line = process.stdout.readline()
            assert line.startswith("demo LMS ready at http://127.0.0.1:")
            url = line.split()[-1]
            assert not url.endswith(":0")
            opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
            with opener.open(f"{url}/health") as response:
                assert response.status == 200
        finally:
            process.send_signal(number)
        assert (process.wait(timeout=60), process.stdout.read(), process.stderr.read()) == (0, "", "")
    mode = (tmp_path / "data" / "demo_lms.sqlite").stat().st_mode
    assert mode & 0o077 == 0


def test_port_in_use_is_one_sentence(tmp_path: Path, secret_file: Path) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        done = run(arguments(tmp_path, secret_file, port))
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr == f"Port {port} on 127.0.0.1 is in use; choose another one with --port.\n"


@pytest.mark.parametrize(
    ("more", "expected"),
    [
        (["--tool-url", "ftp://example.org/"], "The tool URL must be an http or https URL."),
        (["--public-url", "http://example.org/lms"], "The public URL must be a scheme, a host and a port only."),
        (["--port", "70000"], "The port must lie between 0 and 65535."),
        (["--key", ""], "The consumer key and the secret must not be empty."),
        (["--secret-file", "missing-file"], "The secret file missing-file cannot be read: No such file or directory."),
        (["--secret-file", os.devnull], f"The secret file {os.devnull} must hold one line of text."),
        (["--data", "README.md"], "The data directory README.md cannot be used: File exists."),
        (["--bind", "192.0.2.7"], "Cannot listen on 192.0.2.7, port 0: Cannot assign requested address."),
    ],
)
def test_unusable_settings_are_one_sentence(tmp_path: Path, secret_file: Path, more: list[str], expected: str) -> None:
    done = run(arguments(tmp_path, secret_file, 0, *more))
    assert (done.returncode, done.stdout, done.stderr) == (1, "", expected + "\n")


def test_broken_data_file_is_one_sentence(tmp_path: Path, secret_file: Path) -> None:
    (tmp_path / "data").mkdir()
    (tmp_path / "data" / "demo_lms.sqlite").write_text("this is not a database" * 100)
    done = run(arguments(tmp_path, secret_file, 0))
    assert (done.returncode, done.stderr.count("\n")) == (1, 1)
    assert "cannot be used" in done.stderr


def test_help() -> None:
    done = run([*COMMAND, "--help"])
    assert done.returncode == 0
    for option in ("--bind", "--port", "--data", "--tool-url", "--key", "--secret-file", "--public-url"):
        assert option in done.stdout


@pytest.mark.parametrize(
    ("bind", "port", "public_url", "expected"),
    [
        ("127.0.0.1", 8010, "", "http://127.0.0.1:8010"),
        ("0.0.0.0", 8010, "", "http://127.0.0.1:8010"),
        ("::1", 8010, "", "http://[::1]:8010"),
        ("0.0.0.0", 8010, "https://lms.example.org/", "https://lms.example.org"),
    ],
)
def test_public_address(tmp_path: Path, bind: str, port: int, public_url: str, expected: str) -> None:
    config = Config("http://t.example.org/l", "k", "hidden", tmp_path, bind=bind, port=port, public_url=public_url)
    assert config.base_url == expected
    assert "hidden" not in repr(config)


@pytest.mark.parametrize(
    "url", ["", "http://", "javascript:alert(1)", "http://a;b/", "http://u:p@a/", "http://a:x/", "http://a/#b"]
)
def test_tool_urls_that_cannot_work(tmp_path: Path, url: str) -> None:
    with pytest.raises(ConfigError):
        Config(url, "k", "s", tmp_path)


def test_it_shares_no_code_with_the_tool() -> None:
    imported = set()
    for path in PACKAGE.glob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Import):
                imported |= {name.name for name in node.names}
            elif isinstance(node, ast.ImportFrom):
                assert node.level == 0 and node.module is not None
                imported.add(node.module)
    foreign = {name for name in imported if name.partition(".")[0] not in sys.stdlib_module_names}
    assert "tornado.web" in foreign
    own = ("tornado.", "deploy.demo_lms", "joserfc")
    assert {name for name in foreign if not name.startswith(own)} == {"deploy"} & foreign
    tool = [path.read_text(encoding="utf-8") for path in (PACKAGE.parents[1] / "openjupyter_service").rglob("*.py")]
    assert any("import jwt" in text for text in tool) and not any("joserfc" in text for text in tool)
