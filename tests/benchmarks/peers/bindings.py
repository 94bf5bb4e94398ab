"""Which names a cell binds at its top level, magics included."""

import ast
import re
from collections.abc import Iterator

from IPython.core.inputtransformer2 import TransformerManager

_IN_NAMESPACE = re.compile(r"\s*%%(time|timeit|capture|prun)\b[^\n]*\n")
"""Cell magics that run the rest of the cell where any cell runs; but for timeit, names stay bound."""


def bound_names(source: str) -> set[str]:
    """Names that a cell assigns, defines or imports, in blocks too, in functions and classes not; of a cell that is no
    Python, what is defined at the start of a line."""
    magic = _IN_NAMESPACE.match(source)
    if magic:
        return set() if magic[1] == "timeit" else bound_names(source[magic.end() :])
    if source.lstrip().startswith("%%"):
        return set()
    try:
        tree = ast.parse(TransformerManager().transform_cell(source))
    except (SyntaxError, ValueError):
        return set(re.findall(r"^(?:async )?def (\w+)\(", source, re.MULTILINE))
    return {name for statement in tree.body for name in _names(statement)}


def _names(node: ast.AST) -> Iterator[str]:
    if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
        yield node.name
        return
    if isinstance(node, ast.Lambda | ast.ListComp | ast.SetComp | ast.DictComp | ast.GeneratorExp):
        return
    if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
        yield node.id
    if isinstance(node, ast.Import | ast.ImportFrom):
        yield from ((alias.asname or alias.name).partition(".")[0] for alias in node.names)
    for child in ast.iter_child_nodes(node):
        yield from _names(child)
