"""What the text of a cell is to Python: which lines are inside of a string, what is a command of IPython."""

import ast
import io
import re
import tokenize
from collections.abc import Iterator
from functools import lru_cache

from openjupyter_service.authoring.mistakes import CellMistake

DROPPED = "#\x1f"
"""Stands for a line that is left out of a piece of a cell, so that the others keep their numbers; nobody types it."""

_COMMAND = re.compile(r"^(\s*)(?:[%!?].*|[\w.]+\?{1,2}\s*)$")
_ASSIGNED_COMMAND = re.compile(r"^(\s*[A-Za-z_]\w*\s*=\s*)[%!].*$")
_CELL_COMMAND = re.compile(r"\s*%%(?!(?:time|capture|prun)\b)")


def is_python(source: str) -> bool:
    """Is a code cell Python, and not text for a cell magic such as %%bash?"""
    return not _CELL_COMMAND.match(source)


@lru_cache(maxsize=512)
def without_commands(source: str) -> str:
    """The source with each line that is a command of IPython (%magic, !shell, help?) as `pass`, lines kept.

    What is Python as it stands is left alone, also where a line begins with the operator %.
    """
    try:
        ast.parse(source)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        lines = (_ASSIGNED_COMMAND.sub(r"\1None", line) for line in source.split("\n"))
        return "\n".join(_COMMAND.sub(r"\1pass", line) for line in lines)
    return source


def parse(source: str) -> ast.Module:
    """The tree of a cell.

    Raises:
        CellMistake: this is no Python, with the line
    """
    try:
        return ast.parse(without_commands(source))
    except SyntaxError as error:
        raise CellMistake(error.lineno, f"this is no valid Python: {error.msg}; mend it and build again") from None
    except (ValueError, RecursionError, MemoryError):
        raise CellMistake(None, "this is too deeply nested for Python; write it in several statements") from None


def lines_in_strings(source: str) -> set[int]:
    """Numbers of the lines that begin inside of a string of several lines.

    Raises:
        CellMistake: this is no Python
    """
    found: set[int] = set()
    try:
        for first, last in _strings(without_commands(source)):
            found.update(range(first + 1, last + 1))
    except (tokenize.TokenError, SyntaxError):
        parse(source)  # says what is wrong in better words
        raise CellMistake(None, "this is no valid Python; mend it and build again") from None
    return found


def _strings(source: str) -> Iterator[tuple[int, int]]:
    """First and last line of each string; from Python 3.12 on an f-string is several tokens."""
    opened: list[int] = []
    for token in tokenize.generate_tokens(io.StringIO(source).readline):
        name = tokenize.tok_name[token.type]
        if name == "STRING":
            yield token.start[0], token.end[0]
        elif name.endswith("STRING_START"):
            opened.append(token.start[0])
        elif name.endswith("STRING_END"):
            yield opened.pop(), token.end[0]


def kept_lines(source: str) -> list[str]:
    """The lines of a piece of code but for those that were left out, without empty lines around them."""
    lines = [line for line in source.split("\n") if line != DROPPED]
    while lines and not lines[0].strip():
        lines.pop(0)
    while lines and not lines[-1].strip():
        lines.pop()
    return lines


def command_line(source: str) -> int | None:
    """The first line that is a command of IPython, None if there is none."""
    pairs = zip(source.split("\n"), without_commands(source).split("\n"), strict=True)
    in_strings = lines_in_strings(source)
    changed = (number for number, (line, plain) in enumerate(pairs, 1) if line != plain and number not in in_strings)
    return next(changed, None)
