"""Long lines, many cells and deep code: a build takes seconds at most, whatever a source holds."""

import time
from pathlib import Path
from typing import Any

import pytest

from openjupyter_service.authoring.mistakes import SourceError
from tests.unit.authoring.sources import SOUND, Course, code, text

HB, HE = "### BEGIN HIDDEN TESTS", "### END HIDDEN TESTS"
LONG = 150_000
SECONDS = 40
"""Far more than any of these takes, and far less than what grows with the square of its length."""


@pytest.mark.parametrize(
    "cells",
    [
        [text("#" * LONG), code("#" * LONG)],
        [text("# begin " * LONG), code("# BEGIN_" * LONG)],
        [text("# " + "a " * 50 + " " * LONG + "b" + " " * LONG), code("# title:" + " " * LONG + "x", "tests")],
        [text("# " + "[" * LONG), text("# " + "![](" * LONG), text("attachment:" * LONG)],
        [text("BEGIN" + "_" * LONG + "BEGIN" * LONG), code("SOLUTION" + " _" * LONG)],
        [code("x = '''" + "\n" * LONG + "'''")],
        [code(f"{HB}\nassert mean([1]) == 1" + "\n" * LONG + f"{HE}")],
        [code(f"x{number} = {number}") for number in range(2_000)],
        [code(f"{HB}\nassert mean([{number}]) == {number}\n{HE}") for number in range(400)],
        [code("\n".join(f"x{number} = mean([{number}])" for number in range(20_000)), "solution")],
        [text("\n".join(f"a line of text, number {number}" for number in range(100_000)))],
        [code("%" * LONG), code("?" * LONG), code("a." * LONG + "?"), code("x = " * LONG)],
        [code(f"{HB}\nassert x.{'a.' * 3000}b == 1\n{HE}")],
        [code("x" * 11_000_000)],
        [code("x = 1", *(f"tag-{number}" for number in range(300)))],
    ],
    ids=range(15),
)
def test_time_does_not_grow_without_bounds(tmp_path: Path, cells: list[dict[str, Any]]) -> None:
    course = Course(tmp_path, *SOUND, *cells)
    started = time.monotonic()
    try:
        course.build()
    except SourceError as error:
        assert all(len(sentence) < 600 for sentence in error.sentences())
    assert time.monotonic() - started < SECONDS
