"""The notebook this kernel belongs to: where it is, and how to have the browser save it."""

import json
import os
import time
from pathlib import Path, PurePosixPath

from openjupyter.client.language import _
from openjupyter.client.outlook import utc
from openjupyter.client.problems import not_launched

SAVE_SECONDS = 4.0
"""How long to wait for a browser to save; without one (papermill, a test) the file as it is counts."""

_POLL_SECONDS = 0.05


def find_notebook() -> Path:
    """Absolute path of this kernel's notebook; GradeProblem when the kernel was not started for one."""
    # Jupyter Server sets it for every kernel that it starts for a document.
    name = os.environ.get("JPY_SESSION_NAME", "")
    path = Path.home() / name
    if not name or path.suffix != ".ipynb" or not path.is_file():
        raise not_launched()
    return path.resolve()


def place_in_course(notebook: Path) -> tuple[str, str]:
    """Course and path inside it: launches clone each course into a folder of its name in the home folder."""
    try:
        relative = PurePosixPath(notebook.relative_to(Path.home().resolve()))
    except ValueError:
        raise not_launched() from None
    if len(relative.parts) < 2:
        raise not_launched()
    return relative.parts[0], str(PurePosixPath(*relative.parts[1:]))


def saving_script(notebook: Path) -> str:
    """JavaScript that makes the page save this notebook, and does nothing in a page that cannot.

    JupyterLab and Notebook 7 are asked for this very document where they show their application object, which is a
    setting (`expose_app_in_browser`). Otherwise Notebook 7, whose page has one document, gets the keys for saving;
    JupyterLab would save whichever document is in front, and is left alone unless it is this one.
    """
    path = json.dumps(str(PurePosixPath(notebook.relative_to(Path.home().resolve()))))
    return f"""(() => {{
  const path = {path};
  const app = window.jupyterapp;
  if (app) {{
    for (const widget of app.shell.widgets('main')) {{
      if (widget.context && widget.context.path === path) {{ widget.context.save(); return; }}
    }}
    return;
  }}
  if (!decodeURIComponent(location.pathname).endsWith('/' + path)) return;
  const mac = /Mac|iPhone|iPad/.test(navigator.platform);
  const keys = {{ key: 's', code: 'KeyS', keyCode: 83, ctrlKey: !mac, metaKey: mac, bubbles: true, cancelable: true }};
  document.body.dispatchEvent(new KeyboardEvent('keydown', keys));
}})();"""


def unsaved_note(notebook: Path) -> str:
    """What to say when no browser has saved the notebook: which state of it was graded."""
    return _("Graded as last saved, at {time}. If you changed something since, save (Ctrl+S) and grade again.").format(
        time=utc(notebook.stat().st_mtime)
    )


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
