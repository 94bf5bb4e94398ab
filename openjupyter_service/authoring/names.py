"""Which names a piece of Python defines, imports, and takes from elsewhere; nothing is run for it."""

import ast
import builtins
import re
import symtable
import warnings
from collections.abc import Iterable
from dataclasses import dataclass, field

from openjupyter_service.authoring.mistakes import CellMistake
from openjupyter_service.authoring.python import is_python, parse, without_commands

BUILTINS = frozenset([*dir(builtins), "__file__", "__name__", "__doc__"])
_ASSIGNED = re.compile(r"^[ \t]*([A-Za-z_]\w*)[ \t]*=(?!=)", re.MULTILINE)


@dataclass
class Defined:
    """What the cells of a notebook define: all names, and for those that are imported the statement that does it.

    `functions` are names of functions and classes, `read_by_functions` names that functions take from the notebook when
    they are called; `everything` tells that a star import may define any name.
    """

    names: set[str] = field(default_factory=set)
    imports: dict[str, str] = field(default_factory=dict)
    functions: set[str] = field(default_factory=set)
    read_by_functions: set[str] = field(default_factory=set)
    everything: bool = False


def defined_by(sources: Iterable[str]) -> Defined:
    """What these code cells define; of cells that are no Python what can be seen."""
    found = Defined()
    for source in sources:
        if not is_python(source):
            continue
        try:
            tree = parse(source)
            found.names |= bound_names(source)
            found.read_by_functions |= _read_by_functions(source)
        except CellMistake:
            found.names |= set(_ASSIGNED.findall(source))
            continue
        for node in ast.walk(tree):
            if isinstance(node, ast.Import | ast.ImportFrom):
                _note_import(node, found)
        found.functions |= {
            node.name for node in tree.body if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef)
        }
    found.read_by_functions &= found.names
    return found


def _note_import(node: ast.Import | ast.ImportFrom, found: Defined) -> None:
    for alias in node.names:
        if alias.name == "*":
            found.everything = True
            continue
        one: ast.Import | ast.ImportFrom = (
            ast.Import([alias]) if isinstance(node, ast.Import) else ast.ImportFrom(node.module, [alias], node.level)
        )
        if (name := imported_name(alias)) in found.names:  # and not inside of a function alone
            found.imports[name] = ast.unparse(one)


def imported_name(alias: ast.alias) -> str:
    """The name that an import defines."""
    return alias.asname or alias.name.partition(".")[0]


def _read_by_functions(source: str) -> set[str]:
    return {
        symbol.get_name()
        for inner in _below(_table(source))
        for symbol in inner.get_symbols()
        if symbol.is_global() and symbol.is_referenced()
    }


def bound_names(source: str) -> set[str]:
    """Names that the source defines at its outermost level, or by `global` from inside of a function.

    Raises:
        CellMistake: this is no Python
    """
    table = _table(source)
    found = {symbol.get_name() for symbol in table.get_symbols() if symbol.is_assigned() or symbol.is_imported()}
    for inner in _below(table):
        found |= {
            symbol.get_name() for symbol in inner.get_symbols() if symbol.is_declared_global() and symbol.is_assigned()
        }
    return found


def free_names(source: str) -> dict[str, int]:
    """Names that the source uses and does not define, with the first line of each; builtins are among them.

    Raises:
        CellMistake: this is no Python
    """
    bound = bound_names(source)
    table = _table(source)
    used = {symbol.get_name() for symbol in table.get_symbols() if symbol.is_referenced()}
    for inner in _below(table):
        used |= {symbol.get_name() for symbol in inner.get_symbols() if symbol.is_global() and symbol.is_referenced()}
    lines: dict[str, int] = {}
    for node in ast.walk(parse(source)):
        if isinstance(node, ast.Name) and node.id in used - bound:
            lines[node.id] = min(node.lineno, lines.get(node.id, node.lineno))
    return lines


def read_before_set(source: str) -> set[str]:
    """Names that the source sets at its outermost level, and uses there before or while it sets them first."""
    found: set[str] = set()
    is_set: set[str] = set()
    for statement in parse(source).body:
        names = [node for node in ast.walk(statement) if isinstance(node, ast.Name)]
        sets = {node.id for node in names if isinstance(node.ctx, ast.Store)}
        reads = {node.id for node in names if not isinstance(node.ctx, ast.Store)}
        if isinstance(statement, ast.AugAssign) and isinstance(statement.target, ast.Name):
            reads.add(statement.target.id)
        found |= reads - is_set
        is_set |= sets
    return found & bound_names(source)


def _table(source: str) -> symtable.SymbolTable:
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            return symtable.symtable(without_commands(source), "<cell>", "exec")
    except SyntaxError as error:
        raise CellMistake(error.lineno, f"this is no valid Python: {error.msg}; mend it and build again") from None
    except (ValueError, RecursionError, MemoryError):
        raise CellMistake(None, "this is too deeply nested for Python; write it in several statements") from None


def _below(table: symtable.SymbolTable) -> list[symtable.SymbolTable]:
    return [inner for child in table.get_children() for inner in (child, *_below(child))]
