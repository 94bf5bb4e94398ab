"""Fetch the halves of followed courses from Git hosts into mirrors of ours."""

import logging
import re
from collections.abc import Callable, Mapping
from pathlib import Path

from openjupyter_service.courses import Half
from openjupyter_service.errors import RemoteError
from openjupyter_service.exercises.bare import alone, make_bare, tidy
from openjupyter_service.exercises.credentials import NOTHING, Credential
from openjupyter_service.exercises.git import MAX_MIRROR_BYTES, GitFailed, GitStopped, git
from openjupyter_service.exercises.places import known_hosts
from openjupyter_service.exercises.refusals import in_words

ASK_SECONDS = 60.0
FETCH_SECONDS = 600.0

_NAME_LENGTH = 40
_HERE = "refs/openjupyter/fetched"
_KEPT = "refs/openjupyter/kept"

log = logging.getLogger(__name__)


def fetch(half: Half, mirror: Path, credential: Credential = NOTHING) -> str:
    """Fetch the branch of a half into a mirror, and give the commit that it stands at. Blocks for minutes at worst.

    The mirror is made when missing. What was fetched once stays in it after a force-push, since submissions were made
    for it. When there is nothing new, this is one short question to the host.

    Args:
        half: where from; its folder does not matter here.
        mirror: bare repository, CoursePlaces.public_mirror or private_mirror.
        credential: what opens the repository.

    Raises:
        RemoteError: what happened, and what to do about it
    """
    with alone(mirror) as lock, credential.variables(half.url, known_hosts(mirror)) as variables:
        make_bare(mirror)
        call = _Call(half, mirror, credential, variables, lock)
        commit = call.standing()
        if not _has(mirror, commit):
            call.fetch()
            commit = _commit(mirror)
            git(mirror, "update-ref", f"{_KEPT}/{commit}", commit)
            tidy(mirror)
        return commit


class _TooLarge(RemoteError):
    """More than fits has come."""


class _Call:
    """Questions to one host about one half."""

    def __init__(
        self, half: Half, mirror: Path, credential: Credential, variables: Mapping[str, str], lock: int
    ) -> None:
        self._half = half
        self._mirror = mirror
        self._credential = credential
        self._variables = variables
        self._lock = lock

    def standing(self) -> str:
        """The commit that the branch stands at, by the host."""
        branch = f"refs/heads/{self._half.branch}"
        found = self._branches(branch).get(branch)
        if found is None:
            raise RemoteError(self._no_branch())
        if len(found) != _NAME_LENGTH:
            raise RemoteError(in_words(self._half.url, "mismatched algorithms"))
        return found

    def fetch(self) -> None:
        """Fetch the branch."""
        refspec = f"+refs/heads/{self._half.branch}:{_HERE}"
        options = ("--no-tags", "--no-write-fetch-head", "--no-recurse-submodules", "--refmap=", "--quiet")
        try:
            self._git(FETCH_SECONDS, "fetch", *options, "--", self._half.url, refspec, look=self._look)
        except _TooLarge:
            # Nothing of it stays, or the repository would be too large for ever.
            make_bare(self._mirror)
            git(self._mirror, "update-ref", "-d", _HERE)
            git(self._mirror, "gc", "--prune=now", "--quiet", seconds=FETCH_SECONDS)
            raise

    def _no_branch(self) -> str:
        branches = sorted(name.removeprefix("refs/heads/") for name in self._branches())
        if not branches:
            return f"{self._half.url} is empty: push a first commit to its branch {self._half.branch}"
        shown = ", ".join(name[:60] for name in branches[:10] if name.isprintable())
        return (
            f"{self._half.url} has no branch {self._half.branch} (any more); it has: {shown}. Push that branch again, "
            "or name another one for the course"
        )

    def _branches(self, *patterns: str) -> dict[str, str]:
        lines = self._git(ASK_SECONDS, "ls-remote", "--heads", "--", self._half.url, *patterns).decode(errors="replace")
        pairs = [line.split("\t", 1) for line in lines.splitlines() if "\t" in line]
        return {name: commit for commit, name in pairs if re.fullmatch(r"[0-9a-f]{40,64}", commit)}

    def _git(self, seconds: float, *arguments: str, look: Callable[[], None] | None = None) -> bytes:
        try:
            return git(
                self._mirror,
                *arguments,
                seconds=seconds,
                settings=self._credential.settings(self._half.url),
                variables=self._variables,
                look=look,
                kept_open=(self._lock,),
            )
        except GitStopped as error:
            raise RemoteError(f"{self._half.url}: the host does not answer, or far too slowly ({error})") from None
        except GitFailed as error:
            reason = error.reason
            for secret in self._credential.texts:
                reason = reason.replace(secret, "…") if secret else reason
            log.info("%s of %s failed: %r", arguments[0], self._half.url, reason)
            raise RemoteError(in_words(self._half.url, reason)) from None

    def _look(self) -> None:
        if _bytes_below(self._mirror / "objects") > MAX_MIRROR_BYTES:
            raise _TooLarge(
                f"{self._half.url} is larger than {MAX_MIRROR_BYTES // 2**20} MiB with its history: keep data sets out "
                "of it (the course's data folder is for them), and take large files out of its history"
            )


def _bytes_below(folder: Path) -> int:
    total = 0
    for path in folder.rglob("*"):
        try:
            total += path.lstat().st_size
        except FileNotFoundError:
            continue  # Git has just renamed or removed it.
    return total


def _has(mirror: Path, commit: str) -> bool:
    return bool(git(mirror, "for-each-ref", f"{_KEPT}/{commit}"))


def _commit(mirror: Path) -> str:
    return git(mirror, "rev-parse", "--verify", f"{_HERE}^{{commit}}").decode().strip()
