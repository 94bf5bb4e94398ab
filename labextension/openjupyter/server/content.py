"""What a submission carries: the notebook without needless weight, and the exercise's files."""

import base64
import json
from collections.abc import Iterable
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path

from openjupyter.server.places import Place
from openjupyter.server.problems import Problem, outputs_too_large, too_large

MAX_NOTEBOOK_BYTES = 10 * 2**20
MAX_FILES_BYTES = 10 * 2**20
"""The service's own limits: the notebook without its outputs, and all files together."""
MAX_READ_BYTES = 50 * 2**20
"""Of a notebook as it is on disk, with its outputs: reading more could take all memory of the learner's server."""


@dataclass(frozen=True)
class Content:
    """A notebook as text, and files as base64 by path in the course's folder."""

    notebook: str
    files: dict[str, str]

    def digest(self) -> str:
        """The same for the same content."""
        return sha256(json.dumps([self.notebook, self.files], sort_keys=True).encode()).hexdigest()


def read_content(place: Place, names: Iterable[str]) -> Content:
    """Read notebook and files from disk; files that are not there are left out.

    Raises:
        Problem: something is no notebook, too large, or cannot be read
    """
    try:
        if (size := place.path.stat().st_size) > MAX_READ_BYTES:
            raise outputs_too_large(place.path.name, size)
        notebook = _without_outputs(place.path.read_bytes(), place.path.name)
        files: dict[str, str] = {}
        left = MAX_FILES_BYTES
        for name in names:
            if path := place.file(name):
                content = _read(path, left)
                left -= len(content)
                files[name] = base64.b64encode(content).decode()
    except OSError:
        raise Problem(
            "unreadable",
            409,
            f"{place.path.name} or a file of this exercise cannot be read. Save the notebook, and submit again.",
        ) from None
    return Content(notebook, files)


def _read(path: Path, limit: int) -> bytes:
    if (size := path.stat().st_size) > limit:
        raise too_large(path.name, size, limit)
    return path.read_bytes()


def _without_outputs(content: bytes, name: str) -> str:
    """The text of a notebook. Outputs do not matter for grading, and can be much larger than what was written."""
    try:
        notebook = json.loads(content)
        for cell in notebook["cells"]:
            if cell.get("cell_type") == "code":
                cell["outputs"], cell["execution_count"] = [], None
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
        raise Problem(
            "no-notebook",
            400,
            f"{name} is not a notebook any more, so nothing was submitted. Save it once more in JupyterLab; if that "
            "does not help, delete it and open the exercise from your course page: you get a fresh one.",
        ) from None
    size = len(json.dumps(notebook, ensure_ascii=False).encode("utf-8", "replace"))
    if size > MAX_NOTEBOOK_BYTES:
        raise too_large(name, size, MAX_NOTEBOOK_BYTES)
    return json.dumps(notebook)  # in ASCII, for JSON may hold half a character, which is no text
