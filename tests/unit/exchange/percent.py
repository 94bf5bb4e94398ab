"""Notebooks as text: `# %%` begins a code cell, `# %% [markdown]` or `# %% [raw]` another; JSON behind it is metadata.

Needs no package of ours, since the programs that make the recorded scores run beside other tools.
"""

import json
import re
from typing import Any

_MARKER = re.compile(r"^# %%[ \t]*(?:\[(\w+)\])?[ \t]*(\{.*\})?[ \t]*$", re.MULTILINE)


def cells_of(text: str) -> list[dict[str, Any]]:
    """The cells; a key "printed" of the metadata becomes the cell's output."""
    parts = _MARKER.split(text)[1:]
    cells = []
    for kind, metadata, source in zip(parts[0::3], parts[1::3], parts[2::3], strict=True):
        source = source.strip("\n")
        if kind:
            source = "\n".join(line.removeprefix("#").removeprefix(" ") for line in source.split("\n"))
        told = json.loads(metadata) if metadata else {}
        printed = told.pop("printed", None)
        cell: dict[str, Any] = {"cell_type": kind or "code", "metadata": told, "source": source}
        if not kind:
            output = {"output_type": "stream", "name": "stdout", "text": printed}
            cell |= {"outputs": [output] if printed else [], "execution_count": None}
        cells.append(cell)
    return cells


def notebook_of(text: str) -> dict[str, Any]:
    """The notebook, of format 4.4: its cells have no ids."""
    spec = {"display_name": "Python 3", "language": "python", "name": "python3"}
    return {"cells": cells_of(text), "metadata": {"kernelspec": spec}, "nbformat": 4, "nbformat_minor": 4}
