"""Can a test of another tool run in the judge, against copies and handles of the learner's objects?

Such a test was written to run in the learner's own kernel. It is sealed only where that makes no difference to its
outcome; where it could, it runs in the kernel as it did before, and the report says why.
"""

import ast
import builtins
import symtable
from collections.abc import Iterator
from dataclasses import dataclass

from openjupyter_service.exchange.handed_over import (
    called_for_effect,
    callers_of,
    changed_data,
    is_unchangeable,
    looked_at_again,
    written_into,
)
from openjupyter_service.exchange.sent import sendable
from openjupyter_service.exchange.surroundings import JUDGE_MODULES, Surroundings, bound_names, has_magic

_KERNEL_NAMES = {
    "get_ipython", "In", "Out", "_", "__", "globals", "locals", "vars", "dir", "eval", "exec", "compile", "open",
    "input", "callable", "hash", "id", "super", "setattr", "delattr", "display", "breakpoint", "memoryview", "learner",
    "__import__", "exit", "quit", "issubclass",
}  # fmt: skip
_KERNEL_MODULES = {
    "os", "sys", "io", "inspect", "builtins", "shutil", "pathlib", "glob", "tempfile", "subprocess", "importlib",
    "contextlib", "pickle", "warnings", "gc", "threading", "multiprocessing", "asyncio", "ast", "dis", "copy", "types",
    "unittest.mock", "mock", "doctest", "ctypes", "signal", "atexit", "logging", "weakref", "tracemalloc", "timeit",
    "csv", "sqlite3", "socket", "urllib", "typing", "abc", "dataclasses", "enum", "platform", "traceback",
}  # fmt: skip
_READING = ("read_", "load", "fromfile", "genfromtxt", "to_csv", "save", "open")
_PLAIN_KINDS = "bool int float complex str bytes bytearray list tuple set frozenset dict NoneType"
_NUMBER_KINDS = "Number Real Integral integer floating number bool_ int64 float64"
_DATA_KINDS = {*_PLAIN_KINDS.split(), *_NUMBER_KINDS.split(), "ndarray", "DataFrame", "Series", "Index"}
_TEXT_MAKERS = ("str", "repr", "format", "ascii")
_OWN_GENERATORS = {"default_rng", "RandomState", "Random"}
_TEXT_OF_OBJECTS = {"str", "repr", "format", "isinstance", "type", "sorted", "min", "max", "set", "bool", "print"}


@dataclass(frozen=True)
class Sealing:
    """What a test needs: names of the notebook, and statements that import what the judge has itself.

    `reason` says why it cannot be sealed; it is empty for one that can. `sent` are variables of the test that must be
    sent to the learner's kernel, because learner code may change what they hold.
    """

    names: tuple[str, ...] = ()
    imports: tuple[str, ...] = ()
    reason: str = ""
    sent: tuple[str, ...] = ()


def examine(source: str, notebook: Surroundings, may_send: bool = False) -> Sealing:
    """Look at a test's code.

    Args:
        source: statements of the test
        notebook: what the cells around it define, tests left out
        may_send: will the test be written with the variables sent that must be?
    """
    if has_magic(source):
        return Sealing(reason="it uses magics or commands of the shell")
    try:
        tree = ast.parse(source)
        free = free_names(source)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return Sealing(reason="it is no Python that can stand in a function")
    own = set().union(*(bound_names(node) for node in tree.body)) if tree.body else set()
    unknown = {name for name in free if not hasattr(builtins, name)}
    overridden = {name for name in free if hasattr(builtins, name) and name in notebook.bound}
    imports = sorted({notebook.imports[name] for name in unknown if name in notebook.imports})
    names = sorted((unknown | overridden) - set(notebook.imports))
    reason = next(_reasons(tree, free, own, set(names), notebook), "")
    handed = looked_at_again(tree, own, set(names), notebook) if not reason else []
    can_be_sent = sendable(tree, callers_of(tree, own, set(names))) - changed_data(tree) if may_send else set()
    if left := [name for name in handed if name not in can_be_sent]:
        reason = f"it looks at `{left[0]}` again after handing it to the learner's code"
    return Sealing(tuple(names), tuple(imports), reason, tuple(handed) if not reason else ())


def free_names(source: str) -> set[str]:
    """Names that code takes from around it, once it stands in a function.

    Raises:
        SyntaxError: it cannot stand in one
    """
    lines = "".join(f"    {line}\n" for line in _indentable(source))
    table = symtable.symtable(f"def test():\n    pass\n{lines}", "<test>", "exec")
    found: set[str] = set()
    waiting = list(table.get_children())
    while waiting:
        scope = waiting.pop()
        found |= {symbol.get_name() for symbol in scope.get_symbols() if symbol.is_global()}
        waiting += scope.get_children()
    return found


def _indentable(source: str) -> list[str]:
    """Lines that can be indented without changing a string: the tree's own text, which has none of several lines."""
    return ast.unparse(ast.parse(source)).split("\n")


def _reasons(tree: ast.Module, free: set[str], own: set[str], names: set[str], notebook: Surroundings) -> Iterator[str]:
    yield from _of_names(free, own, names, notebook)
    aliases = {name: statement.split()[1] for name, statement in notebook.imports.items() if name in free}
    for node in ast.walk(tree):
        yield from _of_statement(node)
        yield from _of_module(node, aliases)
        yield from _of_expression(node, names)
    yield from _of_texts(tree)
    changed = written_into(tree) | (called_for_effect(tree) - notebook.functions)
    yield from (f"it changes `{name}`" for name in sorted(changed & names))
    yield from _of_classes(tree, free & notebook.classes | {name for name in names if _is_class_name(name)})


def _of_names(free: set[str], own: set[str], names: set[str], notebook: Surroundings) -> Iterator[str]:
    for name in sorted(free & _KERNEL_NAMES):
        yield f"it uses `{name}`"
    for name in sorted(own & notebook.bound):
        yield f"it changes `{name}`, which the notebook uses"
    for name in sorted(names & notebook.helpers):
        yield f"it uses `{name}`, which a cell of the notebook defines"
    for name in sorted(names & notebook.foreign):
        yield f"it uses `{name}`, which only the learner's kernel has"


def _of_statement(node: ast.AST) -> Iterator[str]:
    if isinstance(node, ast.Global | ast.Nonlocal):
        yield "it changes variables of the notebook"
    if isinstance(node, ast.Delete) and any(isinstance(target, ast.Name) for target in node.targets):
        yield "it deletes a name"
    if isinstance(node, ast.ClassDef):
        yield "it defines a class"
    if isinstance(node, ast.Await | ast.AsyncFor | ast.AsyncWith):
        yield "it awaits something"
    if isinstance(node, ast.ExceptHandler) and not _are_builtin_exceptions(node.type):
        yield "it catches an exception that is none of Python's own, or any at all"
    if isinstance(node, ast.With) and not all(_is_raises(item.context_expr) for item in node.items):
        yield "it uses `with`"


def _of_module(node: ast.AST, aliases: dict[str, str]) -> Iterator[str]:
    """Modules whose use inside the judge would tell of the judge."""
    found: list[str] = []
    if isinstance(node, ast.Import):
        found = [alias.name for alias in node.names]
    elif isinstance(node, ast.ImportFrom):
        found = [node.module or ""]
        if any(alias.name == "*" for alias in node.names):
            yield "it imports all names of a module"
    elif isinstance(node, ast.Name):
        found = [aliases[node.id]] if node.id in aliases else []
    for module in found:
        if module.split(".")[0] in _KERNEL_MODULES or module in _KERNEL_MODULES:
            yield f"it uses the module `{module}`"
        elif module.split(".")[0] not in JUDGE_MODULES | {"pytest"}:
            yield f"it uses the module `{module}`, which only the learner's kernel has"


def _of_expression(node: ast.AST, names: set[str]) -> Iterator[str]:
    if isinstance(node, ast.Attribute):
        if node.attr.startswith("__"):
            yield f"it asks for `{node.attr}`"
        if node.attr == "seed" or (_is_random(node.value) and node.attr not in _OWN_GENERATORS):
            yield "it draws random numbers together with the learner's code"
        if node.attr.startswith(_READING):
            yield "it reads or writes files"
    if isinstance(node, ast.Compare):
        for operator, right in zip(node.ops, node.comparators, strict=True):
            if isinstance(operator, ast.Is | ast.IsNot) and not isinstance(right, ast.Constant):
                yield "it asks whether two things are the same object"
    if isinstance(node, ast.Call) and isinstance(node.func, ast.Name):
        if node.func.id == "isinstance" and not (len(node.args) == 2 and _are_data_kinds(node.args[1])):
            yield "it asks for the class of something that may be no plain data"
        if node.func.id in ("getattr", "hasattr") and names:
            yield f"it uses `{node.func.id}`"
    if isinstance(node, ast.Call) and _is_raises(node) and not (node.args and _are_builtin_exceptions(node.args[0])):
        yield "it expects an exception that is none of Python's own"


def _of_texts(tree: ast.Module) -> Iterator[str]:
    """What has no text here as it has in the kernel; messages of assertions, which nobody compares, do not count."""
    messages = {
        id(part) for node in ast.walk(tree) if isinstance(node, ast.Assert) and node.msg for part in ast.walk(node.msg)
    }
    for node in ast.walk(tree):
        if id(node) in messages:
            continue
        is_maker = isinstance(node, ast.Call) and getattr(node.func, "id", "") in _TEXT_MAKERS
        if isinstance(node, ast.Call) and is_maker and node.args and not is_unchangeable(node.args[0]):
            yield f"it uses the text (`{ast.unparse(node.func)}`) of something that may be no plain data"
        if isinstance(node, ast.FormattedValue):
            yield "it writes something that may be no plain data into a text"


def _of_classes(tree: ast.Module, classes: set[str]) -> Iterator[str]:
    """Objects stay behind handles, which are not compared, and have no text of their own."""
    if not classes:
        return
    name = min(classes)
    for node in ast.walk(tree):
        if isinstance(node, ast.Name) and node.id in _TEXT_OF_OBJECTS:
            yield f"it uses `{node.id}` with objects of the class `{name}`"
        if isinstance(node, ast.FormattedValue):
            yield f"it writes an object of the class `{name}` into a text"
        sides: list[ast.expr] = []
        if isinstance(node, ast.Compare):
            sides = [node.left, *node.comparators]
        elif isinstance(node, ast.Call) and _called(node).lower().startswith("assert") and not _is_raises(node):
            sides = node.args
        if any(_may_be_object(side, classes) for side in sides):
            yield f"it may compare objects of the class `{name}`"
        if isinstance(node, ast.BinOp | ast.UnaryOp) and any(
            isinstance(part, ast.Name) for part in ast.iter_child_nodes(node)
        ):
            yield f"it may calculate with objects of the class `{name}`"


def _may_be_object(node: ast.expr, classes: set[str]) -> bool:
    """A variable of the test, of itself too, or a new object; what a method gives or an attribute holds may be data."""
    if isinstance(node, ast.Attribute):
        return isinstance(node.value, ast.Name) and node.value.id == "self"
    return isinstance(node, ast.Name) or (isinstance(node, ast.Call) and getattr(node.func, "id", "") in classes)


def _is_random(node: ast.AST) -> bool:
    return (isinstance(node, ast.Name) and node.id == "random") or (
        isinstance(node, ast.Attribute) and node.attr == "random"
    )


def _is_raises(node: ast.expr) -> bool:
    return isinstance(node, ast.Call) and _called(node) in (
        "raises", "assert_raises", "assertRaises", "assertRaisesRegex", "assert_raises_regex",
    )  # fmt: skip


def _called(node: ast.Call) -> str:
    return node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")


def _are_builtin_exceptions(node: ast.expr | None) -> bool:
    """Python's own, but for those that end a test or that a missing name raises."""
    if isinstance(node, ast.Tuple):
        return all(map(_are_builtin_exceptions, node.elts))
    kind = getattr(builtins, node.id, None) if isinstance(node, ast.Name) else None
    return isinstance(kind, type) and issubclass(kind, Exception) and kind is not NameError


def _are_data_kinds(node: ast.expr) -> bool:
    if isinstance(node, ast.Tuple):
        return all(map(_are_data_kinds, node.elts))
    if isinstance(node, ast.BinOp) and isinstance(node.op, ast.BitOr):
        return _are_data_kinds(node.left) and _are_data_kinds(node.right)
    if isinstance(node, ast.Attribute):
        return node.attr in _DATA_KINDS
    return isinstance(node, ast.Name) and node.id in _DATA_KINDS


def _is_class_name(name: str) -> bool:
    return name[:1].isupper() and any(character.islower() for character in name)
