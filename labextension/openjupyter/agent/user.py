"""The two users inside a sandbox: the agent, and the learner whose code runs in the kernel."""

import contextlib
import os
import pwd
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class LearnerUser:
    """The user that runs the kernel, and whose home the submission is laid into."""

    uid: int
    gid: int
    home: Path

    @classmethod
    def find(cls, name: str = "learner") -> "LearnerUser":
        """The image's learner. PermissionError for anybody but root: the home is emptied, and must be no person's."""
        if os.geteuid() != 0:
            raise PermissionError("the agent runs as root inside a sandbox container, and nowhere else")
        entry = pwd.getpwnam(name)
        return cls(entry.pw_uid, entry.pw_gid, Path(entry.pw_dir))

    def become(self) -> None:
        """Turn this process into one of the learner's, for good."""
        if os.geteuid() != 0:
            return
        os.setgroups([])
        os.setresgid(self.gid, self.gid, self.gid)
        os.setresuid(self.uid, self.uid, self.uid)

    @contextlib.contextmanager
    def acting(self) -> Iterator[None]:
        """Files made inside belong to the learner; the agent has no right to write the learner's folders itself."""
        if os.geteuid() != 0:
            yield
            return
        os.setegid(self.gid)
        os.seteuid(self.uid)
        try:
            yield
        finally:
            os.seteuid(0)
            os.setegid(0)
