"""Merge a learner's notebook with the course's, cell by cell. Also Git's merge driver (gitattributes, `merge=`)."""

import traceback
from pathlib import Path
from typing import Any

from openjupyter.updates.cells import Cell, Json, NotANotebook, Notebook, matches, read_notebook, write_notebook

_NONE = Notebook({"nbformat": 4, "nbformat_minor": 0, "metadata": {}, "cells": []}, ())


def merge(base: Notebook, mine: Notebook, theirs: Notebook) -> Json:
    """What the learner has, with all that the course has changed in cells that the learner has not.

    A cell that both have changed stays the learner's; `missed` tells of it. A cell that the course has taken out goes,
    unless the learner has worked in it; one that the learner has taken out stays out. The order is the learner's.

    Args:
        base: the course's notebook that the learner started from.
        mine: the learner's.
        theirs: the course's now.
    """
    of_mine, of_theirs = matches(base.cells, mine.cells), matches(base.cells, theirs.cells)
    now = {origin: cell for origin, cell in zip(of_theirs, theirs.cells, strict=True) if origin is not None}
    result: list[Json] = []
    place: dict[int, int] = {}
    """Where in the result the cell of a cell of `base` is."""
    for origin, cell in zip(of_mine, mine.cells, strict=True):
        if origin is None:
            result.append(cell.content)
            continue
        old, new = base.cells[origin], now.get(origin)
        if new is None and cell.digest == old.digest:
            continue
        place[origin] = len(result)
        result.append(cell.content if new is None else _merged(old, cell, new))
    _add_new(result, place, of_theirs, theirs, mine)
    return _whole(result, base, mine, theirs)


def merge_files(base: bytes, mine: bytes, theirs: bytes) -> bytes:
    """The same for files; the learner's as it is, where one of them is no notebook or nothing is to be merged."""
    try:
        own, course = read_notebook(mine), read_notebook(theirs)
    except NotANotebook:
        return mine
    try:
        start = read_notebook(base)
    except NotANotebook:  # both have added the file
        start = _NONE
    merged = merge(start, own, course)
    return mine if merged == own.content else write_notebook(merged)


def main(arguments: list[str]) -> int:
    """`merge BASE MINE THEIRS`: writes the result over MINE, as Git's merge drivers do. Never a conflict."""
    base, mine, theirs = (Path(name) for name in arguments)
    try:
        mine.write_bytes(merge_files(base.read_bytes(), mine.read_bytes(), theirs.read_bytes()))
    except Exception:  # a pull must not fail for it: the learner's file stays, and what it lacks is told
        traceback.print_exc()
    return 0


def _merged(old: Cell, mine: Cell, theirs: Cell) -> Json:
    metadata = merged_metadata(*(cell.content.get("metadata", {}) for cell in (old, mine, theirs)))
    chosen = mine.content
    if mine.digest == old.digest and theirs.digest != old.digest:
        chosen = theirs.content | ({"id": mine.content["id"]} if "id" in mine.content else {})
    return chosen | {"metadata": metadata}


def merged_metadata(old: Json, mine: Json, theirs: Json) -> Json:
    """What the learner's side says, but for what the course alone has changed."""
    result = dict(mine)
    for name in {*old, *theirs}:
        if old.get(name) != theirs.get(name) and old.get(name) == mine.get(name):
            if name in theirs:
                result[name] = theirs[name]
            else:
                result.pop(name, None)
    return result


def _add_new(
    result: list[Json], place: dict[int, int], origins: list[int | None], theirs: Notebook, mine: Notebook
) -> None:
    """Put cells that are new in the course behind those that they follow there."""
    ids = {cell.id for cell in mine.cells if cell.id}
    texts = {cell.digest for cell in mine.cells}
    after = -1
    for origin, cell in zip(origins, theirs.cells, strict=True):
        if origin is not None:
            after = place.get(origin, after)
        elif cell.id not in ids and not (not cell.id and cell.digest in texts):
            after += 1
            result.insert(after, cell.content)
            for known, index in place.items():
                if index >= after:
                    place[known] = index + 1


def _whole(cells: list[Json], base: Notebook, mine: Notebook, theirs: Notebook) -> Json:
    minor = max(minor_of(mine), minor_of(theirs))
    metadata = merged_metadata(*(_metadata(notebook) for notebook in (base, mine, theirs)))
    return mine.content | {
        "cells": well_formed(cells, minor),
        "metadata": metadata,
        "nbformat_minor": minor,
    }


def well_formed(cells: list[Json], minor: int) -> list[Json]:
    """Every cell with an id of its own from format 4.5 on, and without one before."""
    if minor < 5:
        return [{name: value for name, value in cell.items() if name != "id"} for cell in cells]
    seen: set[Any] = set()
    result = []
    for number, cell in enumerate(cells):
        name = cell.get("id")
        if not isinstance(name, str) or name in seen:
            name = f"{Cell('', cell).digest}-{number}"
            cell = cell | {"id": name}
        seen.add(name)
        result.append(cell)
    return result


def minor_of(notebook: Notebook) -> int:
    """The second number of its format."""
    minor = notebook.content.get("nbformat_minor", 0)
    return minor if isinstance(minor, int) else 0


def _metadata(notebook: Notebook) -> Json:
    metadata = notebook.content.get("metadata", {})
    return metadata if isinstance(metadata, dict) else {}
