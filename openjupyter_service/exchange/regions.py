"""Marked regions of a cell, as nbgrader writes them: ### BEGIN SOLUTION … ### END SOLUTION, and their kin."""

import re

from openjupyter_service.errors import ExchangeError

SOLUTION = "SOLUTION"
HIDDEN_TESTS = "HIDDEN TESTS"
MARK_SCHEME = "MARK SCHEME"


def without_region(source: str, kind: str, stub: str | None = None) -> tuple[str, bool]:
    """Take marked regions out of a cell, and put a stub in place of each, indented as its mark was.

    Returns:
        the text, and whether there was a region

    Raises:
        ExchangeError: a region that does not end, or one inside another
    """
    lines: list[str] = []
    inside = found = False
    for line in source.split("\n"):
        if f"BEGIN {kind}" in line:
            if inside:
                raise ExchangeError(f"a region BEGIN {kind} begins inside another; end the first one: {line[:100]!r}")
            inside = found = True
            indent = re.match(r"\s*", line)[0]  # type: ignore[index]  # matches always
            lines += [indent + part for part in stub.split("\n")] if stub is not None else []
        elif f"END {kind}" in line:
            inside = False
        elif not inside:
            lines.append(line)
    if inside:
        raise ExchangeError(f"a region BEGIN {kind} has no end; write END {kind} below it")
    return "\n".join(lines), found


def without_marks(source: str, kind: str) -> str:
    """A cell with what is in its regions, and without the lines that mark them."""
    return "\n".join(line for line in source.split("\n") if f"BEGIN {kind}" not in line and f"END {kind}" not in line)
