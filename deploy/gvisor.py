"""gVisor: the Docker runtime `runsc`, from Debian's package, for sites that want its second wall around learners' code.

`python -m deploy.gvisor`, as root, installs it and makes it known to the running engine, which goes on meanwhile.
"""

import json
import os
import shutil
import signal
import sys
import time
from pathlib import Path
from typing import Any

import docker

from deploy import apt
from deploy.engine import connect
from deploy.errors import SetupError
from deploy.steps import Say

RUNTIME = "runsc"
ARGUMENTS = ["--platform=ptrace", "--network=none"]
"""ptrace works on every machine, without virtualisation; grading containers have no network, so gVisor needs none."""
CONFIGURATION = Path("/etc/docker/daemon.json")
PID_FILE = Path("/var/run/docker.pid")
LOG = Path(__file__).resolve().parent.parent / ".openjupyter" / "logs" / "gvisor.log"
RELOAD_SECONDS = 10


def set_up(
    client: docker.DockerClient, log: Path = LOG, say: Say = lambda line: None, configuration: Path = CONFIGURATION
) -> None:
    """Install runsc if it is missing and register it; nothing happens when the engine knows it already.

    Raises:
        SetupError: it is not there and cannot be installed or registered here; one sentence.
    """
    if _known(client):
        return
    if os.geteuid() != 0:
        raise SetupError("the Docker engine does not know runsc; run `python -m deploy.gvisor` as root")
    if shutil.which(RUNTIME) is None:
        if not apt.can_install():
            raise SetupError("runsc is not installed, and there is no apt-get here; see https://gvisor.dev")
        apt.install(RUNTIME, log=log, say=say)
    say("telling the Docker engine")
    _register(configuration)
    _reload()
    deadline = time.monotonic() + RELOAD_SECONDS
    while not _known(client):
        if time.monotonic() > deadline:
            raise SetupError(f"the Docker engine did not take runsc from {configuration}; its log says why")
        time.sleep(0.1)


def _known(client: docker.DockerClient) -> bool:
    return RUNTIME in client.info()["Runtimes"]


def _register(configuration: Path) -> None:
    """Add the runtime to what is configured already."""
    try:
        settings: dict[str, Any] = json.loads(configuration.read_text())
        runtimes = settings.setdefault("runtimes", {})
        runtimes[RUNTIME] = {"path": shutil.which(RUNTIME), "runtimeArgs": ARGUMENTS}
    except FileNotFoundError:
        settings = {"runtimes": {RUNTIME: {"path": shutil.which(RUNTIME), "runtimeArgs": ARGUMENTS}}}
    except (ValueError, AttributeError, TypeError):
        raise SetupError(f"{configuration} is not the JSON that Docker reads; mend it and try again") from None
    configuration.parent.mkdir(parents=True, exist_ok=True)
    new = configuration.with_suffix(".new")
    new.write_text(json.dumps(settings, indent=4) + "\n")
    new.replace(configuration)


def _reload() -> None:
    """SIGHUP: the engine reads its runtimes anew, and no container notices."""
    try:
        os.kill(int(PID_FILE.read_text()), signal.SIGHUP)
    except (OSError, ValueError):
        raise SetupError("the Docker engine's process was not found; restart the engine and try again") from None


def main() -> int:
    """Exit codes: 0 the engine has runsc, 1 it cannot be had; a sentence says why."""
    try:
        client = connect()
        if client is None:
            raise SetupError("no Docker engine is running; start it first")
        set_up(client, say=print)
    except SetupError as error:
        print(f"deploy.gvisor: {error}", file=sys.stderr)
        return 1
    print("the Docker engine has runsc")
    return 0


if __name__ == "__main__":
    sys.exit(main())
