"""The git command, shut off from everybody's settings, bounded in time and in what it writes, killed as a whole."""

import contextlib
import functools
import os
import re
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import IO

from openjupyter_service.errors import RemoteError, RemoteTrouble

GIT_SECONDS = 300.0
MAX_OUTPUT_BYTES = 64 * 2**20

MAX_MIRROR_BYTES = 2 * 2**30
"""What all commits of one repository may take on disk, those before a force-push included."""
MAX_MEMORY_KIB = 2 * 2**20
"""Of one process; what a host tells before it sends files is held in memory. Packs that are read do not count."""

_OLDEST = (2, 31)
_LOOK_SECONDS = 0.25

# The way to the internet and whom to trust there is the site's own, all else of the surroundings is not for Git.
_KEPT = ("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "NO_PROXY", "SSL_CERT_FILE", "SSL_CERT_DIR", "GIT_SSL_CAINFO")

_CONFIG = {
    "safe.directory": "*",
    "core.hooksPath": os.devnull,
    "core.fsmonitor": "false",
    "credential.helper": "",
    "fetch.recurseSubmodules": "false",
    "fetch.writeCommitGraph": "false",
    "gc.auto": "0",
    "maintenance.auto": "false",
    # Large files are neither held in memory nor compared with each other.
    "core.bigFileThreshold": "32m",
    "pack.windowMemory": "256m",
    "pack.threads": "2",
    # A redirect would lead a token, or a look into the site's own network, where nobody has asked for it.
    "http.followRedirects": "false",
    "http.lowSpeedLimit": "1000",
    "http.lowSpeedTime": "30",
}


IDENTITY = {
    f"GIT_{role}_{what}": value
    for role in ("AUTHOR", "COMMITTER")
    for what, value in (("NAME", "OpenJupyter"), ("EMAIL", "openjupyter@localhost"))
}
"""Who makes our own commits, as variables of the environment."""


class GitFailed(RemoteTrouble):
    """Git has ended with an error.

    Attributes:
        reason: what it has written, at most 2000 characters. It may be of the other side, then it is for the log at
            most; the text of this error is for what Git does on this machine alone.
    """

    def __init__(self, repository: Path, command: str, reason: str) -> None:
        first = "".join(letter for letter in reason.partition("\n")[0][:200] if letter.isprintable())
        super().__init__(
            f"git {command} failed in {repository} ({first}); is there room on the disk? It is tried again"
        )
        self.reason = reason[-2000:]


class GitStopped(RemoteTrouble):
    """Git was killed, for it took too long."""


class GitTalks(RemoteError):
    """Git was killed, for it printed too much."""


def environment(settings: Mapping[str, str] | None = None) -> dict[str, str]:
    """Environment of a git process; `settings` are entries of Git's configuration, which nobody else can read there."""
    config = {**_CONFIG, **(settings or {})}
    kept = {name: value for name, value in os.environ.items() if name.upper() in _KEPT}
    pairs: dict[str, str] = {}
    for number, (name, value) in enumerate(config.items()):
        pairs |= {f"GIT_CONFIG_KEY_{number}": name, f"GIT_CONFIG_VALUE_{number}": value}
    if "SSL_CERT_FILE" in kept:
        # The library that Git is mostly built with does not look there by itself.
        kept.setdefault("GIT_SSL_CAINFO", kept["SSL_CERT_FILE"])
    return {
        "PATH": os.environ.get("PATH", os.defpath),
        **kept,
        # Neither ~/.netrc nor ~/.config: there is no such folder.
        "HOME": "/nonexistent",
        "GIT_CONFIG_GLOBAL": os.devnull,
        "GIT_CONFIG_NOSYSTEM": "1",
        "GIT_ATTR_NOSYSTEM": "1",
        "GIT_TERMINAL_PROMPT": "0",
        "GIT_ALLOW_PROTOCOL": "https:http:ssh:file",
        "GIT_NO_REPLACE_OBJECTS": "1",
        "GIT_CONFIG_COUNT": str(len(config)),
        "LC_ALL": "C.UTF-8",
        **pairs,
    }


def git(
    repository: Path,
    *arguments: str,
    seconds: float | None = None,
    settings: Mapping[str, str] | None = None,
    variables: Mapping[str, str] | None = None,
    source: IO[bytes] | bytes = b"",
    output: IO[bytes] | None = None,
    look: Callable[[], None] | None = None,
    maximum: int = MAX_OUTPUT_BYTES,
    kept_open: Sequence[int] = (),
) -> bytes:
    """Run git on a bare repository and give what it prints.

    Args:
        repository: the repository's folder.
        arguments: of git; secrets never.
        seconds: what it may take; GIT_SECONDS by default.
        settings: entries of Git's configuration.
        variables: further ones of the environment.
        source: what it reads, or a file to read from its place on.
        output: file to write to; what is printed is not given then.
        look: called from time to time meanwhile; what it raises stops git, and is raised.
        maximum: bytes that it may print.
        kept_open: file descriptors that the process keeps, such as of a lock.

    Raises:
        GitFailed: it has ended with an error
        GitStopped: it took too long
        GitTalks: it printed too much
        RemoteTrouble: there is no git
    """
    limit = GIT_SECONDS if seconds is None else seconds
    with contextlib.ExitStack() as stack:
        given, printed, errors = (stack.enter_context(tempfile.TemporaryFile()) for _ in range(3))
        if isinstance(source, bytes):
            given.write(source)
            given.seek(0)
        files = (given if isinstance(source, bytes) else source, output or printed, errors)

        def watch() -> None:
            if any(os.fstat(file.fileno()).st_size > maximum for file in files[1:]):
                raise GitTalks(f"git {arguments[0]} answered with more than {maximum // 2**20} MiB and was stopped")
            if look is not None:
                look()

        with _running(["git", f"--git-dir={repository}", *arguments], settings, variables, files, kept_open) as process:
            end = time.monotonic() + limit
            while process.poll() is None:
                if time.monotonic() >= end:
                    raise GitStopped(f"git {arguments[0]} took longer than {limit:.0f} s and was stopped")
                watch()
                with contextlib.suppress(subprocess.TimeoutExpired):
                    process.wait(_LOOK_SECONDS)
        watch()
        if process.returncode:
            errors.seek(0)
            raise GitFailed(repository, arguments[0], errors.read(2**20).decode(errors="replace").strip())
        printed.seek(0)
        return printed.read()


@contextlib.contextmanager
def _running(
    command: Sequence[str],
    settings: Mapping[str, str] | None,
    variables: Mapping[str, str] | None,
    files: tuple[IO[bytes], IO[bytes], IO[bytes]],
    kept_open: Sequence[int],
) -> "Iterator[subprocess.Popen[bytes]]":
    """A process, killed with all that it has started when it still runs at the end of the block."""
    surroundings = {**environment(settings), **(variables or {})}
    program = shutil.which(command[0], path=surroundings["PATH"])
    if program is None:
        raise RemoteTrouble("git is not installed on this machine; install it")
    _check_version(program)
    # Without core dumps, too: a token would be in them.
    # A limit that cannot be set is lower already.
    limits = f"ulimit -c 0; ulimit -d {MAX_MEMORY_KIB} 2>/dev/null || :"
    limited = ["/bin/sh", "-c", f'{limits}; exec "$@"', "sh", *command]
    source, output, errors = files
    process = subprocess.Popen(
        limited,
        env=surroundings,
        stdin=source,
        stdout=output,
        stderr=errors,
        start_new_session=True,
        pass_fds=kept_open,
    )
    try:
        yield process
    finally:
        if process.poll() is None:
            _kill(process)


@functools.cache
def _check_version(program: str) -> None:
    """An older Git takes no notice of our configuration, of what it forbids as little as of the token in it."""
    shown = subprocess.run([program, "version"], capture_output=True, env={"LC_ALL": "C.UTF-8"}, timeout=60).stdout
    numbers = re.search(rb"(\d+)\.(\d+)", shown)
    if numbers is None or (int(numbers[1]), int(numbers[2])) < _OLDEST:
        raise RemoteTrouble(f"Git {'.'.join(map(str, _OLDEST))} or newer is needed to follow courses; update git")


def _kill(process: "subprocess.Popen[bytes]") -> None:
    """Kill a process that leads a group, with the group: git's helpers for http and ssh are in it."""
    with contextlib.suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGKILL)
    process.wait()
