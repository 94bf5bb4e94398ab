"""Courses over HTTP with the real git on both sides: cloned and pulled with a token, never pushed to."""

import asyncio
import gzip
import os
from pathlib import Path

import pytest

from openjupyter_service.exercises.places import CoursePlaces
from openjupyter_service.exercises.repository import head, publish
from openjupyter_service.web import git as module
from tests.unit.grading.followed import follow, new_version, prepared
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


# ----------------------------------------------------------------------------- followed courses


async def wanted(client: Client, commit: str, protocol: str) -> bytes:
    """What the server answers to a client that asks for a commit by its name, whatever was shown to it."""
    if protocol == "version=2":
        lines = [b"command=fetch", b"object-format=sha1", None, b"no-progress", f"want {commit}\n".encode(), b"done\n"]
    else:
        lines = [f"want {commit} no-progress\n".encode(), None, b"done\n"]
    packets = (b"0001" if protocol == "version=2" else b"0000",)
    body = b"".join(packets[0] if line is None else b"%04x" % (len(line) + 4) + line for line in lines)
    answer = await client.fetch(
        "git/genes.git/git-upload-pack",
        "POST",
        body=body + (b"0000" if protocol == "version=2" else b""),
        headers={"Content-Type": "application/x-git-upload-pack-request", "Git-Protocol": protocol},
    )
    return bytes(answer.body)


async def test_a_followed_course_is_pulled_by_its_own_people_alone(client: Client, tmp_path: Path) -> None:
    site = client.course
    follow(site.settings, site.store)
    code, output = await git(tmp_path, "clone", address(client, "token-of-ada", "genes"), "work")
    assert code != 0 and "not found" in output, "she is in another course"
    assert refusal(await client.fetch("git/genes.git/info/refs?service=git-upload-pack"), 404) == refusal(
        await client.fetch("git/rust.git/info/refs?service=git-upload-pack"), 404
    ), "whether there is such a course is nobody's business"
    site.launch("ada", course="genes")
    site.launch("ben")
    code, output = await git(tmp_path, "clone", address(client, "token-of-ada", "genes"), "work")
    assert code == 0, output
    assert (tmp_path / "work/means/data.csv").read_text() == "First\n"
    assert (await git(tmp_path, "clone", address(client, "token-of-ben", "genes"), "bens"))[0] != 0
    assert (await git(tmp_path, "clone", address(client, "token-of-ben"), "python"))[0] == 0, "as it was"
    new_version(site.settings, site.store, title="Second")
    code, output = await git(tmp_path, "-C", "work", "pull")
    assert code == 0 and (tmp_path / "work/means/data.csv").read_text() == "Second\n", output
    code, output = await git(tmp_path, "clone", "--depth", "1", address(client, "token-of-ada", "genes"), "shallow")
    assert code == 0, output


async def test_nothing_but_what_is_published_of_a_followed_course_can_be_had(client: Client, tmp_path: Path) -> None:
    site = client.course
    follow(site.settings, site.store)
    site.launch("ada", course="genes")
    pair = prepared(site.settings, "genes", "Later")
    served = CoursePlaces(site.settings.data_dir, "genes").served
    for name in ("heads/draft", "tags/later", "notes/later"):
        assert (await git(tmp_path, "-C", str(served), "update-ref", f"refs/{name}", pair.public_commit))[0] == 0
    published = head(served, "main")
    code, output = await git(tmp_path, "clone", "--mirror", address(client, "token-of-ada", "genes"), "all.git")
    assert code == 0, output
    _, references = await git(tmp_path, "-C", "all.git", "for-each-ref", "--format=%(refname) %(objectname)")
    assert references.split() == ["refs/heads/main", published]
    for commit in (pair.public_commit, pair.private_commit):
        for version in ("0", "1", "2"):
            options = ("-C", "all.git", "-c", f"protocol.version={version}")
            code, output = await git(tmp_path, *options, "fetch", "origin", commit)
            assert code != 0, output
        for protocol in ("", "version=1", "version=2"):
            answer = await wanted(client, commit, protocol)
            assert b"PACK" not in answer, answer
            assert (await git(tmp_path, "-C", "all.git", "cat-file", "-e", commit))[0] != 0
    assert b"PACK" in await wanted(client, published, ""), "this way of asking works"


@pytest.mark.parametrize("name", ["public", "private", "genes/../genes", "courses/genes/private", "..%2Fprivate"])
async def test_mirrors_and_the_private_half_have_no_address(client: Client, name: str) -> None:
    site = client.course
    follow(site.settings, site.store)
    site.launch("ada", course="genes")
    for path in (f"git/{name}.git", f"git/genes.git/{name}.git", f"git/genes/{name}.git"):
        for rest in ("/info/refs?service=git-upload-pack", "/HEAD", "/objects/info/packs"):
            assert (await client.fetch(path + rest)).code == 404
