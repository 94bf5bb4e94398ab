"""The learner's files as the notebook left them: what one test changes in them, the next one does not see."""

import contextlib
import os
import stat
import subprocess
from dataclasses import dataclass
from pathlib import Path

from openjupyter.agent.user import LearnerUser

MAX_ENTRIES = 2_000
MAX_CONTENT_BYTES = 32 * 2**20
REMOVE_SECONDS = 10.0

Mark = tuple[int, int, int, int, int]
"""What tells one state of a file from another: mode, inode, size, time of change of content and of the entry."""


@dataclass(frozen=True)
class _Kept:
    mark: Mark
    content: bytes | None


class Home:
    """A copy of the home folder. A tree over the limits is left as it is, and tests share what they write there."""

    def __init__(self, user: LearnerUser) -> None:
        self._user = user
        self._kept: dict[Path, _Kept] = {}
        self._whole = False

    def remember(self) -> None:
        """Keep what is there now, as far as the limits go."""
        self._kept, self._whole, left = {}, False, MAX_CONTENT_BYTES
        with self._user.acting(), contextlib.suppress(OSError):
            marks = self._scan()
            if marks is None:
                return
            for path, mark in marks.items():
                content = None
                if stat.S_ISREG(mark[0]) and mark[2] <= left:
                    content = _read(path, mark[2])
                    left -= len(content or b"")
                self._kept[path] = _Kept(mark, content)
            self._whole = True

    def restore(self) -> None:
        """Make the folder what it was; costs a look at each file when nothing has changed."""
        if not self._whole:
            return
        with self._user.acting(), contextlib.suppress(OSError):
            marks = self._scan()
            if marks is None or marks == {path: kept.mark for path, kept in self._kept.items()}:
                return
            for path in marks.keys() - self._kept.keys():
                _remove(path)
            for path, kept in self._kept.items():  # folders come before what is in them
                if marks.get(path) != kept.mark:
                    _put_back(path, kept)
            after = self._scan() or {}
            self._kept = {path: _Kept(after.get(path, kept.mark), kept.content) for path, kept in self._kept.items()}

    def empty(self) -> None:
        """Take everything away."""
        with self._user.acting(), contextlib.suppress(OSError):
            for path in list(self._user.home.iterdir()):
                _remove(path)

    def _scan(self) -> dict[Path, Mark] | None:
        """All entries with their marks; None when there are too many. Links are not followed."""
        found: dict[Path, Mark] = {}
        waiting = [self._user.home]
        while waiting:
            with os.scandir(waiting.pop()) as entries:
                for entry in entries:
                    status = entry.stat(follow_symlinks=False)
                    is_folder = stat.S_ISDIR(status.st_mode)
                    times = (0, 0) if is_folder else (status.st_mtime_ns, status.st_ctime_ns)
                    size = 0 if is_folder else status.st_size
                    found[Path(entry.path)] = (status.st_mode, status.st_ino, size, *times)
                    if len(found) > MAX_ENTRIES:
                        return None
                    if is_folder:
                        waiting.append(Path(entry.path))
        return found


def _read(path: Path, size: int) -> bytes | None:
    """An ordinary file of that size; None for what has become something else since it was looked at."""
    descriptor = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC)
    with os.fdopen(descriptor, "rb", 0) as file:
        if not stat.S_ISREG(os.fstat(descriptor).st_mode):
            return None
        content = file.read(size + 1) or b""
        return content if len(content) == size else None


def _write(path: Path, content: bytes) -> None:
    """A new file; a learner's process that has put something else there meanwhile makes it fail."""
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC, 0o644)
    with os.fdopen(descriptor, "wb") as file:
        file.write(content)


def _remove(path: Path) -> None:
    with contextlib.suppress(OSError, subprocess.TimeoutExpired):
        if path.is_dir() and not path.is_symlink():
            # Python's own rmtree is recursive, and learner code can nest folders deeper than that goes.
            command = ["rm", "-rf", "--", str(path)]
            subprocess.run(command, stderr=subprocess.DEVNULL, timeout=REMOVE_SECONDS, check=False)
        else:
            path.unlink()


def _put_back(path: Path, kept: _Kept) -> None:
    mode = kept.mark[0]
    with contextlib.suppress(OSError):
        if stat.S_ISDIR(mode):
            if path.is_symlink() or not path.is_dir():
                _remove(path)
                path.mkdir()
            path.chmod(stat.S_IMODE(mode))
        elif kept.content is not None:
            _remove(path)
            _write(path, kept.content)
            path.chmod(stat.S_IMODE(mode))
