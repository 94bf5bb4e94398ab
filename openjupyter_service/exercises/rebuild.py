"""Make a served repository anew that was deleted: the same commits, so that learners go on pulling."""

import shutil
import tempfile
from collections.abc import Iterable
from pathlib import Path

from openjupyter_service.errors import RemoteError
from openjupyter_service.exercises.git import GitFailed, git
from openjupyter_service.exercises.served import move, prepare

_KEPT = "refs/openjupyter/kept"


def rebuild(mirror: Path, published: Iterable[tuple[str, str, str]], served: Path) -> None:
    """Publish once more what was published, in the same order; then the commits have the same names, too.

    Args:
        mirror: what was fetched of the public half.
        published: oldest first: commit at the Git host, folder of it, and commit as it was served.
        served: where to; nothing happens if it is there.

    Raises:
        RemoteError: a version is no longer to be had; the text says what to do
    """
    if served.exists():
        return
    served.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    made = Path(tempfile.mkdtemp(prefix=".rebuilt-", dir=served.parent))
    try:
        for commit, folder, served_commit in published:
            _keep(mirror, commit)
            # One that was published without its history may have had something hidden in that.
            leaks = () if served_commit == commit else (commit,)
            if prepare(mirror, commit, folder, made, leaks) != served_commit:
                raise RemoteError(_lost(served))
            move(made, served_commit)
        if not served.exists():  # nobody has made it meanwhile
            made.rename(served)
    except GitFailed:
        raise RemoteError(_lost(served)) from None
    except OSError as error:
        raise RemoteError(f"{served} cannot be written: {error.strerror}; make room, or mend its rights") from None
    finally:
        shutil.rmtree(made, ignore_errors=True)


def _keep(mirror: Path, commit: str) -> None:
    """Let a commit be known as fetched that came with a later one's history."""
    if not (mirror / "HEAD").exists():
        raise RemoteError(f"{mirror} is gone, too; sync the course, or restore the folder from a backup")
    git(mirror, "cat-file", "-e", f"{commit}^{{commit}}")
    git(mirror, "update-ref", f"{_KEPT}/{commit}", commit)


def _lost(served: Path) -> str:
    return (
        f"{served} is gone, and what was published before cannot be made anew from what is at the Git host now; sync "
        "the course if that was not done yet, or restore the folder from a backup"
    )
