"""What the base image starts from: the registry's python image, or a Debian made on this machine."""

import os
import shutil
import subprocess
import tempfile
from collections.abc import Callable
from pathlib import Path

import docker
import requests
import urllib3
from docker.errors import APIError, ImageNotFound

from deploy import apt
from deploy.commands import failure, run
from deploy.errors import SetupError
from images.mirrors import read_mirrors

REGISTRY_IMAGE = "python:3.11-slim-bookworm"
SUITE = "bookworm"
REGISTRY_SECONDS = 20
"""How long a registry may stay silent before the base is made without one."""

Say = Callable[[str], None]


def root_image(engine: docker.DockerClient, setup: Path, tag: str, log: Path, say: Say) -> str:
    """The image that base/Dockerfile starts from; `tag` names one that has to be made.

    Raises:
        SetupError: no registry answers, and this machine cannot make a Debian itself.
    """
    if _pull(say):
        return REGISTRY_IMAGE
    if os.geteuid() != 0 or not (shutil.which("debootstrap") or apt.can_install()):
        raise SetupError(
            f"no image registry answers, so {REGISTRY_IMAGE} cannot be had, and making a base image instead takes root"
            " and debootstrap; let Docker reach a registry, or run this once as root on Debian or Ubuntu"
        )
    if not shutil.which("debootstrap"):
        apt.install("debootstrap", log=log, say=say)
    folder = Path(tempfile.mkdtemp(prefix="openjupyter-rootfs-", dir="/var/tmp"))  # /tmp may be nodev
    try:
        _bootstrap(folder, setup, log, say)
        _import(engine, folder, tag, log, say)
    finally:
        # debootstrap leaves /proc mounted when it is interrupted.
        subprocess.run(["umount", "-l", str(folder / "proc")], stderr=subprocess.DEVNULL, check=False)
        subprocess.run(["rm", "-rf", "--one-file-system", str(folder)], check=False)
    return tag


def _pull(say: Say) -> bool:
    say(f"asking the image registry for {REGISTRY_IMAGE}")
    engine = docker.from_env(timeout=REGISTRY_SECONDS)
    try:
        engine.images.get(REGISTRY_IMAGE)
        return True
    except ImageNotFound:
        pass
    try:
        repository, _, tag = REGISTRY_IMAGE.partition(":")
        progress = engine.api.pull(repository, tag, stream=True, decode=True)
        return not any("error" in line for line in progress)
    except (APIError, requests.RequestException, urllib3.exceptions.HTTPError):
        return False
    finally:
        engine.close()


def _bootstrap(folder: Path, setup: Path, log: Path, say: Say) -> None:
    mirrors = read_mirrors()
    say(f"making a Debian {SUITE} from {mirrors.archive or 'its own archive'}")
    mirror = [mirrors.archive] if mirrors.archive else []
    run(["debootstrap", "--variant=minbase", SUITE, str(folder), *mirror], f"making a Debian {SUITE}", log)
    sources = folder / "etc/apt/sources.list"
    sources.write_text(mirrors.sources(SUITE, sources.read_text()))
    inside = folder / "usr/local/sbin/setup-base"
    shutil.copy(setup, inside)
    say("adding Python and Git to it")
    run(["chroot", str(folder), "sh", "/usr/local/sbin/setup-base"], "setting up the base image", log)
    # What debootstrap copied from this machine; Docker gives each container its own.
    for name in ("etc/resolv.conf", "etc/hostname"):
        (folder / name).unlink(missing_ok=True)


def _import(engine: docker.DockerClient, folder: Path, tag: str, log: Path, say: Say) -> None:
    say("importing it into Docker")
    command = ["tar", "--numeric-owner", "--one-file-system", "-C", str(folder), "-c", "."]
    repository, _, version = tag.partition(":")
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL) as tar:
        answer = engine.api.import_image_from_stream(tar.stdout, repository=repository, tag=version)
    if tar.returncode or "error" in str(answer):
        raise failure("importing the base image", str(answer), log)
