"""What is wrong in a source notebook: which file, which cell, which line, and what to do about it."""

from dataclasses import dataclass
from pathlib import Path

from openjupyter_service.errors import ExerciseError
from openjupyter_service.exercises.mistakes import shown_path

MAX_SHOWN = 40


class CellMistake(Exception):
    """One mistake in one cell; `line` counts from 1, None when it is about the whole cell."""

    def __init__(self, line: int | None, text: str) -> None:
        super().__init__(text)
        self.line = line
        self.text = text


@dataclass(frozen=True)
class Mistake:
    """A mistake with its place: the cell's number among all cells from 1 and how it begins, or the whole file."""

    text: str
    cell: int | None = None
    begins: str = ""
    line: int | None = None

    def place(self) -> str:
        """Cell and line as people read them, with what the cell begins with: JupyterLab shows no numbers."""
        if self.cell is None:
            return ""
        begins = self.begins if len(self.begins) <= MAX_SHOWN else f"{self.begins[: MAX_SHOWN - 1]}…"
        shown = f" (“{begins}”)" if begins else ""
        return f", cell {self.cell}{shown}" + (f", line {self.line}" if self.line else "")


class SourceError(ExerciseError):
    """A source cannot be built; the text tells of the first mistake, `sentences` of all. Nothing was written."""

    def __init__(self, path: Path, mistakes: list[Mistake]) -> None:
        self.path = path
        self.mistakes = mistakes
        more = f" (and {len(mistakes) - 1} more)" if len(mistakes) > 1 else ""
        super().__init__(self.sentences()[0] + more)

    def sentences(self) -> list[str]:
        """One sentence for each mistake, with file, cell and line."""
        return [f"{shown_path(self.path)}{each.place()}: {each.text}" for each in self.mistakes]
