"""What the course has changed and the learner has not got, cell by cell, and for other files as a whole."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from openjupyter.updates.cells import Cell, NotANotebook, Notebook, matches, read_notebook

Kind = Literal["changed", "new", "removed"]
WHOLE = ""
"""Key of a file that is no notebook."""


@dataclass(frozen=True)
class Missed:
    """One thing that a pull did not take."""

    path: str
    """In the repository."""
    key: str
    """The cell (`Cell.key`), or `WHOLE`."""
    kind: Kind
    """What the course has done."""
    mine: str | None
    """The learner's text; None where there is none."""
    theirs: str | None
    """The course's text; None where it has been taken out."""
    digest: str
    """Of the course's version: a decision is for this one alone."""
    cell_type: str = ""
    number: int | None = None
    """The learner's cell, counted from 1."""


@dataclass(frozen=True)
class Versions:
    """One file: what the course had when all was settled, what it has, what the merge made, what the disk holds."""

    base: bytes | None
    theirs: bytes | None
    merged: bytes | None
    disk: bytes | None


def find(path: str, versions: Versions, had: Mapping[str, str]) -> list[Missed]:
    """What is missing of a file.

    Args:
        path: in the repository.
        versions: of the file.
        had: digests by key of what the learner has got or decided on since `base`.
    """
    if versions.theirs is None or versions.disk is None:
        return []  # what one side does not have at all is Git's matter; a file that was deleted comes back by itself
    try:
        theirs, disk = read_notebook(versions.theirs), read_notebook(versions.disk)
    except NotANotebook:
        return _whole(path, versions, had)
    base, merged = _readable(versions.base), _readable(versions.merged)
    known = {cell.key: cell.digest for cell in base.cells} | dict(had)
    got = {cell.digest for cell in (*disk.cells, *merged.cells)}
    origins = matches(theirs.cells, disk.cells)
    mine = {origin: number for number, origin in enumerate(origins) if origin is not None}
    found = []
    for index, cell in enumerate(theirs.cells):
        if known.get(cell.key) != cell.digest and cell.digest not in got:
            found.append(_missed_cell(path, cell, disk, mine.get(index), is_new=cell.key not in known))
    return found + _removed(path, known, base, theirs, disk)


def settled(path: str, versions: Versions, had: Mapping[str, str], missed: list[Missed]) -> dict[str, str]:
    """Digests by key of what the learner has got, to be given to `find` the next time while something is missing."""
    open_keys = {item.key for item in missed if item.path == path}
    if versions.theirs is None:
        return dict(had)
    try:
        cells = read_notebook(versions.theirs).cells
    except NotANotebook:
        return dict(had)
    return dict(had) | {cell.key: cell.digest for cell in cells if cell.key not in open_keys}


def file_digest(data: bytes) -> str:
    """Of a file as a whole."""
    return hashlib.sha256(data).hexdigest()[:16]


def _missed_cell(path: str, cell: Cell, disk: Notebook, number: int | None, *, is_new: bool) -> Missed:
    mine = None if number is None else disk.cells[number].source
    kind: Kind = "new" if is_new and mine is None else "changed"
    place = None if number is None else number + 1
    return Missed(path, cell.key, kind, mine, cell.source, cell.digest, cell.kind, place)


def _removed(path: str, known: Mapping[str, str], base: Notebook, theirs: Notebook, disk: Notebook) -> list[Missed]:
    """Cells that the course has taken out and the learner still has. Only those with an id can be told so."""
    there = {cell.key for cell in theirs.cells}
    old = {cell.id for cell in base.cells if cell.id and cell.id not in there}
    return [
        Missed(path, cell.key, "removed", cell.source, None, REMOVED, cell.kind, number)
        for number, cell in enumerate(disk.cells, 1)
        if cell.id in old and known.get(cell.key) != REMOVED
    ]


REMOVED = "removed"
"""In place of a digest."""


def _whole(path: str, versions: Versions, had: Mapping[str, str]) -> list[Missed]:
    theirs, disk = versions.theirs, versions.disk
    assert theirs is not None and disk is not None
    digest = file_digest(theirs)
    if theirs in (disk, versions.merged, versions.base) or had.get(WHOLE) == digest:
        return []
    return [Missed(path, WHOLE, "changed", _text(disk), _text(theirs), digest)]


def _text(data: bytes) -> str | None:
    """For showing; None where it is no text, or too long for that."""
    try:
        return data.decode() if len(data) <= 200_000 else None
    except UnicodeDecodeError:
        return None


def _readable(data: bytes | None) -> Notebook:
    try:
        return read_notebook(data or b"")
    except NotANotebook:
        return Notebook({}, ())
