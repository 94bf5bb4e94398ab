"""Read a source notebook into cells; whatever in it is not a notebook is told with its cell."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from openjupyter_service.authoring.marks import is_like_a_mark
from openjupyter_service.authoring.mistakes import CellMistake, Mistake, SourceError

MAX_SOURCE_BYTES = 100 * 2**20
MAX_TEXT = 10 * 2**20
"""As much as learners can hand in, about."""
KINDS = ("code", "markdown", "raw")
_AGAIN = "open it in JupyterLab, save it, and build again"


@dataclass(frozen=True)
class Cell:
    """A cell of a source: its number among all cells from 1, and what is used of it. Outputs are not."""

    number: int
    kind: str
    source: str
    id: str = ""
    tags: tuple[str, ...] = ()
    metadata: Mapping[str, Any] = field(default_factory=dict)
    attachments: Mapping[str, Any] = field(default_factory=dict)

    def mistake(self, error: CellMistake) -> Mistake:
        """The mistake with this cell as its place."""
        lines = [" ".join(line.split()) for line in self.source.split("\n") if line.strip()]
        # Many cells begin with the same mark, which would not help to find this one.
        begins = next((line for line in lines if not is_like_a_mark(line)), lines[0] if lines else "")
        return Mistake(error.text, self.number, begins, error.line)


@dataclass(frozen=True)
class Source:
    """A source notebook: where it lies, its cells, and the metadata of the notebook."""

    path: Path
    cells: tuple[Cell, ...]
    metadata: Mapping[str, Any]


def read_source(path: Path) -> Source:
    """The notebook at `path`, of format 4.

    Raises:
        SourceError: it cannot be read, or is no such notebook
    """
    try:
        content = path.read_bytes()
    except OSError as error:
        raise _whole(path, f"cannot be read: {error.strerror}") from None
    if len(content) > MAX_SOURCE_BYTES:
        raise _whole(
            path, f"is larger than {MAX_SOURCE_BYTES // 2**20} MB; clear its outputs (Edit, Clear Outputs of All Cells)"
        )
    try:
        values = json.loads(content.decode("utf-8-sig"))
    except UnicodeDecodeError:
        raise _whole(path, f"is not UTF-8 text; {_AGAIN}") from None
    except (ValueError, RecursionError):
        raise _whole(path, f"is not JSON; {_AGAIN}") from None
    if not isinstance(values, dict) or not isinstance(values.get("cells"), list) or values.get("nbformat") != 4:
        raise _whole(path, f"is not a notebook of format 4; {_AGAIN}")
    cells: list[Cell] = []
    mistakes: list[Mistake] = []
    for number, value in enumerate(values["cells"], 1):
        try:
            cells.append(_cell(number, value))
        except CellMistake as error:
            mistakes.append(Mistake(error.text, number, line=error.line))
    if mistakes:
        raise SourceError(path, mistakes)
    if sum(len(cell.source) for cell in cells) > MAX_TEXT:
        raise _whole(path, f"holds more than {MAX_TEXT // 2**20} MB of text; put large texts into files beside it")
    metadata = values.get("metadata")
    return Source(path, tuple(cells), metadata if isinstance(metadata, dict) else {})


def _whole(path: Path, text: str) -> SourceError:
    return SourceError(path, [Mistake(text)])


def _cell(number: int, value: Any) -> Cell:
    if not isinstance(value, dict) or value.get("cell_type") not in KINDS:
        raise CellMistake(None, f"this is no cell of a notebook; {_AGAIN}")
    parts = value.get("source")
    parts = [parts] if isinstance(parts, str) else parts
    if not isinstance(parts, list) or not all(isinstance(part, str) for part in parts):
        raise CellMistake(None, f"this cell has no text; {_AGAIN}")
    # One kind of line end, or a line could be a mark for one reader and none for the next.
    source = "".join(parts).removeprefix("\ufeff").replace("\r\n", "\n").replace("\r", "\n")
    for line, text in enumerate(source.split("\n"), 1):
        if any(c == "\0" or "\ud800" <= c <= "\udfff" for c in text):
            raise CellMistake(line, "this line holds a character that no file can hold; delete it and type it again")
    metadata = value.get("metadata")
    metadata = metadata if isinstance(metadata, dict) else {}
    tags = metadata.get("tags", [])
    if not isinstance(tags, list) or not all(isinstance(tag, str) for tag in tags):
        raise CellMistake(None, "the tags of this cell are no list of words; set them anew in JupyterLab")
    attachments = value.get("attachments")
    cell_id = value.get("id")
    return Cell(
        number=number,
        kind=value["cell_type"],
        source=source,
        id=cell_id if isinstance(cell_id, str) else "",
        tags=tuple(dict.fromkeys(tag.strip() for tag in tags)),
        metadata=metadata,
        attachments=attachments if isinstance(attachments, dict) else {},
    )
