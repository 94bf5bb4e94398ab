"""Notebooks of other tools: read with care, and written as learners get them here."""

import json
import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from openjupyter_service.errors import ExchangeError, InvalidSubmission, TooLarge
from openjupyter_service.grading.notebook import clean_notebook

GRADING_CELL = "import openjupyter\n\nopenjupyter.grade()"
KERNEL = {"display_name": "Python 3", "language": "python", "name": "python3"}
_TITLE = re.compile(r"^#[ \t]+(.+)$", re.MULTILINE)
_MAX_TITLE = 200


@dataclass(frozen=True)
class Cell:
    """A cell: "code", "markdown" or "raw", its text, and what tools have written beside it."""

    kind: str
    source: str
    id: str = ""
    metadata: dict[str, Any] = field(default_factory=dict)
    outputs: list[Any] = field(default_factory=list)


@dataclass(frozen=True)
class Notebook:
    """A notebook as it was read; `metadata` is its own."""

    cells: list[Cell]
    metadata: dict[str, Any]

    @property
    def language(self) -> str:
        """The language of its kernel in lower case, "python" if it tells none."""
        spec, info = self.metadata.get("kernelspec"), self.metadata.get("language_info")
        for found in (_get(info, "name"), _get(spec, "language")):
            if isinstance(found, str) and found:
                return found.lower()
        return "python"

    def title(self, default: str) -> str:
        """The first heading of the first level."""
        for cell in self.cells:
            if cell.kind == "markdown" and (match := _TITLE.search(cell.source)):
                return plain_title(match[1].rstrip().rstrip("#")) or default
        return default


def read_notebook(content: bytes, name: str) -> Notebook:
    """A notebook of any format that Jupyter reads.

    Raises:
        ExchangeError: it is none, or too large, or no notebook of Python
    """
    try:
        values = json.loads(clean_notebook(content))
        outputs = _outputs(content)
    except (InvalidSubmission, TooLarge) as error:
        raise ExchangeError(f"{name}: {error}".replace("and submit again", "and import it again")) from None
    cells = [
        Cell(
            cell["cell_type"],
            cell["source"],
            cell["id"],
            cell["metadata"],
            outputs[index] if index < len(outputs) else [],
        )
        for index, cell in enumerate(values["cells"])
    ]
    notebook = Notebook(cells, values["metadata"])
    if notebook.language not in ("python", "python3", "ipython"):
        raise ExchangeError(f"{name} is a notebook of {notebook.language[:50]}; only those of Python can be imported")
    return notebook


def _outputs(content: bytes) -> list[list[Any]]:
    """Outputs of each cell of a notebook of format 4: some tools keep what a test should print there."""
    try:
        cells = json.loads(content.decode("utf-8-sig"))["cells"]
        return [found if isinstance(found := cell.get("outputs"), list) else [] for cell in cells]
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
        return []


def _get(value: Any, key: str) -> Any:
    return value.get(key) if isinstance(value, dict) else None


def write_notebook(cells: Iterable[Cell], with_grading_cell: bool = True) -> bytes:
    """A notebook for learners, or a solution: kernel Python 3, no outputs, unique ids, the grading cell at its end."""
    written = list(cells)
    if with_grading_cell and not any("openjupyter.grade(" in cell.source for cell in written):
        written.append(Cell("code", GRADING_CELL, "grading"))
    return clean_notebook(
        {
            "cells": [
                {
                    "cell_type": cell.kind,
                    "id": cell.id,
                    "metadata": cell.metadata,
                    "source": cell.source,
                    **({"outputs": [], "execution_count": None} if cell.kind == "code" else {}),
                }
                for cell in written
            ],
            "metadata": {"kernelspec": KERNEL, "language_info": {"name": "python"}},
            "nbformat": 4,
            "nbformat_minor": 5,
        }
    )


def plain_title(text: str) -> str:
    """A title on one line, without marks of Markdown, at most 200 characters."""
    return " ".join(re.sub(r"[*_`]|<[^>]*>", "", text[: 10 * _MAX_TITLE]).split())[:_MAX_TITLE].strip()


def cell_id(text: str) -> str:
    """An id for a cell that reads like this text; made unique when the notebook is written."""
    return re.sub(r"[^a-zA-Z0-9_-]+", "-", text)[:60].strip("-") or "cell"
