"""A last look at the learner's notebook: is anything in it that marks or tags were to keep out?"""

import base64
import binascii
import re
from collections.abc import Iterator, Sequence
from typing import Any

from openjupyter_service.authoring.marks import is_like_a_mark
from openjupyter_service.authoring.mistakes import CellMistake, Mistake
from openjupyter_service.authoring.parts import Parts

MIN_TEST_LINE = 15
MIN_ANSWER_LINE = 25
"""Shorter lines stand in several places by chance."""

_WORDS = re.compile(rb"solution|hidden|scheme|begin", re.IGNORECASE)


def marks_left(notebook: dict[str, Any], cells: Sequence[Parts]) -> list[Mistake]:
    """Marks in what a notebook holds beside the texts of its cells: tags, ids, pictures and their names."""
    found: list[Mistake] = []
    shown = [parts for parts in cells if parts.learner is not None]
    for parts, cell in zip(shown, notebook["cells"], strict=False):  # the grading cell may come on top
        if any(is_like_a_mark(text) for text in _strings(cell)):
            error = CellMistake(
                None, "a tag, the id or a picture of this cell holds a mark, which learners would get; take it out"
            )
            found.append(parts.cell.mistake(error))
    return found


def tests_seen(cells: Sequence[Parts]) -> list[Mistake]:
    """Lines of hidden tests that also stand where learners read them."""
    found: list[Mistake] = []
    seen = _seen(cells)
    for parts in cells:
        for number, line in _telling(parts.hidden, MIN_TEST_LINE):
            if ("assert" in line or "learner" in line) and (other := seen.get(line)):
                error = CellMistake(
                    number, f"this line of a hidden test also stands in cell {other}, which learners see; change one"
                )
                found.append(parts.cell.mistake(error))
                break
    return found


def answers_seen(cells: Sequence[Parts]) -> list[Mistake]:
    """Lines of solutions that also stand where learners read them; whether that is wrong, only their author knows."""
    found: list[Mistake] = []
    seen = _seen(cells)
    for parts in cells:
        for number, line in _telling(parts.answer, MIN_ANSWER_LINE):
            if other := seen.get(line):
                error = CellMistake(
                    number, f"this line of the solution also stands in cell {other}, which learners see"
                )
                found.append(parts.cell.mistake(error))
                break
    return found


def _telling(text: str, least: int) -> Iterator[tuple[int, str]]:
    for number, line in enumerate(text.split("\n"), 1):
        if len(line.strip()) >= least and not line.lstrip().startswith("#"):
            yield number, _plain(line)


def _seen(cells: Sequence[Parts]) -> dict[str, int]:
    """Lines that learners see, and the first cell of each."""
    found: dict[str, int] = {}
    for parts in cells:
        for line in (parts.learner or "").split("\n"):
            found.setdefault(_plain(line), parts.cell.number)
    return found


def _plain(line: str) -> str:
    """A line without what makes it a comment, a quotation or a piece of code in Markdown."""
    return line.strip(" \t#>*`-")


def _strings(value: Any) -> Iterator[str]:
    """All texts in a cell, keys of dictionaries and the bytes of pictures among them."""
    if isinstance(value, str):
        yield value
        if picture := _decoded(value):
            yield picture
    elif isinstance(value, dict):
        for key, item in value.items():
            yield from _strings(key)
            yield from _strings(item)
    elif isinstance(value, list):
        for item in value:
            yield from _strings(item)


def _decoded(text: str) -> str:
    """The text that a picture in base64 holds, if it holds words that a mark is made of."""
    try:
        content = base64.b64decode(text, validate=False)
    except (binascii.Error, ValueError):
        return ""
    return content.decode("latin-1") if _WORDS.search(content) else ""
