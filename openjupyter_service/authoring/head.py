"""What a test of plain statements says of itself: its title, its points, a hint."""

import ast
import re
from dataclasses import dataclass

from openjupyter_service.authoring.mistakes import CellMistake
from openjupyter_service.authoring.python import DROPPED, lines_in_strings, parse
from openjupyter_service.authoring.roles import MAX_POINTS

_HEAD = re.compile(r"#[ \t]*(title|points?|hint)[ \t]*[:=](.*)", re.IGNORECASE)


@dataclass(frozen=True)
class Head:
    """What comments in a test say of it: `# title: …`, `# points: …`, `# hint: …`."""

    title: str = ""
    points: float | None = None
    hint: str = ""


def read_head(code: str) -> tuple[Head, str]:
    """What the comments of a test say of it, and the code without them, line numbers kept.

    Raises:
        CellMistake: points are no number of 0 or more, or something is said twice
    """
    found: dict[str, str] = {}
    lines = code.split("\n")
    in_strings = lines_in_strings(code)
    for number, line in enumerate(lines, 1):
        match = _HEAD.fullmatch(line) if number not in in_strings else None
        if match is None:
            continue
        key = match[1].lower().removesuffix("s")
        if key in found:
            raise CellMistake(number, f"`{match[1]}` is said twice in this test; keep one, or part the cell in two")
        value = match[2].strip()
        if key == "point" and not _is_points(value):
            raise CellMistake(number, f"points are a number of 0 or more, not {value[:40]!r}; write # points: 2")
        found[key] = value
        lines[number - 1] = DROPPED
    points = float(found["point"]) if "point" in found else None
    return Head(_one_line(found.get("title", "")), points, _one_line(found.get("hint", ""))), "\n".join(lines)


def read_docstring(code: str) -> tuple[str, str]:
    """The first line of the text that a test begins with, empty if there is none, and the code without this text."""
    body = parse(code).body
    first = body[0] if body else None
    if not (
        isinstance(first, ast.Expr) and isinstance(first.value, ast.Constant) and isinstance(first.value.value, str)
    ):
        return "", code
    numbers = range(first.lineno, (first.end_lineno or first.lineno) + 1)
    lines = code.split("\n")
    if not any(node.lineno in numbers for node in body[1:]):
        for number in numbers:
            lines[number - 1] = DROPPED
    return _one_line(first.value.value.strip().partition("\n")[0]), "\n".join(lines)


def _is_points(text: str) -> bool:
    try:
        return 0 <= float(text) < MAX_POINTS
    except ValueError:
        return False


def _one_line(text: str) -> str:
    return " ".join(text.split())[:1000]
