"""The style check: ruff reads the submitted notebook in a process of its own, while the hidden tests run."""

import contextlib
import json
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

MAX_FINDINGS = 1_000
MAX_SECONDS = 20.0
"""From the start of the check; the tests usually take as long anyway."""
_MAX_OUTPUT = 4_000_000
_MAX_MEMORY = 2_000_000_000
"""Address space; of real memory ruff needs a small part of it."""

Finding = dict[str, Any]


class StyleCheck:
    """One run of ruff over one notebook; `findings` waits for its end. Close it, whatever happens.

    Args:
        notebook: text of the notebook, hostile
        select: rules of ruff, such as "E" or "F401"
        ignore: rules that are left out of them
    """

    def __init__(self, notebook: str, select: list[str], ignore: list[str]) -> None:
        self._cells = _cells(notebook)
        self._folder = tempfile.TemporaryDirectory(prefix="style")
        self._deadline = time.monotonic() + MAX_SECONDS
        self._output = Path(self._folder.name) / "findings"
        path = Path(self._folder.name) / "notebook.ipynb"
        path.write_text(json.dumps(_as_notebook(self._cells)))
        with self._output.open("wb") as output:
            self._process = subprocess.Popen(
                [
                    *_COMMAND,
                    *(f"--select={rule}" for rule in select),
                    *(f"--ignore={rule}" for rule in ignore),
                    str(path),
                ],
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.DEVNULL,
                cwd=self._folder.name,
                env={"RAYON_NUM_THREADS": "1"},
            )
        _limit(self._process.pid)

    def findings(self) -> list[Finding] | None:
        """Up to MAX_FINDINGS findings in the order of the notebook; None when the notebook cannot be read as Python,
        or ruff did not end well.

        A finding is {"cell", "number", "cell_id", "line", "column", "code", "message"}: `cell` counts all cells from
        0, the others count from 1.
        """
        try:
            code = self._process.wait(max(self._deadline - time.monotonic(), 0))
        except subprocess.TimeoutExpired:
            return None
        if code != 0:
            return None
        lines = self._output.read_bytes()[:_MAX_OUTPUT].decode(errors="replace").splitlines()
        try:
            found = [self._finding(json.loads(line)) for line in lines]
        except (ValueError, KeyError, TypeError, IndexError):
            return None
        return None if any(finding["code"] in _UNREADABLE for finding in found) else found[:MAX_FINDINGS]

    def close(self) -> None:
        """Stop what still runs, and leave no file behind."""
        self._process.kill()
        self._process.wait()
        self._folder.cleanup()

    def __enter__(self) -> "StyleCheck":
        return self

    def __exit__(self, *error: object) -> None:
        self.close()

    def _finding(self, data: dict[str, Any]) -> Finding:
        cell = data["cell"] - 1
        return {
            "cell": cell,
            "number": sum(source is not None for source, _ in self._cells[: cell + 1]),
            "cell_id": self._cells[cell][1],
            "line": data["location"]["row"],
            "column": data["location"]["column"],
            "code": data["code"] or "",
            "message": data["message"],
        }


_COMMAND = [
    # Beside Python in the same environment, whatever PATH says.
    str(Path(sys.executable).with_name("ruff")),
    *("check", "--isolated", "--no-cache", "--no-fix", "--exit-zero", "--quiet"),
    # Learners could otherwise switch the check off.
    "--ignore-noqa",
    "--output-format=json-lines",
]
_UNREADABLE = ("invalid-syntax", "")


def _cells(notebook: str) -> list[tuple[str | None, str]]:
    """Source and id of each cell; the source is None for what is no code."""
    try:
        cells = json.loads(notebook)["cells"]
        return list(_read(cells))
    except (ValueError, KeyError, TypeError, RecursionError):
        return []


def _read(cells: Any) -> Iterator[tuple[str | None, str]]:
    for each in cells:
        cell = each if isinstance(each, dict) else {}
        source, name = cell.get("source"), cell.get("id")
        if isinstance(source, list):
            source = "".join(part for part in source if isinstance(part, str))
        is_code = cell.get("cell_type") == "code" and isinstance(source, str)
        yield source if is_code else None, name if isinstance(name, str) else ""


def _as_notebook(cells: list[tuple[str | None, str]]) -> dict[str, Any]:
    """A notebook of the sources alone: neither odd metadata nor outputs can get in ruff's way."""
    made: list[dict[str, Any]] = []
    for source, _ in cells:
        if source is None:
            made.append({"cell_type": "markdown", "metadata": {}, "source": ""})
        else:
            # ruff reads no halves of surrogate pairs.
            text = source.encode("utf-8", "replace").decode()
            made.append({"cell_type": "code", "metadata": {}, "source": text, "outputs": [], "execution_count": None})
    return {"cells": made, "metadata": {}, "nbformat": 4, "nbformat_minor": 4}


def _limit(process: int) -> None:
    """Ruff may not fill memory or disk, and is the first to go when memory runs out."""
    with contextlib.suppress(OSError, ValueError):  # it has ended
        resource.prlimit(process, resource.RLIMIT_AS, (_MAX_MEMORY, _MAX_MEMORY))
        resource.prlimit(process, resource.RLIMIT_FSIZE, (_MAX_OUTPUT, _MAX_OUTPUT))
        resource.prlimit(process, resource.RLIMIT_CORE, (0, 0))
        Path(f"/proc/{process}/oom_score_adj").write_text("1000")
