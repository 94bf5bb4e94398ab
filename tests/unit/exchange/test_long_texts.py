"""Long texts take no time: no pattern tries all ways to part them."""

import json
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from openjupyter_service.errors import ExchangeError
from openjupyter_service.exchange.nbgrader import import_nbgrader
from openjupyter_service.exchange.otter import import_otter

SECONDS = 20
"""A pattern that goes wrong takes hours."""
SIZE = 200_000
TEST = {"cell_type": "code", "source": "assert x", "metadata": {"nbgrader": {"grade": True, "points": 1}}}
LONG = [
    "# " + " " * SIZE + "x",
    "# " + "<" * SIZE,
    "\n" * SIZE,
    " \n" * SIZE,
    "#" * SIZE,
    "# \n" * SIZE,
    "```otter\n" * (SIZE // 10),
    "```otter\n" + " " * SIZE,
    "from nose.tools import (" + "a," * SIZE,
    "from nose.tools import " + " " * SIZE + "(",
    "### BEGIN SOLUTION ### END SOLUTION" * (SIZE // 20),
    "x = " + "[" * SIZE,
    "x = '" + "\\" * SIZE,
    "%" * SIZE,
    "a.check_all(" * (SIZE // 10),
    '"""' * SIZE,
]


@pytest.mark.parametrize("importer", [import_nbgrader, import_otter])
@pytest.mark.parametrize("kind", ["code", "markdown", "raw"])
@pytest.mark.parametrize("number", range(len(LONG)))
def test_a_long_cell(importer: Callable[[Path], Any], kind: str, number: int, tmp_path: Path) -> None:
    cell = {"cell_type": kind, "source": LONG[number], "metadata": {}}
    tested = {**TEST, "source": LONG[number]} if kind == "code" else TEST
    path = tmp_path / "x.ipynb"
    path.write_text(json.dumps({"nbformat": 4, "metadata": {}, "cells": [cell, tested, TEST]}))
    started = time.monotonic()
    try:
        importer(path)
    except ExchangeError as error:
        assert len(str(error)) < 2_000
    assert time.monotonic() - started < SECONDS
