"""Bare repositories of ours: changed by one at a time, and put right after a process that was killed."""

import contextlib
import fcntl
import os
import time
from collections.abc import Iterator
from pathlib import Path

from openjupyter_service.errors import RemoteError, RemoteTrouble
from openjupyter_service.exercises.git import git

LOCK_SECONDS = 60.0

_LOCK = "openjupyter.lock"


@contextlib.contextmanager
def alone(folder: Path) -> Iterator[int]:
    """Be the only process and thread that changes what is in a folder; makes it when missing.

    Gives the lock's file descriptor: a process that keeps it open holds the lock after our own end.

    Raises:
        RemoteTrouble: another one has held the lock for too long
    """
    folder.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    folder.mkdir(mode=0o700, exist_ok=True)
    descriptor = os.open(folder / _LOCK, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        end = time.monotonic() + LOCK_SECONDS
        while True:
            try:
                fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
                break
            except BlockingIOError:
                if time.monotonic() > end:
                    raise RemoteTrouble(f"another sync of {folder} has not ended yet; it is tried again") from None
                time.sleep(0.1)
        yield descriptor
    finally:
        os.close(descriptor)


def make_bare(repository: Path) -> None:
    """Make a bare repository with the branch main, where there is none; and clear away what a killed git has left.

    Call it while `alone` in the repository's folder: then no lock in it is anybody's.
    """
    if not (repository / "HEAD").exists():
        git(repository, "init", "--quiet", "--bare", "--initial-branch=main", "--template=")
    for pattern in ("*.lock", "refs/**/*.lock", "objects/pack/tmp_*", "objects/**/tmp_obj_*", "objects/incoming-*"):
        for path in repository.glob(pattern):
            if path.name != _LOCK and path.is_file():
                path.unlink(missing_ok=True)


def tidy(repository: Path) -> None:
    """Pack what has piled up in a repository, if much has; call it while `alone` there. What fails can wait."""
    with contextlib.suppress(RemoteError):
        git(repository, "gc", "--auto", "--quiet", settings={"gc.auto": "2000", "gc.autoDetach": "false"})
