"""The notebook this kernel belongs to: where it is, and how to have the browser save it."""

import datetime as dt
import json
import os
import time
from pathlib import Path, PurePosixPath

from openjupyter.client.problems import NOT_LAUNCHED, GradeProblem

SAVE_SECONDS = 4.0
"""How long to wait for a browser to save; without one (papermill, a test) the file as it is counts."""

_POLL_SECONDS = 0.05


def find_notebook() -> Path:
    """Absolute path of this kernel's notebook; GradeProblem when the kernel was not started for one."""
    # Jupyter Server sets it for every kernel that it starts for a document.
    name = os.environ.get("JPY_SESSION_NAME", "")
    path = Path.home() / name
    if not name or path.suffix != ".ipynb" or not path.is_file():
        raise GradeProblem(NOT_LAUNCHED)
    return path.resolve()


def place_in_course(notebook: Path) -> tuple[str, str]:
    """Course and path inside it: launches clone each course into a folder of its name in the home folder."""
    try:
        relative = PurePosixPath(notebook.relative_to(Path.home().resolve()))
    except ValueError:
        raise GradeProblem(NOT_LAUNCHED) from None
    if len(relative.parts) < 2:
        raise GradeProblem(NOT_LAUNCHED)
    return relative.parts[0], str(PurePosixPath(*relative.parts[1:]))


def saving_script(notebook: Path) -> str:
    """JavaScript that makes JupyterLab save this notebook, and does nothing where there is no JupyterLab."""
    path = json.dumps(str(PurePosixPath(notebook.relative_to(Path.home().resolve()))))
    return f"""(() => {{
  const app = window.jupyterapp;
  if (!app) return;
  for (const widget of app.shell.widgets('main')) {{
    if (widget.context && widget.context.path === {path}) {{ widget.context.save(); return; }}
  }}
}})();"""


def unsaved_note(notebook: Path) -> str:
    """What to say when no browser has saved the notebook: which state of it was graded."""
    at = dt.datetime.fromtimestamp(notebook.stat().st_mtime, dt.UTC)
    return f"Graded as last saved, at {at:%H:%M:%S} UTC. If you changed something since, save (Ctrl+S) and grade again."


class SaveWatch:
    """Waits for a file to be written again after the moment this was made."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._before = self._stamp()

    def _stamp(self) -> tuple[int, int, int] | None:
        try:
            status = self._path.stat()
        except FileNotFoundError:
            return None
        return status.st_mtime_ns, status.st_size, status.st_ino

    def wait(self, seconds: float = SAVE_SECONDS) -> bool:
        """True as soon as the file has been written whole, False when it was not within so many seconds."""
        deadline = time.monotonic() + seconds
        seen = self._before
        while time.monotonic() < deadline:
            time.sleep(_POLL_SECONDS)
            stamp = self._stamp()
            # Jupyter Server writes a notebook in place: a change is only the beginning of one.
            if stamp != self._before and stamp == seen and _is_json(self._path):
                return True
            seen = stamp
        return False


def _is_json(path: Path) -> bool:
    try:
        json.loads(path.read_text())
    except (OSError, ValueError):
        return False
    return True
