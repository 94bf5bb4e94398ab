"""Running other programs: their output goes to a log file, and a failure becomes one sentence."""

import os
import re
import subprocess
from collections.abc import Mapping, Sequence
from pathlib import Path

from deploy.errors import SetupError

_NETWORK = re.compile(
    r"Temporary failure (in name )?resol|Could not resolve|Name or service not known|getaddrinfo|EAI_AGAIN|ENOTFOUND"
    r"|ECONNREFUSED|ETIMEDOUT|ECONNRESET|No route to host|Network is unreachable|Connection (refused|timed out)"
    r"|Failed to fetch|Failed getting release file|NewConnectionError|ConnectTimeout|Read timed out"
    r"|Failed to establish|no such host",
    re.IGNORECASE,
)


def is_network_failure(output: str) -> bool:
    """Does a tool's output say that it could not reach the network?"""
    return bool(_NETWORK.search(output))


def failure(what: str, output: str, log: Path) -> SetupError:
    """The error for a tool that failed at `what` (such as "installing docker.io"): cause where known, and the log."""
    if is_network_failure(output):
        return SetupError(
            f"{what} failed because the network could not be reached; check this machine's connection or proxy"
            f" settings and try again (the full output is in {log})"
        )
    plain = re.sub(r"\x1b\[[0-9;]*m", "", output)
    lines = [line.strip() for line in plain.splitlines() if line.strip()]
    errors = [line for line in lines if re.match(r"(E:|ERROR|npm (ERR!|error)|fatal:)", line)]
    cause = (errors or lines or ["it printed nothing"])[-1]
    return SetupError(f"{what} failed: {cause} (the full output is in {log})")


def run(
    command: Sequence[str], what: str, log: Path, *, env: Mapping[str, str] | None = None, cwd: Path | None = None
) -> str:
    """Run a command to its end and return its output, which is also added to `log`.

    Raises:
        SetupError: the program is missing, or its exit code is not 0.
    """
    log.parent.mkdir(parents=True, exist_ok=True)
    with log.open("a") as file:
        file.write(f"$ {' '.join(command)}\n")
    try:
        done = subprocess.run(
            command,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            errors="replace",
            env={**os.environ, **(env or {})},
            cwd=cwd,
            check=False,
        )
    except OSError as error:
        raise SetupError(f"{what} failed: {command[0]} cannot be run ({error.strerror})") from None
    with log.open("a") as file:
        file.write(done.stdout)
    if done.returncode:
        raise failure(what, done.stdout, log)
    return done.stdout
