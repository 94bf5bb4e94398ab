"""The repository that learners pull a followed course from: the public half, and no object of anything else."""

import re
import tempfile
from collections.abc import Collection
from pathlib import Path

from openjupyter_service.errors import RemoteError
from openjupyter_service.exercises.bare import alone, make_bare, tidy
from openjupyter_service.exercises.git import IDENTITY, MAX_MIRROR_BYTES, GitFailed, git
from openjupyter_service.exercises.tree import read_tree

BRANCH = "refs/heads/main"

_PREPARED = "refs/openjupyter/prepared"
_LAST_SECOND = 2**32 - 1


def prepare(mirror: Path, commit: str, folder: str, served: Path, leaks: Collection[str] = ()) -> str:
    """Bring the public half at a commit into the served repository, and give the commit that `move` would publish.

    No branch is moved, and nothing that is brought here is shown to learners before `move`.

    If the half is a whole repository and the commit comes after what is published, it is the commit itself, with its
    history. Otherwise (a folder of a repository, a history that was written anew by a force-push, or one with a leak in
    it) it is a commit made of the tree alone, on top of what is published: learners pull with merges, which then start
    at the very version they have, and what the repository holds elsewhere or held before stays out. Without a change to
    the published files it is the published commit.

    Args:
        mirror: repository that the commit was fetched into.
        commit: its full name there.
        folder: the half's folder; "" = all of it.
        served: CoursePlaces.served; made when missing.
        leaks: commits, fetched into the mirror, that hold something hidden: no history is published that may have it.

    Raises:
        RemoteError: the half cannot be served so; says which file stands in the way
    """
    read_tree(mirror, commit, folder)
    with alone(served):
        make_bare(served)
        # What is prepared may be refused by its check: learners do not learn that it is there.
        git(served, "config", "transfer.hideRefs", "refs/openjupyter")
        published = _published(served)
        tree = _name(mirror, f"{commit}:{folder}")
        if published and _name(served, f"{published}^{{tree}}") == tree:
            made = published
        elif (
            not folder
            and (not published or _comes_after(mirror, published, commit))
            and not any(_shares(mirror, leak, commit, published) for leak in leaks)
        ):
            _bring(mirror, served, commit, without=published)
            made = commit
        else:
            _bring(mirror, served, tree)
            made = _commit(mirror, commit, tree, published, served)
        git(served, "update-ref", f"{_PREPARED}/{made}", made)
        return made


def move(served: Path, served_commit: str) -> None:
    """Publish a prepared commit: learners get it with their next pull. Whole or not at all; twice is as once.

    Raises:
        RemoteError: it was not prepared, or another version was published since; prepare it again then
    """
    if not re.fullmatch(r"[0-9a-f]{40}", served_commit):
        raise RemoteError(f"{served_commit[:50]!r} is no commit")
    with alone(served):
        make_bare(served)
        published = _published(served)
        if published == served_commit:
            return
        if not git(served, "for-each-ref", f"{_PREPARED}/{served_commit}"):
            raise RemoteError(f"the version {served_commit} of the course is not prepared; sync the course again")
        if published and not _comes_after(served, published, served_commit):
            raise RemoteError(f"the version {served_commit} does not follow what is published; sync the course again")
        git(served, "update-ref", BRANCH, served_commit, published or "0" * 40)
        tidy(served)


def _published(served: Path) -> str:
    return git(served, "for-each-ref", "--format=%(objectname)", BRANCH).decode().strip()


def _name(repository: Path, revision: str) -> str:
    return git(repository, "rev-parse", "--verify", "--end-of-options", revision).decode().strip()


def _comes_after(repository: Path, first: str, second: str) -> bool:
    try:
        git(repository, "merge-base", "--is-ancestor", first, second)
    except GitFailed:
        # Not so, or the first one is not even known here.
        return False
    return True


def _shares(mirror: Path, leak: str, commit: str, published: str) -> bool:
    """Do two commits have a history in common that is not published yet?"""
    try:
        base = git(mirror, "merge-base", leak, commit).decode().strip()
    except GitFailed:
        return False  # They have none at all.
    return not published or not _comes_after(mirror, base, published)


def _bring(mirror: Path, served: Path, name: str, without: str = "") -> None:
    """Copy a commit or a tree with all that it needs, and nothing else; but for what a commit that is there needs."""
    wanted = f"{name}\n^{without}\n" if without else f"{name}\n"
    with tempfile.TemporaryFile() as pack:
        options = ("--revs", "--stdout", "--quiet")
        git(mirror, "pack-objects", *options, source=wanted.encode(), output=pack, maximum=MAX_MIRROR_BYTES)
        pack.seek(0)
        git(served, "index-pack", "--stdin", source=pack)


def _commit(mirror: Path, commit: str, tree: str, parent: str, served: Path) -> str:
    """A commit of the tree. Its time is that of the given commit, so that preparing it twice gives the same one."""
    seconds = git(mirror, "show", "--no-patch", "--format=%ct", commit).decode().strip()
    time = f"@{min(int(seconds), _LAST_SECOND) if seconds.isdigit() else 0} +0000"
    dates = {"GIT_AUTHOR_DATE": time, "GIT_COMMITTER_DATE": time}
    parents = ("-p", parent) if parent else ()
    # Of the message there, nothing comes here: it may be about the other half.
    made = git(served, "commit-tree", tree, *parents, "-m", "Publish the course", variables={**IDENTITY, **dates})
    return made.decode().strip()
