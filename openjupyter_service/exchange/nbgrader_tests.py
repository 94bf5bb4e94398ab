"""Hidden tests from nbgrader's autograded cells, with the points that nbgrader gives for what a cell does.

Points are given as `nbgrader.utils.determine_grade` of nbgrader 0.9 gives them: none to a test cell that fails or
writes to standard error, the value of its last line where that is a number, else all.
"""

import ast
import re
from collections.abc import Iterable
from dataclasses import dataclass

from openjupyter_service.exchange.handed_over import callers_of, changed_data
from openjupyter_service.exchange.notebooks import Cell, plain_title
from openjupyter_service.exchange.notes import Notes
from openjupyter_service.exchange.regions import (
    HIDDEN_TESTS,
    without_marks,
    without_region,
)
from openjupyter_service.exchange.sealing import Sealing, examine
from openjupyter_service.exchange.sent import with_sent
from openjupyter_service.exchange.surroundings import Surroundings, bound_names, changed_names, parsed
from openjupyter_service.exchange.written import (
    WrittenTest,
    block,
    function_name,
    sealed_lines,
    statements,
)

_AUTOTEST = re.compile(r"^[ \t]*#+[ \t]*(?:HASHED[ \t]+)?AUTOTEST\b", re.MULTILINE)
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


def role_of(cell: Cell) -> Role:
    """The role of a cell; what makes no sense in its metadata counts as not there."""
    found = cell.metadata.get("nbgrader")
    if not isinstance(found, dict):
        return Role()
    points = found.get("points", 0)
    if isinstance(points, str) and re.fullmatch(r"\d{1,9}(\.\d{1,9})?", points):  # as old versions wrote them
        points = float(points)
    is_number = isinstance(points, int | float) and not isinstance(points, bool) and 0 <= points < 1e9
    return Role(
        found.get("grade") is True,
        found.get("solution") is True,
        found.get("task") is True,
        found.get("locked") is True,
        str(found.get("grade_id", ""))[:100],
        float(points) if is_number else 0.0,
    )


def write_tests(
    cells: list[Cell], roles: list[Role], ids: list[str], in_kernel: bool, notes: Notes
) -> list[WrittenTest]:
    """The hidden tests of a notebook's autograded cells; what cannot be one is noted as dropped.

    Args:
        cells: all cells
        roles: what nbgrader's metadata say of each
        ids: of each cell in the learner's notebook
        in_kernel: run all in the kernel
        notes: told what cannot be sealed, and what is dropped
    """
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
    around = _Around(cells, roles, ids, tests, surroundings)
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
                found.append(_placed_test(index, around, in_kernel, names, notes))
            except (SyntaxError, ValueError, RecursionError) as error:
                notes.dropped(what, f"it is no Python: {error}")
    return found


@dataclass(frozen=True)
class _Around:
    """All that stands around a test; `tests` are the tests' codes by the indices of their cells."""

    cells: list[Cell]
    roles: list[Role]
    ids: list[str]
    tests: dict[int, str]
    surroundings: Surroundings


def _placed_test(index: int, around: _Around, in_kernel: bool, names: set[str], notes: Notes) -> WrittenTest:
    """The test of one cell, with what it needs of the cells around it: nbgrader runs it where it stands."""
    tests, ids, surroundings = around.tests, around.ids, around.surroundings
    source, role = tests[index], around.roles[index]
    label = f"the test “{role.id}”"
    sealing = examine(source, surroundings, may_send=True)
    used = set(sealing.names) or _names(source)
    above = [other for other in tests if other < index and _leaves(tests[other], used, surroundings)]
    if not sealing.reason and (in_kernel or above):
        reason = "all tests were asked to" if in_kernel else "it uses what another test defines or changes"
        sealing = Sealing(sealing.names, sealing.imports, reason)
    test = _test(source, role, sealing, names)
    test.hint = _hint(around.cells[index], role)
    for other in above:
        constant = f"ABOVE_{function_name(ids[other], set()).upper()}"
        test.before.append(f"{constant} = {block(tests[other])}")
        test.tests_above[ids[other]] = constant
    later = [
        cell.source
        for place, cell in enumerate(around.cells)
        if place > index and place not in tests and cell.kind == "code"
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
