"""Make wrong variants of right code: small changes to a syntax tree, each at one place, spliced into the source.

Cells may hold magics; lines that are no Python are left alone, and so is a cell that no parser takes.
"""

import ast
import itertools
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

_MAGIC = re.compile(r"^([ \t]*)[%!?].*$", re.MULTILINE)
_CELL_MAGIC = re.compile(r"\s*%%")

_ORDER = ("operator", "constant", "return", "statement")
_OPERATORS: dict[type[ast.AST], Any] = {
    ast.Lt: ast.LtE,
    ast.LtE: ast.Lt,
    ast.Gt: ast.GtE,
    ast.GtE: ast.Gt,
    ast.Eq: ast.NotEq,
    ast.NotEq: ast.Eq,
    ast.In: ast.NotIn,
    ast.NotIn: ast.In,
    ast.Is: ast.IsNot,
    ast.IsNot: ast.Is,
    ast.Add: ast.Sub,
    ast.Sub: ast.Add,
    ast.Mult: ast.Add,
    ast.Div: ast.Mult,
    ast.FloorDiv: ast.Mult,
    ast.Mod: ast.Add,
    ast.Pow: ast.Mult,
    ast.MatMult: ast.Add,
    ast.And: ast.Or,
    ast.Or: ast.And,
}


@dataclass(frozen=True)
class Mutant:
    """One changed source: which one, the line from 1, what was done in words, and the whole new text."""

    index: int
    line: int
    change: str
    source: str


def mutants(sources: Sequence[str]) -> Iterator[Mutant]:
    """Wrong variants of some sources (cells or files), in a fixed order in which every kind of change comes early.

    Functions and methods are changed where there are any, else the statements of the sources themselves.
    """
    trees = [_parse(source) for source in sources]
    places = [(index, function) for index, tree in enumerate(trees) if tree for function in _functions(tree)]
    if not places:
        places = [(index, tree) for index, tree in enumerate(trees) if tree]
    # One change of each place in turn, so that a first function with many constants does not take all the tries.
    queues = [_of_place(index, sources[index], place) for index, place in places]
    seen: set[tuple[int, str]] = set()
    for mutant in itertools.chain.from_iterable(itertools.zip_longest(*queues)):
        if mutant is not None and (mutant.index, mutant.source) not in seen:
            seen.add((mutant.index, mutant.source))
            yield mutant


def _parse(source: str) -> ast.Module | None:
    if _CELL_MAGIC.match(source):
        return None
    try:
        # A magic becomes a statement of the same place; only what is changed is written back.
        return ast.parse(_MAGIC.sub(r"\1pass", source))
    except (SyntaxError, ValueError, RecursionError):
        return None


def _functions(tree: ast.Module) -> Iterator[ast.AST]:
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            yield node


def _of_place(index: int, source: str, place: ast.AST) -> Iterator[Mutant]:
    """All changes of one function or cell: of each kind one, then of each kind the next."""
    kinds: dict[str, list[tuple[ast.expr | ast.stmt, str]]] = {}
    for node in _walk(place):
        for kind, text in _changes(node):
            kinds.setdefault(kind, []).append((node, text))
    rows = itertools.zip_longest(*(kinds[kind] for kind in _ORDER if kind in kinds))
    for node, text in filter(None, itertools.chain.from_iterable(rows)):
        before = ast.unparse(node)
        change = f"{_short(before)} was deleted" if text == "pass" else f"{_short(before)} became {_short(text)}"
        yield Mutant(index, node.lineno, change, _splice(source, node, text))


def _walk(node: ast.AST) -> Iterator[ast.expr | ast.stmt]:
    """Statements and expressions below a node, but not those in f-strings, whose places Python 3.11 does not tell."""
    for child in ast.iter_child_nodes(node):
        if isinstance(child, ast.expr | ast.stmt):
            yield child
        if not isinstance(child, ast.JoinedStr):
            yield from _walk(child)


def _changes(node: ast.expr | ast.stmt) -> Iterator[tuple[str, str]]:
    """Kind and new text of every change of this very node."""
    if isinstance(node, ast.Compare):
        for position, operator in enumerate(node.ops):
            ops = [*node.ops[:position], _OPERATORS[type(operator)](), *node.ops[position + 1 :]]
            yield "operator", _in_brackets(ast.Compare(node.left, ops, node.comparators))
    elif isinstance(node, ast.BinOp) and type(node.op) in _OPERATORS:
        yield "operator", _in_brackets(ast.BinOp(node.left, _OPERATORS[type(node.op)](), node.right))
    elif isinstance(node, ast.BoolOp):
        yield "operator", _in_brackets(ast.BoolOp(_OPERATORS[type(node.op)](), node.values))
    elif isinstance(node, ast.Constant) and type(node.value) is bool:
        yield "constant", str(not node.value)
    elif isinstance(node, ast.Constant) and isinstance(node.value, int | float):
        yield "constant", ast.unparse(ast.Constant(node.value + 1))
    elif isinstance(node, ast.Return) and node.value is not None and ast.unparse(node.value) != "None":
        yield "return", "return None"
    elif isinstance(node, ast.Assign | ast.AugAssign | ast.Raise) or (
        isinstance(node, ast.Expr) and not isinstance(node.value, ast.Constant)  # without a docstring nothing changes
    ):
        yield "statement", "pass"


def _in_brackets(node: ast.expr) -> str:
    """The new operator may bind less than the old one did."""
    return f"({ast.unparse(node)})"


def _short(text: str) -> str:
    line = " ".join(text.split())
    return f"`{line[:57]}…`" if len(line) > 60 else f"`{line}`"


def _splice(source: str, node: ast.expr | ast.stmt, text: str) -> str:
    """The source with the node's own text replaced."""
    assert node.end_lineno is not None and node.end_col_offset is not None
    content = source.encode("utf-8", "surrogatepass")
    lines = content.splitlines(keepends=True)
    # Columns count bytes of UTF-8.
    start = sum(map(len, lines[: node.lineno - 1])) + node.col_offset
    end = sum(map(len, lines[: node.end_lineno - 1])) + node.end_col_offset
    return (content[:start] + text.encode() + content[end:]).decode("utf-8", "surrogatepass")
