"""Courses over HTTP with the real git on both sides: cloned and pulled with a token, never pushed to."""

import asyncio
import gzip
import os
from pathlib import Path

import pytest

from openjupyter_service.exercises.repository import head, publish
from openjupyter_service.web import git as module
from tests.unit.web.conftest import Client, refusal


async def git(folder: Path, *arguments: str) -> tuple[int, str]:
    """Exit code and all output of a git command run by a learner without any settings."""
    home = folder / "home"
    home.mkdir(exist_ok=True)
    process = await asyncio.create_subprocess_exec(
        "git",
        *arguments,
        cwd=folder,
        env={
            "PATH": os.environ["PATH"],
            "HOME": str(home),
            "GIT_CONFIG_NOSYSTEM": "1",
            "GIT_TERMINAL_PROMPT": "0",
            "GIT_ASKPASS": "true",
            "LC_ALL": "C",
            **{
                f"GIT_{role}_{what}": "learner@localhost"
                for role in ("AUTHOR", "COMMITTER")
                for what in ("NAME", "EMAIL")
            },
        },
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
    )
    output, _ = await asyncio.wait_for(process.communicate(), 30)
    assert process.returncode is not None
    return process.returncode, output.decode()


def address(client: Client, token: str | None, course: str = "python") -> str:
    user = f"git:{token}@" if token else ""
    return client.url.replace("http://", f"http://{user}") + f"git/{course}.git"


async def test_a_course_is_cloned_and_pulled(client: Client, tmp_path: Path) -> None:
    code, output = await git(tmp_path, "clone", address(client, "token-of-ada"), "work")
    assert code == 0, output
    notebook = client.course.public / "means" / "means.ipynb"
    assert (tmp_path / "work" / "means" / "means.ipynb").read_bytes() == notebook.read_bytes()
    assert not list((tmp_path / "work").rglob("test_*")), "hidden tests have come along"
    notebook.write_text("{}")
    (client.course.public / "big.bin").write_bytes(os.urandom(3 * 2**20))
    publish(client.course.public, client.course.repository)
    code, output = await git(tmp_path, "-C", "work", "pull")
    assert code == 0, output
    assert (tmp_path / "work" / "means" / "means.ipynb").read_text() == "{}"
    assert (tmp_path / "work" / "big.bin").stat().st_size == 3 * 2**20
    assert (await git(tmp_path, "-C", "work", "fetch"))[0] == 0


async def test_shallow_clones_and_old_protocols_work(client: Client, tmp_path: Path) -> None:
    for number, options in enumerate((["--depth", "1"], ["-c", "protocol.version=0"], ["-c", "protocol.version=1"])):
        code, output = await git(tmp_path, "clone", *options, address(client, "token-of-ada"), f"work{number}")
        assert code == 0, output


@pytest.mark.parametrize(
    "token", [None, "unknown", "token-of-a-service", "token-without-access", "token-of-another-service"]
)
async def test_without_a_learners_token_nothing_is_cloned(client: Client, tmp_path: Path, token: str | None) -> None:
    code, output = await git(tmp_path, "clone", address(client, token), "work")
    assert code != 0
    assert "403" in output or "Authentication failed" in output or "could not read" in output, output
    assert not (tmp_path / "work").exists()


async def test_a_course_that_is_none_is_not_found(client: Client, tmp_path: Path) -> None:
    code, output = await git(tmp_path, "clone", address(client, "token-of-ada", "rust"), "work")
    assert code != 0 and "not found" in output
    refusal(await client.fetch("git/rust.git/info/refs?service=git-upload-pack"), 404)


async def test_nothing_is_pushed(client: Client, tmp_path: Path) -> None:
    before = head(client.course.repository, "main")
    await git(tmp_path, "clone", address(client, "token-of-ada"), "work")
    (tmp_path / "work" / "mine.txt").write_text("x")
    assert (await git(tmp_path, "-C", "work", "add", "--all"))[0] == 0
    assert (await git(tmp_path, "-C", "work", "commit", "-m", "mine"))[0] == 0
    code, output = await git(tmp_path, "-C", "work", "push")
    assert code != 0 and "403" in output, output
    assert head(client.course.repository, "main") == before
    for service in ("git-receive-pack", "git-upload-archive", "", "git-upload-pack;id", "../x"):
        sentence = refusal(await client.fetch(f"git/python.git/info/refs?service={service}"), 403)
        assert sentence == "this course can be pulled, not pushed to"
    refusal(await client.fetch("git/python.git/git-receive-pack", "POST", body=b"0000"), 404)


async def test_a_request_over_its_limit_is_413(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "MAX_REQUEST_BYTES", 1_000)
    refusal(await client.fetch("git/python.git/git-upload-pack", "POST", body=b"0" * 1_001), 413)


@pytest.mark.parametrize(
    "body", [b"", b"0000", b"garbage", b"\xff" * 1_000, b"0032want " + b"0" * 40 + b"\n00000009done\n"]
)
async def test_garbage_is_answered_somehow_and_harms_nobody(client: Client, tmp_path: Path, body: bytes) -> None:
    answer = await client.fetch(
        "git/python.git/git-upload-pack",
        "POST",
        body=body,
        headers={"Content-Type": "application/x-git-upload-pack-request"},
    )
    assert answer.code in (200, 400, 403, 415, 500)
    packed = await client.fetch(
        "git/python.git/git-upload-pack",
        "POST",
        body=gzip.compress(body),
        headers={"Content-Type": "application/x-git-upload-pack-request", "Content-Encoding": "gzip"},
    )
    assert packed.code in (200, 400, 403, 415, 500)
    assert (await git(tmp_path, "clone", address(client, "token-of-ada"), "work"))[0] == 0


async def test_a_backend_that_hangs_is_stopped(client: Client, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    programs = tmp_path / "bin"
    programs.mkdir()
    (programs / "git").write_text(f"#!/bin/sh\necho $$ > {tmp_path}/pid\nexec sleep 600\n")
    (programs / "git").chmod(0o755)
    monkeypatch.setenv("PATH", f"{programs}{os.pathsep}{os.environ['PATH']}")
    monkeypatch.setattr(module, "BACKEND_SECONDS", 0.3)
    answer = await client.fetch("git/python.git/info/refs?service=git-upload-pack")
    assert answer.code == 500
    with pytest.raises(ProcessLookupError):
        os.kill(int((tmp_path / "pid").read_text()), 0)


async def test_headers_of_the_caller_do_not_reach_the_environment(
    client: Client, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    programs = tmp_path / "bin"
    programs.mkdir()
    (programs / "git").write_text(f"#!/bin/sh\nenv > {tmp_path}/env\nprintf 'Content-Type: text/plain\\r\\n\\r\\nok'\n")
    (programs / "git").chmod(0o755)
    monkeypatch.setenv("PATH", f"{programs}{os.pathsep}{os.environ['PATH']}")
    monkeypatch.setenv("JUPYTERHUB_API_TOKEN", "a secret of the service")
    answer = await client.fetch(
        "git/python.git/info/refs?service=git-upload-pack",
        headers={"Git-Protocol": "version=2", "X-Evil": "1", "Proxy": "http://evil", "Remote-User": "root"},
    )
    assert (answer.code, answer.body) == (200, b"ok")
    environment = (tmp_path / "env").read_text()
    assert "GIT_PROTOCOL=version=2" in environment
    for word in ("secret", "evil", "REMOTE_USER", "token-of-ada"):
        assert word not in environment
