"""Notebooks as lists of cells, read from bytes that anybody may have written."""

import difflib
import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

Json = dict[str, Any]


class NotANotebook(ValueError):
    """Bytes that are no notebook of format 4."""


@dataclass(frozen=True)
class Cell:
    """One cell; `content` is its JSON as it stands in the file."""

    id: str
    """Its id, "" where it has none, or one that another cell before it has."""
    content: Json

    @property
    def kind(self) -> str:
        """code, markdown or raw."""
        return str(self.content["cell_type"])

    @property
    def source(self) -> str:
        """Its text, whichever way the file holds it."""
        source = self.content.get("source", "")
        return source if isinstance(source, str) else "".join(source)

    @property
    def digest(self) -> str:
        """The same for the same kind and text, whatever was printed and however it is written."""
        return hashlib.sha256(f"{self.kind}\0{self.source.rstrip()}".encode(errors="surrogatepass")).hexdigest()[:16]

    @property
    def key(self) -> str:
        """What it is called in a list of updates: its id, or its digest where it has none."""
        return self.id or f"#{self.digest}"


@dataclass(frozen=True)
class Notebook:
    """A notebook; `content` is its JSON as it stands in the file."""

    content: Json
    cells: tuple[Cell, ...]


def read_notebook(data: bytes) -> Notebook:
    """Read a file.

    Raises:
        NotANotebook: it is not JSON, or not of format 4, or its cells are not as they must be.
    """
    try:
        content = json.loads(data)
    except (ValueError, RecursionError) as error:
        raise NotANotebook(f"it is not JSON: {error}") from None
    if not isinstance(content, dict) or content.get("nbformat") != 4 or not isinstance(content.get("cells"), list):
        raise NotANotebook("it is not a notebook of format 4")
    seen: set[str] = set()
    cells = []
    for each in content["cells"]:
        if not _is_cell(each):
            raise NotANotebook("it has a cell that is none")
        name = each.get("id")
        name = name if isinstance(name, str) and name not in seen else ""
        seen.add(name)
        cells.append(Cell(name, each))
    return Notebook(content, tuple(cells))


def write_notebook(content: Json) -> bytes:
    """The bytes of a file, as Jupyter writes them."""
    text = json.dumps(content, ensure_ascii=False, indent=1, sort_keys=True)
    return (text + "\n").encode(errors="surrogatepass")


def matches(base: Sequence[Cell], other: Sequence[Cell]) -> list[int | None]:
    """For each cell of `other`, the index of the cell in `base` that it was made of; None for a new one.

    Ids decide. Cells without one are laid side by side in their order, the same text first.
    """
    by_id = {cell.id: index for index, cell in enumerate(base) if cell.id}
    found = [by_id.get(cell.id) if cell.id else None for cell in other]
    taken = {index for index in found if index is not None}
    # A cell with an id of its own is new, unless the other side knows no ids at all (a file saved in a newer format).
    ids_in_base, ids_in_other = bool(by_id), any(cell.id for cell in other)
    if ids_in_base and ids_in_other:
        left = [index for index, cell in enumerate(base) if index not in taken and not cell.id]
        right = [index for index, cell in enumerate(other) if found[index] is None and not cell.id]
    else:
        left = [index for index in range(len(base)) if index not in taken]
        right = [index for index in range(len(other)) if found[index] is None]
    matcher = difflib.SequenceMatcher(
        None, [base[index].digest for index in left], [other[index].digest for index in right], autojunk=False
    )
    for tag, left_from, left_to, right_from, right_to in matcher.get_opcodes():
        if tag in ("equal", "replace"):
            for old, new in zip(left[left_from:left_to], right[right_from:right_to], strict=False):
                if tag == "equal" or _are_alike(base[old], other[new]):
                    found[new] = old
    return found


def _are_alike(old: Cell, new: Cell) -> bool:
    if old.kind != new.kind:
        return False
    return difflib.SequenceMatcher(None, old.source, new.source, autojunk=False).quick_ratio() > 0.5


def _is_cell(value: Any) -> bool:
    if not isinstance(value, dict) or value.get("cell_type") not in ("code", "markdown", "raw"):
        return False
    source = value.get("source", "")
    is_text = isinstance(source, str) or (isinstance(source, list) and all(isinstance(line, str) for line in source))
    return is_text and isinstance(value.get("metadata", {}), dict)
