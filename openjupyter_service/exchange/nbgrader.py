"""Import assignments of nbgrader: source or release notebooks, with autograded cells, points and hidden tests.

Points are given as `nbgrader.utils.determine_grade` of nbgrader 0.9 gives them: none to a test cell that fails or
writes to standard error, the value of its last line where that is a number, else all.
"""

import ast
import re
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Any

from openjupyter_service.errors import ExchangeError
from openjupyter_service.exchange.draft import Draft, exercise_name
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
from openjupyter_service.exchange.sealing import Sealing, callers_of, changed_data, examine
from openjupyter_service.exchange.sent import with_sent
from openjupyter_service.exchange.surroundings import Surroundings, bound_names, changed_names, parsed
from openjupyter_service.exchange.written import (
    WrittenTest,
    block,
    function_name,
    sealed_lines,
    statements,
    test_file,
)

CODE_STUB = "# YOUR CODE HERE\nraise NotImplementedError()"
TEXT_STUB = "YOUR ANSWER HERE"
_AUTOTEST = re.compile(r"^\s*#+\s*(?:HASHED\s+)?AUTOTEST\b", re.MULTILINE)
_QUIET = 'assert not learner.printed("stderr"), "Your code wrote to standard error (a warning, perhaps) in this test."'

_CREDIT = '''
def credit(value, points, give):
    """Part of the points, where a test's last line is a number: what nbgrader makes of a cell's output."""
    try:
        number = None if value is None else float(repr(value))
    except ValueError:
        return
    if number is not None and number >= 0:
        assert number <= points, "This test gives more points than there are."
        give(number)
'''


@dataclass(frozen=True)
class Role:
    """What nbgrader's metadata say of a cell."""

    grade: bool = False
    solution: bool = False
    task: bool = False
    locked: bool = False
    id: str = ""
    points: float = 0.0

    @property
    def is_test(self) -> bool:
        """Is it an autograded test, if it is code?"""
        return self.grade and not self.solution and not self.task


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


def role_of(cell: Cell) -> Role:
    """The role of a cell; what makes no sense in its metadata counts as not there."""
    found = cell.metadata.get("nbgrader")
    if not isinstance(found, dict):
        return Role()
    points = found.get("points", 0)
    is_number = isinstance(points, int | float) and not isinstance(points, bool) and 0 <= points < 1e9
    return Role(
        found.get("grade") is True,
        found.get("solution") is True,
        found.get("task") is True,
        found.get("locked") is True,
        str(found.get("grade_id", ""))[:100],
        float(points) if is_number else 0.0,
    )


def _draft(file: str, notebook: Notebook, data: Files, name: str, in_kernel: bool, notes: Notes) -> Draft:
    cells = [Cell(c.kind, without_nose(c.source, notes), c.id, c.metadata, c.outputs) for c in notebook.cells]
    roles = [role_of(cell) for cell in cells]
    is_source = any(
        f"BEGIN {kind}" in cell.source for cell in cells for kind in (SOLUTION, HIDDEN_TESTS, MARK_SCHEME)
    ) or not any("checksum" in _metadata(cell) for cell in cells)
    ids = [cell_id(role.id) if role.id else cell.id for cell, role in zip(cells, roles, strict=True)]
    tests = _tests(cells, roles, ids, in_kernel, notes)
    if not tests:
        raise ExchangeError(
            f"{file} has no autograded cell of nbgrader that can be taken over"
            + ("".join(f"; {note.what}: {note.why}" for note in notes.all[:3]))
            + "; import a notebook with code cells that are marked “Autograder tests”"
        )
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


def _tests(cells: list[Cell], roles: list[Role], ids: list[str], in_kernel: bool, notes: Notes) -> list[WrittenTest]:
    surroundings = Surroundings()
    for cell, role in zip(cells, roles, strict=True):
        if cell.kind == "code":
            surroundings.add(cell.source, is_given=not role.solution, is_test=role.is_test)
    found: list[WrittenTest] = []
    names: set[str] = set()
    tests = {
        index: without_marks(cell.source, HIDDEN_TESTS)
        for index, (cell, role) in enumerate(zip(cells, roles, strict=True))
        if cell.kind == "code" and role.is_test and not _AUTOTEST.search(cell.source)
    }
    for index, (cell, role) in enumerate(zip(cells, roles, strict=True)):
        what = f"the cell “{role.id or index + 1}” ({role.points:g} points)"
        if role.task or (role.grade and role.solution):
            notes.dropped(what, "it is graded by hand, which an exercise here is not; its text stays in the notebook")
        elif role.is_test and cell.kind != "code":
            notes.dropped(what, "it is marked as a test, and is no code")
        elif role.is_test and index not in tests:
            notes.dropped(
                what, "nbgrader fills its AUTOTEST lines in with the solution; import what generate_assignment made"
            )
        elif role.is_test:
            try:
                found.append(_placed_test(index, cells, roles, ids, tests, surroundings, in_kernel, names, notes))
            except (SyntaxError, ValueError, RecursionError) as error:
                notes.dropped(what, f"it is no Python: {error}")
    return found


def _placed_test(
    index: int,
    cells: list[Cell],
    roles: list[Role],
    ids: list[str],
    tests: dict[int, str],
    surroundings: Surroundings,
    in_kernel: bool,
    names: set[str],
    notes: Notes,
) -> WrittenTest:
    """The test of one cell, with what it needs of the cells around it: nbgrader runs it where it stands."""
    source, label = tests[index], f"the test “{roles[index].id}”"
    sealing = examine(source, surroundings, may_send=True)
    used = set(sealing.names) or _names(source)
    above = [other for other in tests if other < index and _leaves(tests[other], used, surroundings)]
    if not sealing.reason and (in_kernel or above):
        reason = "all tests were asked to" if in_kernel else "it uses what another test defines or changes"
        sealing = Sealing(sealing.names, sealing.imports, reason)
    test = _test(source, roles[index], sealing, names)
    test.hint = _hint(cells[index], roles[index])
    for other in above:
        constant = f"ABOVE_{function_name(ids[other], set()).upper()}"
        test.before.append(f"{constant} = {block(tests[other])}")
        test.tests_above[ids[other]] = constant
    later = [
        cell.source for place, cell in enumerate(cells) if place > index and place not in tests and cell.kind == "code"
    ]
    changed = used & (changed_names(later) | _changed(tests.values(), surroundings))
    if changed or above:
        test.above = ids[index]
        parts = ", ".join(f"`{name}`" for name in sorted(changed)[:5]) or "what it uses"
        notes.changed(label, f"other cells may change {parts}, so that the cells above it are run again before it")
    if sealing.reason:
        notes.changed(label, f"it runs in the learner's kernel, less sealed: {sealing.reason}")
    return test


def _leaves(source: str, names: set[str], notebook: Surroundings) -> bool:
    """Does a test define or change one of these names?"""
    own = Surroundings()
    own.add(source)
    return bool(((own.bound - set(own.imports)) | _changed([source], notebook)) & names)


def _changed(sources: Iterable[str], notebook: Surroundings) -> set[str]:
    """Data of the notebook that tests change, where learners run them as well."""
    found: set[str] = set()
    for source in sources:
        tree = parsed(source)
        found |= changed_data(tree) if tree else set()
    return (found & notebook.bound) - notebook.functions


def _test(source: str, role: Role, sealing: Sealing, names: set[str]) -> WrittenTest:
    title, is_docstring = _title(source, role)
    test = WrittenTest(function_name(role.id or "cell", names), title, role.points, [])
    try:
        tree = ast.parse(source)
    except SyntaxError:  # magics: the kernel knows what they are
        tree = ast.Module([], [])
    last = tree.body[-1] if tree.body else None
    has_value = (
        isinstance(last, ast.Expr) and not source.rstrip().endswith(";") and not (is_docstring and len(tree.body) == 1)
    )
    credit = [f"credit(value, {role.points:g}, learner_points)"] if has_value else []
    test.fixtures = ("learner_points",) if has_value else ()
    test.helpers = (_CREDIT,) if has_value else ()
    if sealing.reason:
        test.in_kernel = True
        test.helpers = ("run_cell", *test.helpers)
        constant = f"CELL_{test.name.upper()}"
        test.before = [f"{constant} = {block(source)}"]
        test.body += [f"{'value = ' if has_value else ''}run_cell({constant})", _QUIET, *credit]
        return test
    test.helpers = ("plain", *test.helpers)
    test.before = list(sealing.imports)
    code = source
    if has_value and last is not None:
        raw = source.encode()
        lines = source.split("\n")[: last.lineno - 1]
        start = sum(len(line.encode()) + 1 for line in lines) + last.col_offset
        code = (raw[:start] + b"value = " + raw[start:]).decode()
    if is_docstring and len(tree.body) > 1:  # the function has it as its own
        lines = code.split("\n")
        if tree.body[0].end_lineno != tree.body[1].lineno:
            code = "\n".join(lines[tree.body[0].end_lineno or 0 :])
    if sealing.sent:
        own = set().union(*(bound_names(node) for node in tree.body))
        code = with_sent(code, set(sealing.sent), callers_of(tree, own, set(sealing.names)))
    test.body = [*sealed_lines(sealing), *statements(code), _QUIET, *credit]
    return test


def _names(source: str) -> set[str]:
    try:
        return {node.id for node in ast.walk(ast.parse(source)) if isinstance(node, ast.Name)}
    except (SyntaxError, ValueError, RecursionError):
        return set()


def _title(source: str, role: Role) -> tuple[str, bool]:
    """The cell's first text or comment, else its id in words; and whether that is a docstring."""
    try:
        tree = ast.parse(source)
    except (SyntaxError, ValueError, RecursionError):
        tree = ast.Module([], [])
    if tree.body and (documentation := ast.get_docstring(tree)):
        return documentation.split("\n")[0][:200], True
    comment = re.match(r"\s*#+\s*(\S.*)", source)
    if comment and not re.search(r"\b(?:BEGIN|END)\b", comment[1]):
        return comment[1][:200], False
    return plain_title(re.sub(r"[-_]+", " ", role.id).strip().capitalize()) or "Test", False


def _hint(cell: Cell, role: Role) -> str:
    if without_region(cell.source, HIDDEN_TESTS)[0].strip():
        return f"Run the cell “{role.id}” of your notebook: it holds this test, or a part of it."
    return ""
