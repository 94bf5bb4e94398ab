"""Import assignments of nbgrader: source or release notebooks, with autograded cells, points and hidden tests."""

from pathlib import Path, PurePosixPath
from typing import Any

from openjupyter_service.errors import ExchangeError
from openjupyter_service.exchange.draft import Draft, exercise_name
from openjupyter_service.exchange.nbgrader_tests import Role, role_of, write_tests
from openjupyter_service.exchange.nose import without_nose
from openjupyter_service.exchange.notebooks import Cell, Notebook, cell_id, plain_title, read_notebook, write_notebook
from openjupyter_service.exchange.notes import Notes
from openjupyter_service.exchange.reading import Files, read_source
from openjupyter_service.exchange.regions import (
    HIDDEN_TESTS,
    MARK_SCHEME,
    SOLUTION,
    without_marks,
    without_region,
)
from openjupyter_service.exchange.written import (
    test_file,
)

CODE_STUB = "# YOUR CODE HERE\nraise NotImplementedError()"
TEXT_STUB = "YOUR ANSWER HERE"


def import_nbgrader(path: Path, name: str | None = None, in_kernel: bool = False) -> list[Draft]:
    """The exercises of an assignment: a notebook, or a folder or zip archive of notebooks and what they read.

    Args:
        path: of what is to be imported
        name: of the exercise, where there is one notebook
        in_kernel: run all tests in the learner's kernel

    Raises:
        ExchangeError: there is nothing to import, or it is broken
    """
    notes = Notes()
    files = read_source(path, notes)
    notebooks = {file: content for file, content in files.items() if file.endswith(".ipynb")}
    folders = {PurePosixPath(file).parts[0] for file in notebooks if "/" in file}
    if not any("/" not in file for file in notebooks) and len(folders) == 1:  # an archive of one folder
        top = f"{folders.pop()}/"
        files = {file.removeprefix(top): content for file, content in files.items() if file.startswith(top)}
        notebooks = {file: content for file, content in files.items() if file.endswith(".ipynb")}
    notebooks = {file: content for file, content in notebooks.items() if "/" not in file}
    if not notebooks:
        raise ExchangeError(f"there is no notebook in {path}; name one, or the folder of an assignment (source/NAME)")
    if name is not None and len(notebooks) > 1:
        raise ExchangeError(f"{path} holds {len(notebooks)} notebooks, and --name is for one; name a notebook")
    data = {file: content for file, content in files.items() if file not in notebooks}
    drafts: list[Draft] = []
    skipped: list[str] = []
    for file, content in notebooks.items():
        found = Notes(list(notes.all))
        notebook = read_notebook(content, file)
        if not any(role_of(cell).is_test for cell in notebook.cells) and len(notebooks) > 1:
            skipped.append(file)
            continue
        drafts.append(_draft(file, notebook, data, exercise_name(name or Path(file).stem), in_kernel, found))
    if not drafts:
        raise ExchangeError(f"no notebook of {path} has an autograded cell of nbgrader; see that it is an assignment")
    for file in skipped:
        drafts[0].notes.dropped(f"the notebook {file}", "it has no autograded cell, and an exercise here has tests")
    return drafts


def _draft(file: str, notebook: Notebook, data: Files, name: str, in_kernel: bool, notes: Notes) -> Draft:
    cells = [Cell(c.kind, without_nose(c.source, notes), c.id, c.metadata, c.outputs) for c in notebook.cells]
    roles = [role_of(cell) for cell in cells]
    is_source = any(
        f"BEGIN {kind}" in cell.source for cell in cells for kind in (SOLUTION, HIDDEN_TESTS, MARK_SCHEME)
    ) or not any("checksum" in _metadata(cell) for cell in cells)
    ids = [cell_id(role.id) if role.id else cell.id for cell, role in zip(cells, roles, strict=True)]
    tests = write_tests(cells, roles, ids, in_kernel, notes)
    if not tests:
        raise ExchangeError(
            f"{file} has no autograded cell of nbgrader that can be taken over"
            + ("".join(f"; {note.what}: {note.why}" for note in notes.all[:3]))
            + "; import a notebook with code cells that are marked “Autograder tests”"
        )
    if not sum(test.points for test in tests):
        raise ExchangeError(f"the autograded cells of {file} are worth no points; give them some")
    notes.taken(f"{len(tests)} autograded cells with {sum(test.points for test in tests):g} points")
    learner = [_for_learners(*each) for each in zip(cells, roles, ids, strict=True)]
    solution = [_solved(*each) for each in zip(cells, roles, ids, strict=True)] if is_source else None
    if solution is None:
        notes.dropped("the solution", f"{file} is a release, which has none; write hidden_tests/{name}/{name}.ipynb")
    if data:
        notes.taken(f"{len(data)} files beside the notebook", "learners get them as data")
    notes.changed("the marks of nbgrader in the notebook", "tests are found by the ids of their cells, which stay")
    return Draft(
        name,
        notebook.title(plain_title(Path(file).stem.replace("_", " ").replace("-", " ")) or name),
        write_notebook(learner),
        {f"test_{name.replace('-', '_')}.py": test_file(f"the notebook {file} of nbgrader", tests)},
        write_notebook(solution) if solution is not None else None,
        dict(data),
        notes=notes,
    )


def _metadata(cell: Cell) -> dict[str, Any]:
    found = cell.metadata.get("nbgrader")
    return found if isinstance(found, dict) else {}


def _kept_metadata(cell: Cell, **more: Any) -> dict[str, Any]:
    kept = {key: value for key, value in cell.metadata.items() if key in ("tags", "slideshow", "editable", "deletable")}
    return {**kept, **more}


def _for_learners(cell: Cell, role: Role, id: str) -> Cell:
    """The cell as `nbgrader generate_assignment` makes it."""
    source, _ = without_region(cell.source, MARK_SCHEME)
    if role.solution:
        stub = CODE_STUB if cell.kind == "code" else TEXT_STUB
        source, has_region = without_region(source, SOLUTION, stub)
        if not has_region and "checksum" not in _metadata(cell):
            source = stub
        return Cell(cell.kind, source, id, _kept_metadata(cell))
    source, _ = without_region(source, HIDDEN_TESTS)
    if role.is_test and cell.kind == "code":
        # It may fail while learners run their notebook; what it is worth is decided elsewhere.
        tags = [*_tags(cell), "raises-exception"]
        return Cell("code", source, id, _kept_metadata(cell, editable=False, deletable=False, tags=tags))
    locked = {"editable": False, "deletable": False} if role.locked or role.task else {}
    return Cell(cell.kind, source, id, _kept_metadata(cell, **locked))


def _solved(cell: Cell, role: Role, id: str) -> Cell:
    learner = _for_learners(cell, role, id)
    if not role.solution:
        return learner
    source, _ = without_region(cell.source, MARK_SCHEME)
    return Cell(cell.kind, without_marks(source, SOLUTION), id, learner.metadata)


def _tags(cell: Cell) -> list[str]:
    tags = cell.metadata.get("tags")
    return [tag for tag in tags if isinstance(tag, str) and tag != "raises-exception"] if isinstance(tags, list) else []
