"""Repositories of Git hosts, fetched into mirrors with the real git: what works, and what is refused in words."""

import base64
import contextlib
import os
import shutil
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from pydantic import SecretStr

from openjupyter_service.courses import CourseSecrets, FollowedCourse, Half
from openjupyter_service.errors import RemoteError
from openjupyter_service.exercises import bare, remote
from openjupyter_service.exercises import git as git_module
from openjupyter_service.exercises.bare import alone
from openjupyter_service.exercises.credentials import Credential, private_credential, public_credential
from openjupyter_service.exercises.places import CoursePlaces, known_hosts
from openjupyter_service.exercises.refusals import in_words
from openjupyter_service.exercises.remote import fetch
from tests.unit.exercises.repositories import GitHost, Upstream, git_host, objects, run

TOKEN = "glpat-s3cret-token"


@pytest.fixture
def upstream(tmp_path: Path) -> Upstream:
    return Upstream(tmp_path / "hosted" / "course.git")


@pytest.fixture
def mirror(tmp_path: Path) -> Path:
    return CoursePlaces(tmp_path / "data", "python").public_mirror


@pytest.fixture
def host(tmp_path: Path, upstream: Upstream) -> Iterator[GitHost]:
    upstream.commit({"a.txt": "a"})
    with git_host(upstream.path.parent) as host:
        yield host


def refused(half: Half, mirror: Path, *credential: Credential) -> str:
    with pytest.raises(RemoteError) as caught:
        fetch(half, mirror, *credential)
    assert TOKEN not in str(caught.value) and "\n" not in str(caught.value)
    return str(caught.value)


@pytest.mark.parametrize("scheme", ["", "file://"])
def test_the_commit_of_the_branch_comes_into_the_mirror(upstream: Upstream, mirror: Path, scheme: str) -> None:
    first = upstream.commit({"a.txt": "1"})
    half = Half(url=scheme + upstream.url)
    assert fetch(half, mirror) == first == fetch(half, mirror)
    upstream.commit({"a.txt": "other"}, branch="draft")
    second = upstream.commit({"a.txt": "2"})
    assert fetch(half, mirror) == second
    assert run(mirror, "show", f"{second}:a.txt") == "2"
    assert not run(mirror, "for-each-ref", "refs/heads"), "the mirror takes the one branch, and under a name of ours"
    assert mirror.parent.stat().st_mode & 0o777 == 0o700


def test_after_a_force_push_the_old_commits_stay(upstream: Upstream, mirror: Path) -> None:
    half = Half(url=upstream.url)
    first = upstream.commit({"a.txt": "1"})
    second = upstream.commit({"a.txt": "2"})
    assert fetch(half, mirror) == second
    other = upstream.commit({"b.txt": "3"}, "")
    assert fetch(half, mirror) == other
    run(mirror, "gc", "--prune=now", "--quiet")
    assert run(mirror, "show", f"{second}:a.txt") == "2"
    run(upstream.path, "update-ref", "refs/heads/main", first)
    assert fetch(half, mirror) == first
    run(upstream.path, "update-ref", "refs/heads/main", second)
    assert fetch(half, mirror) == second


def test_a_branch_that_is_gone_and_one_that_never_was(upstream: Upstream, mirror: Path) -> None:
    assert "is empty" in refused(Half(url=upstream.url), mirror)
    upstream.commit({"a.txt": "1"}, branch="trunk")
    commit = upstream.commit({"a.txt": "1"}, branch="old")
    assert fetch(Half(url=upstream.url, branch="old"), mirror) == commit
    run(upstream.path, "update-ref", "-d", "refs/heads/old")
    text = refused(Half(url=upstream.url, branch="old"), mirror)
    assert "no branch old" in text and "trunk" in text


def test_a_branch_may_become_a_folder_of_branches(upstream: Upstream, mirror: Path) -> None:
    upstream.commit({"a": "1"}, branch="a")
    fetch(Half(url=upstream.url, branch="a"), mirror)
    run(upstream.path, "update-ref", "-d", "refs/heads/a")
    commit = upstream.commit({"a": "2"}, branch="a/b")
    assert fetch(Half(url=upstream.url, branch="a/b"), mirror) == commit


def test_no_repository_at_all(tmp_path: Path, mirror: Path) -> None:
    assert "no such repository" in refused(Half(url=str(tmp_path / "nowhere.git")), mirror)
    assert "no such host" in refused(Half(url="https://host.invalid/team/course.git"), mirror)
    assert "cannot be reached" in refused(Half(url="http://127.0.0.1:1/course.git"), mirror)


def test_a_repository_with_other_names_of_objects(tmp_path: Path, mirror: Path) -> None:
    path = tmp_path / "new.git"
    run(path, "init", "--quiet", "--bare", "--object-format=sha256", "--initial-branch=main")
    tree = run(path, "hash-object", "-t", "tree", "-w", "/dev/null")
    run(path, "update-ref", "refs/heads/main", run(path, "commit-tree", tree, "-m", "x"))
    assert "SHA-256" in refused(Half(url=str(path)), mirror)


def test_nothing_of_a_hosts_objects_is_run_or_filtered(upstream: Upstream, mirror: Path, tmp_path: Path) -> None:
    mirror.parent.mkdir(parents=True)
    fired = tmp_path / "fired"
    for name in ("post-checkout", "reference-transaction", "post-merge"):
        hook = mirror / "hooks" / name
        hook.parent.mkdir(parents=True, exist_ok=True)
        hook.write_text(f"#!/bin/sh\ntouch {fired}\n")
        hook.chmod(0o755)
    upstream.commit({"a.txt": "1", ".gitattributes": "* filter=lfs"})
    fetch(Half(url=upstream.url), mirror)
    assert not fired.exists()


def test_what_a_killed_git_has_left_is_no_hindrance(upstream: Upstream, mirror: Path) -> None:
    half = Half(url=upstream.url)
    upstream.commit({"a.txt": "1"})
    fetch(half, mirror)
    for name in ("refs/openjupyter/fetched.lock", "packed-refs.lock", "config.lock"):
        (mirror / name).touch()
    left = mirror / "objects" / "pack" / "tmp_pack_x1y2z3"
    left.write_bytes(b"x" * 1000)
    commit = upstream.commit({"a.txt": "2"})
    assert fetch(half, mirror) == commit and not left.exists()


def test_two_at_once_wait_for_each_other(upstream: Upstream, mirror: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    upstream.commit({"a.txt": "1"})
    monkeypatch.setattr(bare, "LOCK_SECONDS", 0.2)
    with alone(mirror):
        assert "another sync" in refused(Half(url=upstream.url), mirror)
    fetch(Half(url=upstream.url), mirror)


def test_too_large_a_repository_is_stopped_and_leaves_nothing(
    upstream: Upstream, mirror: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    upstream.commit({"data.bin": os.urandom(3 * 2**20)})
    monkeypatch.setattr(remote, "MAX_MIRROR_BYTES", 2**20)
    assert "larger than 1 MiB" in refused(Half(url=upstream.url), mirror)
    upstream.commit({"data.txt": "small"}, "")
    assert fetch(Half(url=upstream.url), mirror)
    assert remote._bytes_below(mirror / "objects") < 2**20


def test_a_token_is_shown_to_its_host_alone_and_is_nowhere_else(
    host: GitHost, upstream: Upstream, mirror: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    host.basic = f"oauth2:{TOKEN}"
    half = Half(url=f"{host.url}/course.git")
    assert "token" in refused(half, mirror)
    assert "refuses access" in refused(half, mirror, Credential(SecretStr("wrong")))
    # All arguments of all processes, as everybody on the machine sees them.
    programs = tmp_path / "bin"
    programs.mkdir()
    seen = tmp_path / "seen"
    real = shutil.which("git")
    (programs / "git").write_text(f'#!/bin/sh\necho "$@" >> {seen}\nexec {real} "$@"\n')
    (programs / "git").chmod(0o755)
    monkeypatch.setenv("PATH", f"{programs}:{os.environ['PATH']}")
    commit = fetch(half, mirror, Credential(SecretStr(f" {TOKEN}\n")))
    assert commit == run(upstream.path, "rev-parse", "main")
    assert half.url in seen.read_text() and TOKEN not in seen.read_text()
    texts = [path.read_bytes() for path in mirror.rglob("*") if path.is_file()]
    assert not [text for text in texts if TOKEN.encode() in text]
    host.basic = f"somebody:{TOKEN}"
    upstream.commit({"a.txt": "2"})
    assert fetch(half, mirror, Credential(SecretStr(f"somebody:{TOKEN}"))) != commit


@pytest.mark.parametrize(
    ("url", "name"),
    [
        ("https://github.com/team/course.git", "x-access-token"),
        ("https://bitbucket.org/team/course.git", "x-token-auth"),
        ("https://gitlab.example.org:8443/team/course.git", "oauth2"),
    ],
)
def test_the_name_beside_a_token(url: str, name: str) -> None:
    [(key, value)] = Credential(SecretStr(TOKEN)).settings(url).items()
    assert key == f"http.{url.split('/team')[0]}/.extraHeader"
    assert base64.b64decode(value.removeprefix("Authorization: Basic ")).decode() == f"{name}:{TOKEN}"


def test_a_redirect_is_not_followed(host: GitHost, mirror: Path, tmp_path: Path) -> None:
    with git_host(host.folder) as other:
        host.odd = lambda call: call.refuse(302, Location=other.url + call.path) or True
        text = refused(Half(url=f"{host.url}/course.git"), mirror, Credential(SecretStr(TOKEN)))
        assert "use the address that it leads to" in text
        assert not other.asked


@pytest.mark.parametrize(
    ("status", "words"),
    [(403, "forbids"), (404, "no such repository"), (429, "too often"), (500, "fault of its own"), (503, "fault")],
)
def test_a_host_that_refuses(host: GitHost, mirror: Path, status: int, words: str) -> None:
    host.odd = lambda call: call.refuse(status) or True
    assert words in refused(Half(url=f"{host.url}/course.git"), mirror, Credential(SecretStr(TOKEN)))


def test_a_host_that_hangs_is_given_up_with_all_processes(
    host: GitHost, mirror: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    host.odd = lambda call: host.over.wait(60)
    monkeypatch.setattr(remote, "ASK_SECONDS", 0.5)
    url = f"{host.url}/hanging.git"
    assert "does not answer" in refused(Half(url=url), mirror)
    # Killed, but by the system and a moment later: they are no children of ours.
    for _ in range(200):
        left = [line for line in command_lines() if url in line]
        if not left:
            break
        time.sleep(0.05)
    assert not left


def command_lines() -> list[str]:
    """Of all processes of this machine; one that has ended, and is not yet waited for, has none."""
    lines = []
    for path in Path("/proc").glob("[0-9]*/cmdline"):
        with contextlib.suppress(OSError):
            lines.append(path.read_bytes().replace(b"\0", b" ").decode(errors="replace"))
    return lines


def test_a_host_that_sends_half_a_pack_or_rubbish(host: GitHost, mirror: Path) -> None:
    half = Half(url=f"{host.url}/course.git")

    def cut(call: object) -> bool:
        if call.command == "POST" and len(host.asked) > 2:  # type: ignore[attr-defined]
            call.answer(cut=150)  # type: ignore[attr-defined]
            return True
        return False

    host.odd = cut
    assert "broken or incomplete" in refused(half, mirror)
    host.odd = lambda call: call.wfile.write(b"HTTP/1.0 200 OK\r\n\r\n<html>\n<body>Sign in</body>\n") or True
    assert "no such repository" in refused(half, mirror)
    host.odd = None
    assert fetch(half, mirror)


def test_a_host_that_lists_branches_without_end(host: GitHost, mirror: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def endless(call: object) -> bool:
        write = call.wfile.write  # type: ignore[attr-defined]
        write(b"HTTP/1.0 200 OK\r\nContent-Type: application/x-git-upload-pack-advertisement\r\n\r\n")
        write(b"001e# service=git-upload-pack\n0000")
        line = b"a" * 40 + b" refs/heads/" + b"x" * 60_000 + b"\n"
        try:
            while not host.over.is_set():
                write(f"{len(line) + 4:04x}".encode() + line)
        except OSError:
            pass
        return True

    host.odd = endless
    monkeypatch.setattr(git_module, "MAX_MEMORY_KIB", 100_000)
    assert "memory" in refused(Half(url=f"{host.url}/course.git"), mirror)


def test_a_deploy_key_is_a_file_of_its_own_for_the_time_of_the_call(
    upstream: Upstream, mirror: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    commit = upstream.commit({"a.txt": "1"})
    programs = tmp_path / "bin"
    programs.mkdir()
    # Plays ssh and the host behind it: looks at how it is called, then runs there what it is told.
    (programs / "ssh").write_text(
        f"""#!/bin/sh
printf '%s\\n' "$@" > {tmp_path}/arguments
for word; do case "$word" in -oIdentityFile=*) key="${{word#-oIdentityFile=}}";; esac; command="$word"; done
stat -c '%a' "$key" > {tmp_path}/mode
cp "$key" {tmp_path}/key
env > {tmp_path}/environment
exec sh -c "$command"
"""
    )
    (programs / "ssh").chmod(0o755)
    monkeypatch.setenv("PATH", f"{programs}:{os.environ['PATH']}")
    monkeypatch.setenv("SSH_AUTH_SOCK", "/tmp/agent")
    key = "-----BEGIN OPENSSH PRIVATE KEY-----\r\nabc\r\n-----END OPENSSH PRIVATE KEY-----"
    half = Half(url=f"git@git.example.org:{upstream.url}")
    assert "needs a deploy key" in refused(half, mirror)
    assert fetch(half, mirror, Credential(deploy_key=SecretStr(key))) == commit
    assert (tmp_path / "mode").read_text() == "600\n"
    assert (tmp_path / "key").read_text() == key.replace("\r", "") + "\n"
    arguments = (tmp_path / "arguments").read_text().splitlines()
    assert {
        "-oBatchMode=yes",
        "-oIdentitiesOnly=yes",
        "-oStrictHostKeyChecking=accept-new",
        f'-oUserKnownHostsFile="{known_hosts(mirror)}"',
        "git@git.example.org",
    } <= set(arguments)
    [path] = [word.partition("=")[2] for word in arguments if word.startswith("-oIdentityFile=")]
    assert not Path(path).exists()
    environment = (tmp_path / "environment").read_text()
    assert "SSH_AUTH_SOCK" not in environment and "abc" not in environment


def test_ssh_itself_takes_our_options(mirror: Path) -> None:
    with Credential(deploy_key=SecretStr("x")).variables("git@host:team/x.git", known_hosts(mirror)) as variables:
        shown = subprocess.run(
            f"{variables['GIT_SSH_COMMAND']} -G git@host.invalid",
            shell=True,
            capture_output=True,
            text=True,
            check=True,
        ).stdout.lower()
    assert f"userknownhostsfile {known_hosts(mirror)}".lower() in shown
    assert "stricthostkeychecking accept-new" in shown and "batchmode yes" in shown


@pytest.mark.parametrize(
    ("reason", "words"),
    [
        ("@@@ WARNING: REMOTE HOST IDENTIFICATION HAS CHANGED! @@@\nHost key verification failed.", "another SSH key"),
        ("git@github.com: Permission denied (publickey).\nfatal: Could not read from remote repository.", "deploy key"),
        ('Load key "/tmp/x/key": error in libcrypto\ngit@host: Permission denied (publickey).', "cannot be read"),
        ("ssh: connect to host h port 22: Connection timed out\nfatal: Could not read from remote", "in time"),
        ("ssh: Could not resolve hostname h: Name or service not known", "no such host"),
        ("error: cannot run ssh: No such file or directory\nfatal: unable to fork", "ssh is not installed"),
        ("fatal: unable to access 'https://h/': server certificate verification failed. CAfile: none", "certificate"),
        ("fatal: transport 'ext' not allowed", "only https"),
        ("fatal: detected dubious ownership in repository at '/x'", "another user"),
        ("fatal: write error: No space left on device\nfatal: index-pack failed", "disk"),
        ("fatal: couldn't find remote ref refs/heads/main", "has just gone"),
        ("fatal: something\x1b[31m new\nmore", "git cannot fetch it"),
    ],
)
def test_what_git_says_becomes_words(reason: str, words: str) -> None:
    text = in_words("https://h/x.git", reason)
    assert words in text and text.isprintable()


def test_one_repository_needs_one_credential() -> None:
    one = Half(url="https://h/x.git", folder="public")
    secrets = CourseSecrets(public_token=SecretStr("t"))
    course = FollowedCourse(name="python", public=one, private=Half(url=one.url, folder="private"))
    assert private_credential(course, secrets) == public_credential(secrets) == Credential(SecretStr("t"))
    apart = FollowedCourse(name="python", public=one, private=Half(url="https://h/y.git"))
    assert private_credential(apart, secrets) == Credential()


def test_nobodys_own_settings_count(upstream: Upstream, mirror: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    home = mirror.parents[3] / "home"
    home.mkdir()
    (home / ".gitconfig").write_text('[url "/nowhere/"]\n\tinsteadOf = /\n')
    monkeypatch.setenv("HOME", str(home))
    monkeypatch.setenv("GIT_DIR", "/nowhere")
    monkeypatch.setenv("GIT_SSH_COMMAND", "false")
    commit = upstream.commit({"a": "1"})
    assert fetch(Half(url=upstream.url), mirror) == commit
    assert commit in objects(mirror)


def test_without_git_it_says_so(mirror: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    assert "git is not installed" in refused(Half(url="/x.git"), mirror)
