"""A learner's copy of a course: what Git knows of it, and what has been settled."""

import contextlib
import json
import os
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from openjupyter.updates.missed import Missed, Versions, find, settled

GIT_SECONDS = 30
MAX_BYTES = 20 * 2**20
"""Files above that are not looked at."""
MAX_FILES = 500
_STATE = "openjupyter-updates.json"


class NoRepository(Exception):
    """There is no course here, or none that was ever pulled; the text says why."""


@dataclass
class State:
    """What is settled; kept beside Git's own files, where no pull and no learner comes by accident."""

    since: str = ""
    """The course's commit of which all is settled, but for `files`."""
    files: dict[str, dict[str, Any]] = field(default_factory=dict)
    """Files of which something is missing: path → {"commit": of which all was settled, "had": {key: digest}}."""


class Repository:
    """A folder with a course in it.

    Args:
        folder: the top of the working tree.

    Raises:
        NoRepository: it is none.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._git_dir = Path(self.git("rev-parse", "--absolute-git-dir").strip())

    def git(self, *arguments: str) -> str:
        """What Git prints.

        Raises:
            NoRepository: it fails.
        """
        return self._git(*arguments).decode(errors="surrogateescape")

    def course_commit(self) -> str:
        """The course's commit that was merged last.

        Raises:
            NoRepository: nothing of a course has been fetched.
        """
        with contextlib.suppress(NoRepository):
            return self.git("merge-base", "HEAD", "@{upstream}").strip()
        return self.git("rev-parse", "@{upstream}").strip()

    def missed(self) -> list[Missed]:
        """What the learner has not got of the course; notes what they have.

        Raises:
            NoRepository: nothing of a course has been fetched.
        """
        state, now = self.read_state(), self.course_commit()
        state.since = state.since or self._first_commit() or now
        found: list[Missed] = []
        files: dict[str, dict[str, Any]] = {}
        for path in self._touched(now, state):
            known = state.files.get(path, {})
            start, had = str(known.get("commit", state.since)), dict(known.get("had", {}))
            versions = self.versions(path, start, now)
            missing = find(path, versions, had)
            if missing:
                files[path] = {"commit": start, "had": settled(path, versions, had, missing)}
                found += missing
        self.write_state(State(now, files))
        return found

    def versions(self, path: str, start: str, now: str) -> Versions:
        """A file at the commits that matter, and on disk."""
        base, theirs, merged = self._blobs(f"{start}:{path}", f"{now}:{path}", f"HEAD:{path}")
        return Versions(base, theirs, merged, self._on_disk(path))

    def at(self, commit: str, path: str) -> bytes | None:
        """A file at a commit; None where there is none, or a large one."""
        return self._blobs(f"{commit}:{path}")[0]

    def _blobs(self, *names: str) -> list[bytes | None]:
        """Contents of objects; None for those that are not there, are no files, or are large."""
        if any("\n" in name for name in names):
            return [None] * len(names)
        asked = "".join(f"{name}\n" for name in names).encode(errors="surrogateescape")
        kinds = [line.split() for line in self._git("cat-file", "--batch-check", stdin=asked).splitlines()]
        are_fit = [len(kind) == 3 and kind[1] == b"blob" and int(kind[2]) <= MAX_BYTES for kind in kinds]
        fit = [kind[0] + b"\n" for kind, is_fit in zip(kinds, are_fit, strict=True) if is_fit]
        answer = self._git("cat-file", "--batch", stdin=b"".join(fit)) if fit else b""
        found: list[bytes | None] = []
        for is_fit in are_fit:
            if is_fit:
                head, _, answer = answer.partition(b"\n")
                size = int(head.split()[2])
                found.append(answer[:size])
                answer = answer[size + 1 :]
            else:
                found.append(None)
        return found

    def read_state(self) -> State:
        """What is settled; nothing yet where the file is missing or cannot be read."""
        try:
            values = json.loads((self._git_dir / _STATE).read_text())
            state = State(str(values["since"]), dict(values["files"]))
            if self._is_commit(state.since):
                return state
        except (OSError, ValueError, KeyError, TypeError):
            pass
        return State()

    def write_state(self, state: State) -> None:
        """Keep it, whole or not at all."""
        file = self._git_dir / _STATE
        new = file.with_suffix(".new")
        new.write_text(json.dumps({"since": state.since, "files": state.files}))
        new.replace(file)

    def _touched(self, now: str, state: State) -> Iterator[str]:
        """Files that differ from the course's, after the merge or on disk, and those with open matters."""
        names = self.git("diff", "--name-only", "-z", "--no-renames", now, "--").split("\0")
        names += self.git("diff", "--name-only", "-z", "--no-renames", now, "HEAD", "--").split("\0")
        yield from sorted({name for name in [*names, *state.files] if name})[:MAX_FILES]

    def _first_commit(self) -> str:
        """The course's commit that the copy was first made of, for copies that are older than our notes."""
        with contextlib.suppress(NoRepository):
            lines = self.git("reflog", "show", "--format=%H", "HEAD").split()
            return lines[-1] if lines else ""
        return ""

    def _is_commit(self, name: str) -> bool:
        with contextlib.suppress(NoRepository):
            return bool(name) and self.git("cat-file", "-t", name).strip() == "commit"
        return False

    def _on_disk(self, path: str) -> bytes | None:
        file = self.folder / path
        try:
            if file.is_symlink() or not file.is_file() or file.stat().st_size > MAX_BYTES:
                return None
            return file.read_bytes()
        except OSError:
            return None

    def _git(self, *arguments: str, stdin: bytes = b"") -> bytes:
        environment = os.environ | {"GIT_TERMINAL_PROMPT": "0", "GIT_OPTIONAL_LOCKS": "0", "LC_ALL": "C"}
        try:
            done = subprocess.run(
                ["git", "-C", str(self.folder), *arguments],
                env=environment,
                input=stdin,
                capture_output=True,
                timeout=GIT_SECONDS,
                check=False,
            )
        except (OSError, subprocess.TimeoutExpired) as error:
            raise NoRepository(f"Git cannot be asked: {error}") from None
        if done.returncode:
            raise NoRepository(done.stderr.decode(errors="replace").strip()[:300])
        return done.stdout
