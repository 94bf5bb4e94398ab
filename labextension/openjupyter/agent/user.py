"""The two users inside a sandbox: the agent, and the learner whose code runs in the kernel."""

import contextlib
import os
import pwd
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class LearnerUser:
    """The user that runs the kernel. Without the right to change users (tests on a laptop) it is our own."""

    uid: int
    gid: int
    home: Path

    @classmethod
    def find(cls, name: str = "learner") -> "LearnerUser":
        """The image's learner when we are root, else ourselves."""
        entry = pwd.getpwnam(name) if os.geteuid() == 0 else pwd.getpwuid(os.geteuid())
        return cls(entry.pw_uid, entry.pw_gid, Path(entry.pw_dir))

    @property
    def popen_arguments(self) -> dict[str, object]:
        """Arguments for subprocess.Popen that start a process as this user, without our groups."""
        if os.geteuid() != 0:
            return {}
        return {"user": self.uid, "group": self.gid, "extra_groups": []}

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
