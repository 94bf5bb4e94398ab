"""Find the marks in a cell: `### BEGIN SOLUTION` to `### END SOLUTION` and the like, as nbgrader writes them.

What looks like a mark and is none is refused: a mark that is overlooked would show learners what it hides.
"""

import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

from openjupyter_service.authoring.mistakes import CellMistake


class Kind(StrEnum):
    """What a region holds."""

    SOLUTION = "SOLUTION"
    HIDDEN_TESTS = "HIDDEN TESTS"
    MARK_SCHEME = "MARK SCHEME"


@dataclass(frozen=True)
class Region:
    """Lines `begin` to `end` of a cell, counted from 1; these two hold the marks."""

    kind: Kind
    begin: int
    end: int


_MARK = re.compile(r"[ \t]*#{1,6}[ \t]*(BEGIN|END) (SOLUTION|HIDDEN TESTS|MARK SCHEME)[ \t]*")
_EDGE = r"(begin|end|start|stop)"
_NAME = r"(solutions?|hidden[\W_]*tests?|mark[\W_]*schemes?)"
_WORDS = rf"({_EDGE}[\W_]*(of[\W_]*)?{_NAME}|{_NAME}[\W_]*{_EDGE})"
_AUTOTEST = re.compile(r"^[ \t]*#+[ \t]*(HASHED[ \t]+)?AUTOTEST\b")
_LIKE_A_COMMENT = re.compile(_WORDS)
_LIKE_IN_A_LINE = (
    re.compile(rf"(?<![A-Za-z]){_WORDS.upper()}(?![A-Za-z])"),
    # Otter's
    re.compile(r"#[ \t]*SOLUTION\b"),
    re.compile(r"^[ \t]*#[ \t]*(BEGIN|END)[ \t]+(TESTS?|TEST CONFIG|QUESTION|PROMPT|PLUGIN)\b"),
    _AUTOTEST,
)


def find_regions(source: str, in_strings: Iterable[int] = ()) -> list[Region]:
    """The regions of a cell, in their order; none overlaps another.

    Args:
        source: the cell's text, lines parted by newlines alone
        in_strings: numbers of lines that are part of a string, where no mark may stand

    Raises:
        CellMistake: marks are nested, not closed, not opened, inside of a string, or misspelt
    """
    strings = set(in_strings)
    found: list[Region] = []
    opened: tuple[Kind, int] | None = None
    for number, line in enumerate(source.split("\n"), 1):
        match = _MARK.fullmatch(line)
        if match is None:
            if _AUTOTEST.match(line):
                raise CellMistake(
                    number,
                    f"nbgrader makes a test of {shown(line)} by running the solution, and build runs nothing; write an "
                    "assert in its place",
                )
            if is_like_a_mark(line):
                raise CellMistake(
                    number,
                    f"{shown(line)} looks like a mark and is none; write a mark alone on its line, such as "
                    "### BEGIN SOLUTION or ### END HIDDEN TESTS, and anything else in other words",
                )
            continue
        if number in strings:
            raise CellMistake(
                number, f"{shown(line)} stands inside of a string; end the string first, or write the text otherwise"
            )
        kind = Kind(match[2])
        if match[1] == "BEGIN":
            if opened is not None:
                raise CellMistake(
                    number,
                    f"{shown(line)} stands inside of what ### BEGIN {opened[0]} opened in line {opened[1]}; "
                    f"write ### END {opened[0]} before it",
                )
            opened = kind, number
        elif opened is None:
            raise CellMistake(number, f"{shown(line)} closes what nothing opened; write ### BEGIN {kind} above it")
        elif opened[0] is not kind:
            raise CellMistake(
                number,
                f"{shown(line)} cannot close ### BEGIN {opened[0]} of line {opened[1]}; write ### END {opened[0]}",
            )
        else:
            found.append(Region(kind, opened[1], number))
            opened = None
    if opened is not None:
        raise CellMistake(
            opened[1], f"### BEGIN {opened[0]} is not closed; write ### END {opened[0]} below it, in the same cell"
        )
    return found


def is_like_a_mark(text: str) -> bool:
    """Does a text hold a mark, or what was probably meant as one, whatever letters it is written with?"""
    plain = "".join(c for c in unicodedata.normalize("NFKC", text) if unicodedata.category(c) != "Cf")
    return any(
        any(like.search(line) for like in _LIKE_IN_A_LINE)
        or any(_LIKE_A_COMMENT.fullmatch(" ".join(re.findall("[a-z]+", part))) for part in _comments(line))
        for line in plain.splitlines()
    )


def _comments(line: str) -> list[str]:
    """What stands behind each # or <!-- of a line, in lower case."""
    return re.split("#|<!--", line.lower())[1:]


def shown(line: str) -> str:
    """A line as it is quoted in a sentence."""
    text = " ".join(line.split())
    return f"“{text[:60]}…”" if len(text) > 61 else f"“{text}”"
