"""The stamp of a built file: it tells what was built, and whether anybody has changed it by hand since.

A file without a stamp was written by hand. The fingerprint in the stamp is that of what people write: the text, or the
types and sources of a notebook's cells, so that a notebook that was only run and saved counts as unchanged.
"""

import hashlib
import json
import re
from enum import StrEnum
from pathlib import Path
from typing import Any

NOTEBOOK_KEY = "openjupyter"
_LINE = re.compile(r"# Built by `openjupyter build` from [^\n]*; fingerprint ([0-9a-f]{16})\n")


class State(StrEnum):
    """What is to be thought of a file that stands where one is to be built."""

    BUILT = "built"
    CHANGED = "changed since it was built"
    BY_HAND = "written by hand"


def stamped_text(text: str, source: str) -> bytes:
    """A text of lines, such as TOML or Python, with its stamp as the first line; `source` is named in it."""
    first = f"# Built by `openjupyter build` from {source}: change it there, not here; fingerprint {_of_text(text)}\n"
    return (first + text).encode()


def stamped_notebook(notebook: dict[str, Any]) -> bytes:
    """A notebook with its stamp in the metadata."""
    stamp = {"built_by": "openjupyter build", "fingerprint": _of_notebook(notebook)}
    return notebook_bytes({**notebook, "metadata": {**notebook["metadata"], NOTEBOOK_KEY: stamp}})


def notebook_bytes(notebook: dict[str, Any]) -> bytes:
    """A notebook as JupyterLab writes it."""
    return (json.dumps(notebook, ensure_ascii=False, indent=1, sort_keys=True) + "\n").encode()


def state_of(content: bytes, is_notebook: bool) -> State:
    """The state of a file by its content."""
    if is_notebook:
        try:
            notebook = json.loads(content)
            stamp = notebook["metadata"][NOTEBOOK_KEY]["fingerprint"]
            return State.BUILT if stamp == _of_notebook(notebook) else State.CHANGED
        except (ValueError, KeyError, TypeError, RecursionError):
            return State.BY_HAND
    text = content.decode("utf-8", "replace").replace("\r\n", "\n")
    match = _LINE.match(text)
    if match is None:
        return State.BY_HAND
    return State.BUILT if match[1] == _of_text(text[match.end() :]) else State.CHANGED


def says_the_same(old: bytes, new: bytes, is_notebook: bool) -> bool:
    """Is what people wrote in both the same? Then nothing is lost where one takes the other's place."""
    if is_notebook:
        try:
            return _of_notebook(json.loads(old)) == _of_notebook(json.loads(new))
        except (ValueError, KeyError, TypeError, RecursionError):
            return False
    texts = (content.decode("utf-8", "replace").replace("\r\n", "\n") for content in (old, new))
    plain = [_LINE.sub("", text, count=1) for text in texts]
    return plain[0] == plain[1]


def has_stamp(path: Path) -> bool:
    """Was this file of text built? If it cannot be read, it was not."""
    try:
        return state_of(path.read_bytes(), is_notebook=False) is not State.BY_HAND
    except OSError:
        return False


def _of_text(text: str) -> str:
    return _digest(text)


def _of_notebook(notebook: Any) -> str:
    cells = [[cell["cell_type"], "".join(cell["source"])] for cell in notebook["cells"]]
    return _digest(json.dumps(cells))


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()[:16]
