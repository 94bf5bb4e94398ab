"""Debian packages, for machines where we may install them."""

import os
import shutil
from collections.abc import Callable
from pathlib import Path

from deploy.commands import run


def can_install() -> bool:
    """Are we root on a machine with apt (Debian, Ubuntu)?"""
    return os.geteuid() == 0 and shutil.which("apt-get") is not None


def install(*packages: str, log: Path, say: Callable[[str], None] = lambda line: None) -> None:
    """Install Debian packages without asking anything and without recommended ones.

    Raises:
        SetupError: apt-get failed, most likely for want of a network.
    """
    what = f"installing {', '.join(packages)}"
    env = {"DEBIAN_FRONTEND": "noninteractive"}
    say("reading package lists")
    run(["apt-get", "update", "-q"], what, log, env=env)
    say(what)
    run(["apt-get", "install", "-q", "-y", "--no-install-recommends", *packages], what, log, env=env)
