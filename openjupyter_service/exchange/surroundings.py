"""What a notebook defines around a test of it: imports, names, classes, and which names change after the test."""

import ast
import re
import sys
from collections.abc import Iterable
from dataclasses import dataclass, field

JUDGE_MODULES = {*sys.stdlib_module_names, "numpy", "pandas"}
"""Top names of modules that a sealed test can import for itself."""

_MAGIC = re.compile(r"^([ \t]*)[%!?].*$", re.MULTILINE)


@dataclass
class Surroundings:
    """Names that a notebook's cells bind: all, classes among them, and imports by what they bind.

    An import is the statement that binds one name, such as `import numpy as np`.
    """

    bound: set[str] = field(default_factory=set)
    classes: set[str] = field(default_factory=set)
    imports: dict[str, str] = field(default_factory=dict)
    functions: set[str] = field(default_factory=set)
    """Functions and classes, and modules: what a test calls by a name, and does not change."""
    helpers: set[str] = field(default_factory=set)
    """Functions that cells define which are no learner's task: learners could change them all the same."""
    foreign: set[str] = field(default_factory=set)
    """Names of modules, and of what is in them, that only the learner's kernel has."""

    def add(self, source: str, is_given: bool = False, is_test: bool = False) -> None:
        """Take in the code of a cell: given to learners, theirs to write, or a test. What is no Python is left out.

        Of a test its imports count alone: what else it binds no learner's code uses.
        """
        tree = parsed(source)
        for node in tree.body if tree else ():
            if (name := replaced_assertion(node)) is not None:
                self.imports[name] = f"import unittest\n{ast.unparse(node)}"
                continue
            if is_given and not is_test and isinstance(node, ast.FunctionDef):
                self.helpers.add(node.name)
            if isinstance(node, ast.Import | ast.ImportFrom):
                self._add_import(node)
            if is_test:
                continue
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
                self.functions.add(node.name)
            for part in ast.walk(node):
                if isinstance(part, ast.ClassDef):
                    self.classes.add(part.name)
            self.bound |= bound_names(node)

    def _add_import(self, node: ast.Import | ast.ImportFrom) -> None:
        for alias in node.names:
            name = alias.asname or alias.name.split(".")[0]
            module = node.module or "" if isinstance(node, ast.ImportFrom) else alias.name
            relative = isinstance(node, ast.ImportFrom) and node.level > 0
            if module.split(".")[0] in JUDGE_MODULES and not relative and alias.name != "*":
                single = (
                    ast.ImportFrom(node.module, [alias], 0) if isinstance(node, ast.ImportFrom) else ast.Import([alias])
                )
                self.imports[name] = ast.unparse(single)
            else:
                self.foreign.add(name)
                self.functions.add(name)


def replaced_assertion(node: ast.stmt) -> str | None:
    """The name that a statement gives to an assertion of unittest, as this package writes it for one of nose."""
    if isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Name):
        is_assertion = ast.unparse(node.value).startswith("unittest.TestCase().")
        return node.targets[0].id if is_assertion else None
    return None


def parsed(source: str) -> ast.Module | None:
    """The syntax tree of a cell, magics left out; None when it is no Python."""
    if source.lstrip().startswith("%%"):
        return None
    try:
        return ast.parse(_MAGIC.sub(r"\1pass", source))
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return None


def has_magic(source: str) -> bool:
    """Does a cell use magics, or commands of the shell?"""
    try:
        ast.parse(source)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return bool(_MAGIC.search(source)) or source.lstrip().startswith("%%")
    return False


def bound_names(node: ast.AST) -> set[str]:
    """Names that a statement binds in the scope where it stands; what functions and classes bind inside is theirs."""
    found: set[str] = set()
    waiting: list[ast.AST] = [node]
    while waiting:
        part = waiting.pop()
        if isinstance(part, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
            found.add(part.name)
            continue
        if isinstance(part, ast.Lambda | ast.ListComp | ast.SetComp | ast.DictComp | ast.GeneratorExp):
            continue
        if isinstance(part, ast.Name) and isinstance(part.ctx, ast.Store | ast.Del):
            found.add(part.id)
        if isinstance(part, ast.alias):
            found.add(part.asname or part.name.split(".")[0])
        if isinstance(part, ast.ExceptHandler) and part.name:
            found.add(part.name)
        waiting += ast.iter_child_nodes(part)
    return found


def names_in(source: str) -> set[str]:
    """All names that stand in a cell's code."""
    tree = parsed(source)
    return {node.id for node in ast.walk(tree) if isinstance(node, ast.Name)} if tree else set()


def changed_names(sources: Iterable[str]) -> set[str]:
    """Names that some cells may change: bound anew, or data that is mentioned at all, since that may be changed.

    Functions that are only called are not among them.
    """
    found: set[str] = set()
    for source in sources:
        tree = parsed(source)
        if tree is None:
            continue
        called = {id(node.func) for node in ast.walk(tree) if isinstance(node, ast.Call)}
        for node in tree.body:
            found |= bound_names(node)
        found |= {node.id for node in ast.walk(tree) if isinstance(node, ast.Name) and id(node) not in called}
    return found
