"""A virtual environment for each peer, made once and found again by the hash of its pins."""

import hashlib
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

HOME = Path(__file__).resolve().parents[3] / ".openjupyter" / "peers"
_COMMON = ("ipykernel==7.4.0", "numpy==2.4.6", "pandas==3.1.1")
PINS = {
    "nbgrader": ("nbgrader==0.9.6", *_COMMON),
    "otter": ("otter-grader==7.0.0", *_COMMON),
}


class Environment:
    """Runs a peer's programs. `say` hears of long work."""

    def __init__(self, name: str, say: Callable[[str], None]) -> None:
        digest = hashlib.sha256("\n".join(PINS[name]).encode()).hexdigest()[:12]
        self.folder = HOME / f"{name}-{digest}"
        if not (self.folder / "complete").exists():
            say(f"installing {PINS[name][0]} …")
            self._make(PINS[name])

    def _make(self, pins: tuple[str, ...]) -> None:
        subprocess.run([sys.executable, "-m", "venv", "--clear", str(self.folder)], check=True)
        python = str(self.folder / "bin/python")
        subprocess.run([python, "-m", "pip", "install", "--quiet", "--disable-pip-version-check", *pins], check=True)
        kernel = [python, "-m", "ipykernel", "install", "--sys-prefix"]
        subprocess.run(kernel, check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        (self.folder / "complete").touch()

    def run(self, *command: str, cwd: Path, seconds: float = 900) -> "subprocess.CompletedProcess[str]":
        """Run one of its programs; what it prints is kept."""
        path = f"{self.folder / 'bin'}{os.pathsep}{os.environ['PATH']}"
        return subprocess.run(
            command,
            cwd=cwd,
            env={**os.environ, "PATH": path, "VIRTUAL_ENV": str(self.folder)},
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            errors="replace",
            timeout=seconds,
            check=False,
        )
