"""What everything here stands on: Docker engine, images, Git, Node and the proxy.

`python -m deploy.prepare COMMAND [ARGUMENT...]` prepares it all, runs the command, and stops what it started.
"""

import argparse
import contextlib
import shutil
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from deploy.errors import SetupError

if TYPE_CHECKING:
    from deploy.engine import Engine
    from deploy.steps import Say, Steps

HOME = Path(__file__).resolve().parent.parent / ".openjupyter"
"""Everything that is made for this checkout, but .venv."""
IMAGES_BYTES = 6 * 2**30
DATA_BYTES = 500 * 2**20


@dataclass(frozen=True)
class Prepared:
    """The foundations, ready."""

    engine: "Engine"
    images: dict[str, str]
    """Image name → tag."""
    proxy_command: list[str]


@contextlib.contextmanager
def prepared(steps: "Steps", home: Path = HOME) -> Iterator[Prepared]:
    """Prepare engine, proxy and images; at the end, stop the engine if it was started here.

    Raises:
        SetupError: with what is missing.
    """
    from deploy.engine import open_engine
    from deploy.node import proxy_command
    from images.build import build, missing

    check_disk(home, DATA_BYTES)
    with steps.step("Docker engine") as say:
        engine = open_engine(home / "engine", say)
    try:
        with steps.step("Git, Node.js and the proxy") as say:
            ensure_program("git", "git", home, say)
            proxy = proxy_command(home / "node", say)
        if missing(engine.client):
            check_disk(Path(str(engine.client.info().get("DockerRootDir", home))), IMAGES_BYTES)
        with steps.step("Images") as say:
            images = build(engine.client, home / "logs/images.log", say)
        yield Prepared(engine, images, proxy)
    finally:
        if remark := engine.close():
            steps.line(remark)


def check_disk(folder: Path, needed: int) -> None:
    """Is there room?

    Raises:
        SetupError: with how much is missing, and where.
    """
    while not folder.exists():
        folder = folder.parent
    try:
        free = shutil.disk_usage(folder).free
    except PermissionError:
        return
    if free < needed:
        raise SetupError(
            f"the disk that holds {folder} has {free / 2**20:.0f} MB left, and {needed / 2**20:.0f} MB are needed;"
            " free some space and try again"
        )


def ensure_program(program: str, package: str, home: Path, say: "Say" = lambda line: None) -> None:
    """Install a Debian package for a program that is missing, or say that somebody should.

    Raises:
        SetupError: it is missing and cannot be installed here.
    """
    from deploy import apt

    if shutil.which(program):
        return
    if not apt.can_install():
        raise SetupError(f"{program} is not installed; install it (on Debian or Ubuntu: sudo apt install {package})")
    apt.install(package, log=home / "logs/apt.log", say=say)


def main(arguments: list[str] | None = None) -> int:
    """Run a command with everything prepared; its exit code."""
    parser = argparse.ArgumentParser(
        prog="python -m deploy.prepare", description="Prepare engine, images and proxy, then run a command."
    )
    parser.add_argument("command", nargs=argparse.REMAINDER, help="the command and its arguments")
    options = parser.parse_args(arguments)

    from rich.console import Console

    from deploy.steps import Steps
    from openjupyter_service.errors import OpenJupyterError

    try:
        # Standard output is the command's alone: deploy/bench --json is read by scripts.
        with prepared(Steps(Console(stderr=True, highlight=False))):
            return subprocess.run(options.command, check=False).returncode if options.command else 0
    except OpenJupyterError as error:
        print(f"deploy/prepare: {error}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        return 130


if __name__ == "__main__":
    sys.exit(main())
