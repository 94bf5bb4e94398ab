"""exercise.toml of a source: its own raw cell, else a title; where neither is wanted, the file written by hand."""

import json
import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from openjupyter_service.authoring.mistakes import CellMistake, Mistake
from openjupyter_service.authoring.parts import Parts
from openjupyter_service.authoring.roles import SETTINGS_LINE
from openjupyter_service.authoring.stamp import has_stamp
from openjupyter_service.exercises.course import EXERCISE_FILE
from openjupyter_service.exercises.file import ExerciseFile
from openjupyter_service.exercises.mistakes import ExerciseFileError, parse_exercise_file, read_exercise_file


@dataclass(frozen=True)
class ExerciseSettings:
    """What exercise.toml says, and its text if it is to be written; None if it was written by hand and stays."""

    file: ExerciseFile
    text: str | None


def make_settings(folder: Path, cells: Sequence[Parts], title: str) -> ExerciseSettings | list[Mistake]:
    """The exercise's settings, or what is wrong with them.

    Args:
        folder: the private folder of the exercise
        cells: all cells of its source
        title: what the notebook is called, used where no title is given

    Raises:
        ExerciseFileError: exercise.toml was written by hand and has a mistake
    """
    path = folder / EXERCISE_FILE
    chosen = [parts.cell for parts in cells if parts.role.is_settings]
    if len(chosen) > 1:
        error = CellMistake(1, f"cell {chosen[0].number} holds exercise.toml already; put both into one cell")
        return [chosen[1].mistake(error)]
    if not chosen:
        if path.is_file() and not has_stamp(path):
            return ExerciseSettings(read_exercise_file(path), None)
        if not title:
            return [
                Mistake(
                    "has no title; begin its first Markdown cell with one, as in # A shopping basket, or add a raw "
                    f"cell with the lines {SETTINGS_LINE} and title = …"
                )
            ]
        text = f"title = {toml_text(title)}\n"
        return ExerciseSettings(parse_exercise_file(path, text), text)
    (cell,) = chosen
    lines = cell.source.lstrip("\n").split("\n")
    skipped = len(cell.source.split("\n")) - len(lines) + 1
    text = "\n".join(lines[1:]).strip("\n") + "\n"
    skipped += next((number for number, line in enumerate(lines[1:]) if line), 0)
    if title and not re.search(r"^\s*[\"']?title[\"']?\s*=", text, re.MULTILINE):
        gap = "\n" if text.startswith("[") else ""
        text, skipped = f"title = {toml_text(title)}\n{gap}{text}", skipped - 1 - len(gap)
    try:
        return ExerciseSettings(parse_exercise_file(path, text), text)
    except ExerciseFileError as error:
        return [
            cell.mistake(CellMistake(each.line + skipped if each.line else None, each.text)) for each in error.mistakes
        ]


def toml_text(text: str) -> str:
    """A text as a basic string of TOML."""
    return json.dumps("".join(c if c.isprintable() else " " for c in text), ensure_ascii=False)
