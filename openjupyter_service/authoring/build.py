"""Build an exercise from its source notebook: work out every file, and write none."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath
from typing import Any

from openjupyter_service.authoring.asserts import slug
from openjupyter_service.authoring.headings import Headings
from openjupyter_service.authoring.leaks import answers_seen, marks_left, tests_seen
from openjupyter_service.authoring.mistakes import CellMistake, Mistake, SourceError
from openjupyter_service.authoring.notebooks import make_notebook
from openjupyter_service.authoring.parts import Parts, part
from openjupyter_service.authoring.roles import role_of
from openjupyter_service.authoring.settings import make_settings
from openjupyter_service.authoring.source import Cell, Source, read_source
from openjupyter_service.authoring.stamp import has_stamp, notebook_bytes, stamped_notebook, stamped_text
from openjupyter_service.authoring.tests_file import make_tests_file
from openjupyter_service.exercises.course import EXERCISE_FILE, SOLUTION_FILE, SOURCE_FILE, is_test_file
from openjupyter_service.exercises.file import NOTEBOOK_SUFFIX, ExerciseFile


@dataclass
class Built:
    """All that building an exercise comes to: files by path, files that are no longer built, and what to look at."""

    name: str
    source: Path
    files: dict[Path, bytes] = field(default_factory=dict)
    removed: list[Path] = field(default_factory=list)
    notes: list[Mistake] = field(default_factory=list)


def build_exercise(folder: Path, public: Path, stamp: bool = True) -> Built:
    """Build the exercise of a private folder that holds source.ipynb.

    The same source gives the same bytes, whenever and wherever it is built.

    Args:
        folder: the exercise's private folder; its name is the exercise's name
        public: the public half of the course
        stamp: whether files tell that they were built; without, they count as written by hand

    Raises:
        SourceError: something in the source is wrong; the text says where, and what to do
        ExerciseFileError: exercise.toml was written by hand and has a mistake
    """
    source = read_source(folder / SOURCE_FILE)
    cells = _parts(source)
    headings = Headings(cells)
    settings = make_settings(folder, cells, headings.first)
    if isinstance(settings, list):
        raise SourceError(source.path, settings)
    tests = make_tests_file(cells, headings, settings.file.title)
    learners = make_notebook(source, {each.cell.number: each.learner for each in cells if each.learner is not None})
    mistakes = tests.mistakes + tests_seen(cells) + marks_left(learners, cells)
    if not mistakes and not any(parts.learner is not None for parts in cells):
        mistakes.append(Mistake("leaves nothing for learners; write the task into cells without marks"))
    built = Built(folder.name, source.path, notes=_notes(cells) + tests.notes)
    tests_path = folder / f"test_{slug(folder.name) or 'exercise'}.py"
    if tests.text:
        built.files[tests_path] = _text(tests.text, stamp)
    elif has_stamp(tests_path):
        built.removed.append(tests_path)
    if not mistakes and not tests.text and not _other_tests(folder, built.removed):
        mistakes.append(
            Mistake(f"has no hidden tests; put some between ### BEGIN HIDDEN TESTS and ### END HIDDEN TESTS, or "
                    f"write them to {tests_path.name} beside it")
        )  # fmt: skip
    if mistakes:
        raise SourceError(source.path, sorted(mistakes, key=lambda each: each.cell or 0))
    if settings.text is not None:
        built.files[folder / EXERCISE_FILE] = _text(settings.text, stamp)
    solution = make_notebook(source, {each.cell.number: each.solution for each in cells if each.solution is not None})
    _add(built, _solution_path(folder, settings.file), _notebook(solution, stamp))
    _add(built, public / (settings.file.notebook or f"{folder.name}/{folder.name}.ipynb"), _notebook(learners, stamp))
    return built


def _text(text: str, stamp: bool) -> bytes:
    return stamped_text(text, SOURCE_FILE) if stamp else text.encode()


def _notebook(notebook: dict[str, Any], stamp: bool) -> bytes:
    return stamped_notebook(notebook) if stamp else notebook_bytes(notebook)


def _parts(source: Source) -> list[Parts]:
    found: list[Parts] = []
    mistakes: list[Mistake] = []
    for cell in source.cells:
        try:
            found.append(part(cell, role_of(cell)))
        except CellMistake as error:
            mistakes.append(cell.mistake(error))
    if mistakes:  # names, titles and the rest would be those of half a notebook
        raise SourceError(source.path, mistakes)
    return found


def _solution_path(folder: Path, file: ExerciseFile) -> Path:
    """Where the solution goes: what exercise.toml names, a notebook or the folder of one, else solution.ipynb."""
    if file.solution is None:
        return folder / SOLUTION_FILE
    if file.solution.endswith(NOTEBOOK_SUFFIX):
        return folder / file.solution
    return folder / file.solution / PurePosixPath(file.notebook or f"{folder.name}.ipynb").name


def _add(built: Built, path: Path, content: bytes) -> None:
    if path.resolve() in {built.source.resolve(), *(other.resolve() for other in built.files)}:
        raise SourceError(
            built.source,
            [Mistake(f"would be built to {path.name}, which is another of its files; give the exercise another name")],
        )
    built.files[path] = content


def _other_tests(folder: Path, removed: Sequence[Path]) -> bool:
    """Are there tests written by hand?"""
    return any(is_test_file(path.name) and path not in removed for path in folder.rglob("*.py"))


def _notes(cells: Sequence[Parts]) -> list[Mistake]:
    def note(cell: Cell, text: str) -> Mistake:
        return cell.mistake(CellMistake(None, text))

    by_hand = [
        note(parts.cell, "nbgrader has this cell graded by hand, and nobody does so here: it gives no points")
        for parts in cells
        if parts.role.by_hand
    ]
    if not any(parts.answer for parts in cells):
        by_hand.append(
            Mistake("has no solution between marks, so that learners get all its code; see whether that is meant so")
        )
    return by_hand + answers_seen(cells)
