"""Tests as pytest functions in a source: cells, or regions of them, that go into the test file as they are."""

import ast
from dataclasses import dataclass, field

from openjupyter_service.authoring.mistakes import CellMistake
from openjupyter_service.authoring.names import bound_names
from openjupyter_service.authoring.parts import Parts
from openjupyter_service.authoring.python import DROPPED, command_line, parse
from openjupyter_service.authoring.source import Cell

_QUIET = (ast.Import, ast.ImportFrom, ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef, ast.Assign, ast.AnnAssign)


@dataclass(frozen=True)
class Block:
    """A piece of the test file: the cell it comes from, its imports, and the rest of its code.

    `defines` are its names at module level; `code` keeps the cell's line numbers where `keeps_lines`.
    """

    cell: Cell
    code: str
    imports: list[str] = field(default_factory=list)
    defines: frozenset[str] = frozenset()
    has_tests: bool = True
    keeps_lines: bool = True


def is_written_out(code: str) -> bool:
    """Is this a piece of a test file: tests as pytest has them, or nothing but imports, definitions and assignments?"""
    try:
        body = parse(code).body
    except CellMistake:
        return False
    statements = [node for node in body if not _is_text(node)]
    return bool(_pytests(code)) or (bool(statements) and all(isinstance(node, _QUIET) for node in statements))


def written_out(parts: Parts) -> Block:
    """The block of a cell whose tests are functions.

    Raises:
        CellMistake: it is seen by learners, holds commands of IPython, or code that would run before any test
    """
    code = parts.hidden
    if line := command_line(code):
        raise CellMistake(line, "a test cannot hold commands of IPython such as %magic; take this line out")
    tree = parse(code)
    for node in tree.body:
        if isinstance(node, ast.Assert):
            raise CellMistake(
                node.lineno,
                "this assert stands outside of the test functions of its cell; put it into one of them, "
                "or into a cell of its own",
            )
    imports, rest = _split_imports(code, tree)
    return Block(
        cell=parts.cell,
        code=rest,
        imports=imports,
        defines=frozenset(bound_names(rest)),
        has_tests=any(_is_test(node) for node in tree.body),
    )


def is_visible_test(parts: Parts) -> bool:
    """Does a cell that learners see hold a test as pytest has it?"""
    return parts.learner is not None and bool(_pytests(parts.learner))


def _pytests(code: str) -> list[ast.stmt]:
    """Tests that take fixtures; a function called test_… that the code itself calls is a helper of nbgrader's kind."""
    try:
        tree = parse(code)
    except CellMistake:
        return []
    called = {node.id for node in ast.walk(tree) if isinstance(node, ast.Name)}
    return [node for node in tree.body if _is_test(node) and _takes_fixtures(node) and _name(node) not in called]


def _name(node: ast.stmt) -> str:
    return str(getattr(node, "name", ""))


def _is_test(node: ast.stmt) -> bool:
    if isinstance(node, ast.ClassDef):
        return any(_is_method(each) for each in node.body)
    return isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and node.name.startswith("test")


def _takes_fixtures(node: ast.stmt) -> bool:
    """Does a test ask for something, as `learner`? One that does not may be a helper that its cell calls."""
    if isinstance(node, ast.ClassDef):
        return True
    return isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and bool(node.args.args or node.args.kwonlyargs)


def _is_method(node: ast.stmt) -> bool:
    return isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and node.name.startswith("test")


def _is_text(node: ast.stmt) -> bool:
    return isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)


def _split_imports(code: str, tree: ast.Module) -> tuple[list[str], str]:
    """Import statements at the outermost level, each once, and the code without those that have lines of their own."""
    lines = code.split("\n")
    used: dict[int, int] = {}
    for node in tree.body:
        for number in range(node.lineno, (node.end_lineno or node.lineno) + 1):
            used[number] = used.get(number, 0) + 1
    imports: list[str] = []
    for node in tree.body:
        if isinstance(node, ast.Import | ast.ImportFrom):
            numbers = range(node.lineno, (node.end_lineno or node.lineno) + 1)
            if all(used[number] == 1 and "#" not in lines[number - 1] for number in numbers):
                imports.append(ast.unparse(node))
                for number in numbers:
                    lines[number - 1] = DROPPED
    return imports, "\n".join(lines)
