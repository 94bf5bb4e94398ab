"""A virtual environment for each peer, made once and found again by the hash of its pins."""

import contextlib
import hashlib
import os
import secrets
import signal
import subprocess
import sys
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

HOME = Path(__file__).resolve().parents[3] / ".openjupyter" / "peers"
_COMMON = ("ipykernel==7.4.0", "numpy==2.4.6", "pandas==3.1.1", "matplotlib==3.11.2")
"""What notebooks import, in the versions of the learner image."""
PINS = {
    "nbgrader": ("nbgrader==0.9.6", *_COMMON),
    "otter": ("otter-grader==7.0.0", *_COMMON),
}
_MARK = "OPENJUPYTER_BENCHMARK"
_NOT_PASSED_ON = {"PYTHONPATH", "PYTHONHOME", "PYTHONWARNINGS", "OPENJUPYTER_SANDBOX"}
CODE_OF_TIMEOUT = 124


@dataclass(frozen=True)
class Ended:
    """A program that has ended: exit code (CODE_OF_TIMEOUT when it was stopped), and what it has printed."""

    code: int
    output: str
    errors: str

    @property
    def reason(self) -> str:
        """The last line that names an error, in short."""
        if self.code == CODE_OF_TIMEOUT:
            return "does not end"
        lines = [line.strip() for line in self.errors.splitlines() if line.strip()]
        named = [line for line in lines if "Error: " in line or "Exception: " in line]
        return (named or lines or ["no result"])[-1][:100]


class Environment:
    """Runs a peer's programs. `say` hears of long work."""

    def __init__(self, name: str, say: Callable[[str], None]) -> None:
        digest = hashlib.sha256("\n".join(PINS[name]).encode()).hexdigest()[:12]
        self.folder = HOME / f"{name}-{digest}"
        if not (self.folder / "complete").exists():
            say(f"installing {PINS[name][0]} …")
            self._make(PINS[name])

    def _make(self, pins: tuple[str, ...]) -> None:
        python = str(self.folder / "bin/python")
        for command in (
            [sys.executable, "-m", "venv", "--clear", str(self.folder)],
            [python, "-m", "pip", "install", "--quiet", "--disable-pip-version-check", *pins],
            [python, "-m", "ipykernel", "install", "--sys-prefix"],
        ):
            done = subprocess.run(command, capture_output=True, text=True, check=False)
            if done.returncode:
                raise RuntimeError(f"{' '.join(command)}: {done.stderr[-2_000:]}")
        (self.folder / "complete").touch()

    def run(self, *command: str, cwd: Path, seconds: float = 120) -> Ended:
        """Run one of its programs, and end what it has left behind.

        Its output goes to files: a pipe would stay open as long as any process that a notebook has started.
        """
        mark = secrets.token_hex(8)
        path = f"{self.folder / 'bin'}{os.pathsep}{os.environ['PATH']}"
        passed_on = {name: value for name, value in os.environ.items() if name not in _NOT_PASSED_ON}
        environment = {**passed_on, "PATH": path, "VIRTUAL_ENV": str(self.folder), _MARK: mark}
        with tempfile.TemporaryFile() as output, tempfile.TemporaryFile() as errors:
            try:
                ended = subprocess.run(
                    command,
                    cwd=cwd,
                    env=environment,
                    stdin=subprocess.DEVNULL,
                    stdout=output,
                    stderr=errors,
                    timeout=seconds,
                    check=False,
                )
                code = ended.returncode
            except subprocess.TimeoutExpired:
                code = CODE_OF_TIMEOUT
            finally:
                end_marked(mark)
            output.seek(0)
            errors.seek(0)
            return Ended(code, output.read().decode(errors="replace"), errors.read().decode(errors="replace"))


def end_marked(mark: str) -> int:
    """Kill the processes whose environment has this mark, this one excepted; gives how many there were."""
    killed = 0
    for folder in Path("/proc").glob("[0-9]*"):
        with contextlib.suppress(OSError):
            marked = f"{_MARK}={mark}".encode() in (folder / "environ").read_bytes().split(b"\0")
            if marked and int(folder.name) != os.getpid():
                os.kill(int(folder.name), signal.SIGKILL)
                killed += 1
    return killed
