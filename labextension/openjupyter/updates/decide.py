"""A learner's decision on what a pull did not take: keep mine, or take the course's. A copy of mine is always kept."""

import os
import tempfile
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import Literal

from openjupyter.updates.cells import Json, Notebook, matches, read_notebook, write_notebook
from openjupyter.updates.merge import minor_of, well_formed
from openjupyter.updates.missed import WHOLE, Missed
from openjupyter.updates.repository import Repository

Choice = Literal["mine", "theirs"]
KEPT = "kept"
"""Folder in the learner's home for copies of what was replaced."""


class NothingToDecide(Exception):
    """What is to be decided on is not, or no longer, open: it has been decided, or the course has changed again."""


def decide(
    repository: Repository,
    home: Path,
    path: str,
    key: str,
    digest: str,
    choice: Choice,
    now: Callable[[], datetime] = datetime.now,
) -> Path | None:
    """Settle one matter; gives the copy of the learner's file where it was changed.

    Args:
        repository: the learner's copy of the course.
        home: the learner's home, where copies go.
        path: the file, in the repository.
        key: the cell.
        digest: of the course's version that the learner has seen.
        choice: which version stays.
        now: local time, for the name of the copy.

    Raises:
        NothingToDecide: there is no such matter.
        OSError: the copy or the file cannot be written; nothing is decided then.
    """
    item = next(
        (item for item in repository.missed() if (item.path, item.key, item.digest) == (path, key, digest)), None
    )
    if item is None:
        raise NothingToDecide("this was decided already, or the course has changed again")
    copy = None
    if choice == "theirs":
        copy = _keep(repository.folder / path, home / KEPT / repository.folder.name, now())
        _write(repository.folder / path, _taken(repository, item))
    state = repository.read_state()
    state.files[path]["had"][key] = digest
    repository.write_state(state)
    repository.missed()
    return copy


def _taken(repository: Repository, item: Missed) -> bytes:
    theirs = repository.at(repository.course_commit(), item.path)
    assert theirs is not None
    if item.key == WHOLE:
        return theirs
    disk = read_notebook((repository.folder / item.path).read_bytes())
    return write_notebook(take_cell(disk, read_notebook(theirs), item.key))


def take_cell(mine: Notebook, theirs: Notebook, key: str) -> Json:
    """The learner's notebook with one cell as the course has it: replaced, put in, or taken out."""
    cells = [cell.content for cell in mine.cells]
    wanted = next((index for index, cell in enumerate(theirs.cells) if cell.key == key), None)
    if wanted is None:
        cells = [cell.content for cell in mine.cells if cell.key != key]
    else:
        origins = matches(theirs.cells, mine.cells)
        content = theirs.cells[wanted].content
        if wanted in origins:
            place = origins.index(wanted)
            own = mine.cells[place].content
            cells[place] = content | ({"id": own["id"]} if "id" in own else {})
        else:
            cells.insert(_behind(wanted, origins), content)
    return mine.content | {"cells": well_formed(cells, minor_of(mine))}


def _behind(wanted: int, origins: list[int | None]) -> int:
    """Where a new cell goes: behind the nearest one that it follows in the course."""
    for before in range(wanted - 1, -1, -1):
        if before in origins:
            return origins.index(before) + 1
    return 0


def _keep(file: Path, folder: Path, at: datetime) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    name = f"{file.stem} {at:%Y-%m-%d %H.%M.%S}"
    number = 1
    while True:
        copy = folder / f"{name}{f' ({number})' if number > 1 else ''}{file.suffix}"
        try:
            with copy.open("xb") as target:
                target.write(file.read_bytes())
            return copy
        except FileExistsError:
            number += 1


def _write(file: Path, data: bytes) -> None:
    """Replace a file, whole or not at all; its rights stay."""
    handle, name = tempfile.mkstemp(dir=file.parent, prefix=f".{file.name}.")
    try:
        with os.fdopen(handle, "wb") as target:
            target.write(data)
        Path(name).chmod(file.stat().st_mode & 0o777)
        Path(name).replace(file)
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise
