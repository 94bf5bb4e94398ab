"""Child processes: started with their output in a log, watched, restarted, stopped."""

import contextlib
import ctypes
import os
import signal
import subprocess
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from deploy.errors import SetupError

_SET_PARENT_DEATH_SIGNAL = 1
"""PR_SET_PDEATHSIG, prctl(2)."""

FIRST_PAUSE = 1.0
LONGEST_PAUSE = 60.0
LOOK_SECONDS = 0.25
STEADY_SECONDS = 60.0
"""A process that ran for so long starts anew with the shortest pause."""


@dataclass
class Child:
    """One program that is kept running."""

    name: str
    command: Sequence[str]
    log: Path
    env: Mapping[str, str] = field(default_factory=dict)
    cwd: Path | None = None
    _process: subprocess.Popen[bytes] | None = None
    _started: float = 0.0
    _pause: float = FIRST_PAUSE
    _restart_at: float | None = None

    def start(self) -> None:
        """Start the program, in a session of its own so that a terminal's Ctrl-C does not reach it."""
        self.log.parent.mkdir(parents=True, exist_ok=True)
        with self.log.open("ab") as output:
            self._process = subprocess.Popen(
                self.command,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                env={**os.environ, **self.env},
                cwd=self.cwd,
                start_new_session=True,
                preexec_fn=_die_with_parent,
            )
        self._started = time.monotonic()
        self._restart_at = None

    @property
    def pid(self) -> int | None:
        """Process id while the program is alive."""
        return self._process.pid if self._process is not None and self.running else None

    @property
    def running(self) -> bool:
        """Is the program alive?"""
        return self._process is not None and self._process.poll() is None

    def tend(self, say: Callable[[str], None], before_restart: Callable[[], None] = lambda: None) -> None:
        """Restart the program if it has died, with growing pauses between tries."""
        if self.running:
            return
        now = time.monotonic()
        if self._restart_at is None:
            self._pause = FIRST_PAUSE if now - self._started > STEADY_SECONDS else min(self._pause * 2, LONGEST_PAUSE)
            self._restart_at = now + self._pause
            code = self._process.returncode if self._process else None
            say(
                f"{self.name} ended unexpectedly (exit code {code}); it starts again in {self._pause:.0f} s,"
                f" see {self.log}"
            )
        elif now >= self._restart_at:
            before_restart()
            self.start()
            say(f"{self.name} was started again")

    def stop(self, seconds: float = 30.0) -> None:
        """End the program: SIGTERM, and SIGKILL to its whole session when it takes longer than `seconds`."""
        if self._process is None:
            return
        if self._process.poll() is None:
            self._process.terminate()
            with contextlib.suppress(subprocess.TimeoutExpired):
                self._process.wait(seconds)
        # Whatever it left behind lives in the session that it led.
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(self._process.pid, signal.SIGKILL)
        self._process.wait()

    def wait_until_answering(self, url: str, seconds: float) -> None:
        """Wait until `url` answers with a success.

        Raises:
            SetupError: the program ended, or did not answer in time; with the last lines of its log.
        """
        deadline = time.monotonic() + seconds
        while time.monotonic() < deadline:
            if answers(url):
                return
            if not self.running:
                raise SetupError(f"{self.name} ended while starting; {self.log} ends with:\n{tail(self.log)}")
            time.sleep(LOOK_SECONDS)
        raise SetupError(
            f"{self.name} does not answer at {url} after {seconds:.0f} s; {self.log} ends with:\n{tail(self.log)}"
        )


def answers(url: str) -> bool:
    """Does this address answer with a success, within two seconds?"""
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    try:
        with opener.open(url, timeout=2):
            return True
    except (urllib.error.URLError, OSError):
        return False


def tail(log: Path, lines: int = 15) -> str:
    """The last lines of a log."""
    try:
        return "\n".join(log.read_text(errors="replace").splitlines()[-lines:])
    except OSError:
        return ""


def _die_with_parent() -> None:
    """In the child: end when the launcher is killed, so that no port stays taken."""
    ctypes.CDLL(None).prctl(_SET_PARENT_DEATH_SIGNAL, signal.SIGTERM)
