"""The ten minutes of docs/instructors.md: its commands in their order, and the source between them."""

import json
import re
import shlex
from pathlib import Path
from typing import Any

from tests.pages import PAGES, titled_blocks

PAGE = "docs/instructors.md"
HEADING = "From nothing to an exercise in ten minutes"


def commands() -> list[list[str]]:
    """Arguments of every `openjupyter` command of the section."""
    (section,) = re.findall(rf"^## {HEADING}\n(.*?)(?=^## )", PAGES[PAGE], re.MULTILINE | re.DOTALL)
    lines = [
        line
        for block in re.findall(r"^```sh\n(.*?)^```$", section, re.MULTILINE | re.DOTALL)
        for line in block.splitlines()
    ]
    assert all(line.startswith(".venv/bin/openjupyter ") for line in lines)
    return [shlex.split(line)[1:] for line in lines]


def block(title: str) -> str:
    (found,) = [text for name, text in titled_blocks(PAGE) if name == title]
    return found


def source_cells() -> list[dict[str, Any]]:
    """The cells of the section's source notebook."""
    cells = []
    for part in block("source").split("# %%")[1:]:
        head, _, text = part.partition("\n")
        text = text.rstrip("\n")
        if head.strip() == "[markdown]":
            text = "\n".join(re.sub(r"^# ?", "", line) for line in text.split("\n"))
            cells.append({"cell_type": "markdown", "metadata": {}, "source": text})
        else:
            assert head == ""
            cells.append({"cell_type": "code", "metadata": {}, "source": text, "outputs": [], "execution_count": 1})
    return cells


def write_source(course: Path, *more: dict[str, Any]) -> None:
    """Do what the page tells its reader to do: replace the new exercise's cells by these."""
    path = course / "hidden_tests/middle/source.ipynb"
    notebook = json.loads(path.read_text())
    path.write_text(json.dumps({**notebook, "cells": [*source_cells(), *more]}))
