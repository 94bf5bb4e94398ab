"""Which side of a comparison a test wrote down itself, read from the test's own source: constants are the test's."""

import ast
import contextlib
from collections.abc import Iterator
from pathlib import Path
from types import TracebackType
from typing import Literal

_OPERATORS = {
    **{ast.Eq: "==", ast.NotEq: "!=", ast.Lt: "<", ast.LtE: "<=", ast.Gt: ">", ast.GtE: ">="},
    **{ast.In: "in", ast.NotIn: "not in", ast.Is: "is", ast.IsNot: "is not"},
}
_LIBRARIES = {"pytest", "np", "numpy", "pd", "pandas", "math"}
_BUILDERS = {"set", "frozenset", "dict", "list", "tuple", "range", "float", "int", "complex", "bytes", "str", "slice"}


def compared_side(
    traceback: TracebackType | None, tests: Path, function: str, op: str
) -> Literal["left", "right"] | None:
    """The side that the learner's code made: the other one is a constant, or only this one mentions `learner`.

    Args:
        traceback: that of the failing assertion
        tests: folder of the hidden tests
        function: name of the assertion that was called with both sides, such as assert_allclose; "" for a plain assert
        op: the operator, for a plain assert

    Returns:
        None where the source does not tell.
    """
    for lines, line in _places(traceback, tests):
        pairs = [pair for node in _statement(lines, line) if (pair := _sides(node, function, op))]
        if len(pairs) == 1:
            return _theirs(*pairs[0])
    return None


def is_bare_truth(traceback: TracebackType | None, tests: Path) -> bool | None:
    """What a plain assert without comparison wants: True for `assert f()`, False for `assert not f()`, else None."""
    place = next(_places(traceback, tests), None)
    statement = next((node for node in _statement(*place) if isinstance(node, ast.Assert)), None) if place else None
    if statement is None:
        return None
    wanted, test = True, statement.test
    if isinstance(test, ast.UnaryOp) and isinstance(test.op, ast.Not):
        wanted, test = False, test.operand
    return wanted if isinstance(test, ast.Call | ast.Attribute | ast.Name | ast.Subscript) else None


def _places(traceback: TracebackType | None, tests: Path) -> Iterator[tuple[str, int]]:
    """Source and line of each frame in the test files, the innermost first."""
    frames = []
    while traceback:
        if (path := Path(traceback.tb_frame.f_code.co_filename)).is_relative_to(tests):
            frames.append((path, traceback.tb_lineno))
        traceback = traceback.tb_next
    for path, line in reversed(frames):
        with contextlib.suppress(OSError, UnicodeDecodeError):
            yield path.read_text(encoding="utf-8"), line


def _statement(source: str, line: int) -> list[ast.AST]:
    """All nodes of the smallest statement at a line."""
    try:
        tree = ast.parse(source)
    except (SyntaxError, ValueError, RecursionError):
        return []
    at_line = [
        node
        for node in ast.walk(tree)
        if isinstance(node, ast.Assert | ast.Expr) and node.lineno <= line <= (node.end_lineno or node.lineno)
    ]
    return list(ast.walk(at_line[-1])) if at_line else []


def _sides(node: ast.AST, function: str, op: str) -> tuple[ast.expr, ast.expr] | None:
    if function:
        called = node.func if isinstance(node, ast.Call) else None
        name = getattr(called, "attr", getattr(called, "id", None))
        if isinstance(node, ast.Call) and name == function and len(node.args) > 1:
            return node.args[0], node.args[1]
        return None
    if isinstance(node, ast.Compare) and len(node.ops) == 1 and _OPERATORS[type(node.ops[0])] == op:
        return node.left, node.comparators[0]
    return None


def _theirs(left: ast.expr, right: ast.expr) -> Literal["left", "right"] | None:
    names = [{node.id for node in ast.walk(side) if isinstance(node, ast.Name)} for side in (left, right)]
    constant = [not side - _LIBRARIES - _BUILDERS for side in names]
    if constant[0] != constant[1]:
        return "right" if constant[0] else "left"
    mentions = ["learner" in ast.unparse(side) for side in (left, right)]
    if mentions[0] != mentions[1]:
        return "left" if mentions[0] else "right"
    return None
