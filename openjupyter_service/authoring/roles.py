"""What a cell of a source is for, by its tags, by nbgrader's metadata, and by what it begins with."""

import difflib
import re
from dataclasses import dataclass
from enum import StrEnum

from openjupyter_service.authoring.mistakes import CellMistake
from openjupyter_service.authoring.source import Cell

MAX_POINTS = 1_000_000
SETTINGS_LINE = "# exercise.toml"
"""First line of the raw cell that becomes exercise.toml."""


class Tag(StrEnum):
    """A tag of a cell that `build` knows; other tags stay."""

    SOLUTION = "solution"
    HIDDEN_TESTS = "hidden-tests"
    TESTS = "tests"
    PRIVATE = "private"


_MEANT = {
    "answer": Tag.SOLUTION,
    "hidden": Tag.HIDDEN_TESTS,
    "hidden-test": Tag.HIDDEN_TESTS,
    "test": Tag.TESTS,
    "hide": Tag.PRIVATE,
}


@dataclass(frozen=True)
class Role:
    """What a cell is as a whole; its marks tell of its parts.

    `points` are those of nbgrader's metadata, None without them; `by_hand` tells that a person would give them.
    """

    tag: Tag | None = None
    is_settings: bool = False
    points: float | None = None
    by_hand: bool = False


def role_of(cell: Cell) -> Role:
    """The role of a cell.

    Raises:
        CellMistake: its tags contradict each other, or one is misspelt, which would show what it was to hide
    """
    first = cell.source.lstrip("\n").split("\n")[0].strip().lower()
    if first.replace(" ", "") == SETTINGS_LINE.replace(" ", ""):
        if cell.kind != "raw":
            raise CellMistake(1, f"a cell that begins with {SETTINGS_LINE} must be a raw cell; change its type to Raw")
        return Role(is_settings=True)
    known = [Tag(tag) for tag in cell.tags if tag in set(Tag)]
    for tag in cell.tags:
        if tag not in known and (meant := _meant(tag)):
            raise CellMistake(
                None, f"the tag “{tag[:60]}” is none that build knows; did you mean “{meant}”? Else rename it"
            )
    if len(known) > 1:
        both = " and ".join(f"“{tag}”" for tag in known)
        raise CellMistake(None, f"this cell has the tags {both}; keep one of them")
    if known:
        return Role(tag=known[0], points=_nbgrader(cell).points)
    return _nbgrader(cell)


def _meant(tag: str) -> str:
    """The tag that another one was probably meant to be; empty if it is none of them."""
    plain = "-".join(re.split(r"[\W_]+", tag.lower()))
    near = difflib.get_close_matches(plain, [*Tag, *_MEANT], 1, 0.8)
    return str(_MEANT.get(near[0], near[0])) if near else ""


def _nbgrader(cell: Cell) -> Role:
    """The role that nbgrader's own metadata give a cell."""
    values = cell.metadata.get("nbgrader")
    if not isinstance(values, dict):
        return Role()
    points = values.get("points")
    if isinstance(points, bool) or not isinstance(points, int | float):
        points = None
    elif not 0 <= points < MAX_POINTS:
        raise CellMistake(
            None, f"nbgrader's points of this cell must be 0 or more, not {str(points)[:20]}; set them anew"
        )
    grade, solution = values.get("grade") is True, values.get("solution") is True
    if values.get("task") is True or (grade and solution):
        return Role(tag=Tag.SOLUTION if solution else None, by_hand=True)
    if grade:
        return Role(tag=Tag.TESTS, points=points)
    return Role(tag=Tag.SOLUTION if solution else None)
