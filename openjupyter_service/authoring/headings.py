"""The headings of a notebook: the first is the exercise's title, the others name the tests below them."""

import re
from collections.abc import Sequence

from openjupyter_service.authoring.parts import Parts
from openjupyter_service.authoring.source import Cell

_HEADING = re.compile(r" {0,3}#{1,6}[ \t]")
_FENCE = re.compile(r" {0,3}(```|~~~)")
MAX_TITLE = 200
MAX_LINE = 1000


class Headings:
    """The headings that learners see: titles are made of them, and learners see these, too."""

    def __init__(self, cells: Sequence[Parts]) -> None:
        self._found = [
            (parts.cell.number, text)
            for parts in cells
            if parts.cell.kind == "markdown" and parts.learner is not None
            for text in headings(parts.learner)
        ]
        self._used: dict[str, int] = {}

    @property
    def first(self) -> str:
        """The first heading, which is the title of the notebook; empty without one."""
        return self._found[0][1] if self._found else ""

    def title_for(self, cell: Cell) -> str:
        """The title of a test in this cell: the heading above it, numbered from the second test on."""
        title = next((text for number, text in reversed(self._found) if number < cell.number), "") or "The task"
        self._used[title] = self._used.get(title, 0) + 1
        return title if self._used[title] == 1 else f"{title} ({self._used[title]})"


def headings(text: str) -> list[str]:
    """The headings of a Markdown text as plain text, those in code blocks left out."""
    found: list[str] = []
    fence = ""
    for line in text.split("\n"):
        if match := _FENCE.match(line):
            fence = "" if match[1] == fence else fence or match[1]
        elif not fence and _HEADING.match(line):
            words = line[:MAX_LINE].strip().lstrip("#").split()
            if words and not words[-1].strip("#"):  # as in "# Title #"
                words.pop()
            plain = re.sub(r"!?\[([^\]]*)\]\([^)]*\)", r"\1", " ".join(words))
            plain = " ".join(re.sub(r"[*`]|(?<!\w)_|_(?!\w)", "", plain).split())[:MAX_TITLE]
            if plain:
                found.append(plain)
    return found
