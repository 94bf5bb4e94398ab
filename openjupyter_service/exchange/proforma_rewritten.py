"""A test file of a ProFormA task with the notebook in place of the learner's module."""

import ast
import builtins
import re

from openjupyter_service.exchange.helpers import HELPERS
from openjupyter_service.exchange.proforma_cases import Imported, Rules, is_unittest
from openjupyter_service.exchange.surroundings import bound_names
from openjupyter_service.exchange.written import docstring, text

_NOTEBOOK = '''
class LearnersModule:
    """What the learner's module was to these tests: the names of their notebook, or of a module that they hand in."""

    learner = None

    def __init__(self, module=""):
        self.__dict__["module"] = module

    def __getattr__(self, name):
        learner = LearnersModule.learner
        return taken(learner, name, learner.module(self.module) if self.module else None)


@pytest.fixture(autouse=True)
def _learners_module(learner):
    LearnersModule.learner = learner
'''


class _Rewriter(ast.NodeTransformer):
    """Names of the learner's module become attributes of the notebook, where a function has none of its own."""

    def __init__(self, names: Imported, rules: Rules, defined: set[str]) -> None:
        self._names = names
        self._rules = rules
        self._defined = defined
        self._local: list[set[str]] = []

    def visit_FunctionDef(self, node: ast.FunctionDef) -> ast.AST:
        """Keep in mind what is local."""
        decorators, node.decorator_list = node.decorator_list, []
        own = {part.arg for part in ast.walk(node) if isinstance(part, ast.arg)}
        own |= {part.id for part in ast.walk(node) if isinstance(part, ast.Name) and not isinstance(part.ctx, ast.Load)}
        self._local.append(own.union(*(bound_names(statement) for statement in node.body)))
        self.generic_visit(node)
        self._local.pop()
        node.decorator_list = decorators  # run when the file is loaded, before there is a learner
        return node

    def visit_Name(self, node: ast.Name) -> ast.AST:
        """Replace it."""
        if not isinstance(node.ctx, ast.Load) or not self._local or any(node.id in names for names in self._local):
            return node
        module, there = self._names.names.get(node.id, ("", ""))
        if not module and self._names.star and node.id not in self._defined and not hasattr(builtins, node.id):
            module, there = self._names.star, node.id
        if not module:
            return node
        owner = ast.Name(variable_of(module, self._rules), ast.Load())
        return ast.copy_location(ast.Attribute(owner, there, ast.Load()) if there else owner, node)


def variable_of(module: str, rules: Rules) -> str:
    """What stands for a learner's module in a test file."""
    return f"_{re.sub(r'[^a-zA-Z0-9_]', '_', module)}" if module in rules.handed_in else "_notebook"


def sealed_file(tree: ast.Module, origin: str, sealed: set[str], names: Imported, each: float, rules: Rules) -> bytes:
    """A test file with its sealed cases alone, over the notebook."""
    tree = ast.parse(ast.unparse(tree))
    defined = {name for statement in tree.body for name in bound_names(statement)}
    body: list[ast.stmt] = []
    for node in tree.body:
        if isinstance(node, ast.If) and "__main__" in ast.unparse(node.test):
            continue
        kept = _without_imports(node, rules.modules)
        if isinstance(kept, ast.FunctionDef | ast.AsyncFunctionDef) and kept.name.startswith("test"):
            kept = _marked(kept, each, rules) if kept.name in sealed else None
        elif isinstance(kept, ast.ClassDef) and (is_unittest(kept) or kept.name.startswith("Test")):
            kept = _sealed_class(kept, sealed, each, rules)
        if kept is not None:
            body.append(kept)
    module = ast.Module(body, [])
    module = _Rewriter(names, rules, defined).visit(module)
    imports = [node for node in module.body if isinstance(node, ast.Import | ast.ImportFrom)]
    others = [node for node in module.body if node not in imports and not _is_docstring(node)]
    used = sorted({variable_of(name, rules) for name in rules.modules})
    modules = {variable_of(name, rules): name for name in sorted(rules.handed_in)}
    lines = [docstring(f"Hidden tests, imported from {origin}."), ""]
    lines += sorted(ast.unparse(ast.fix_missing_locations(node)) for node in imports)
    if rules.helpers:
        lines = [lines[0], "", "import pathlib", "import sys", "", _FIND_HELPERS, *lines[1:]]
    if "import pytest" not in lines:
        lines.append("import pytest")
    lines += ["", "pytestmark = pytest.mark.exact_types", "", HELPERS["plain"].strip(), ""]
    lines += ["", _NOTEBOOK.strip(), "", ""]
    lines += [f"{name} = LearnersModule({text(modules[name]) if name in modules else ''})" for name in used]
    for node in others:
        lines += ["", "", ast.unparse(ast.fix_missing_locations(node))]
    return ("\n".join(lines) + "\n").encode("utf-8", "replace")


_FIND_HELPERS = "sys.path.insert(0, str(pathlib.Path(__file__).parent))"


def _without_imports(node: ast.stmt, modules: frozenset[str]) -> ast.stmt | None:
    """A statement without what it imports of the learner's modules; None if nothing is left of it."""
    if isinstance(node, ast.Import):
        kept = [alias for alias in node.names if alias.name not in modules]
        return ast.Import(kept) if kept else None
    if isinstance(node, ast.ImportFrom) and node.module in modules:
        return None
    for part in ast.walk(node):
        for name in ("body", "orelse", "finalbody"):
            statements = getattr(part, name, None)
            if isinstance(statements, list) and part is not node:
                kept_inside = [inner for each in statements if (inner := _without_imports(each, modules)) is not None]
                setattr(part, name, kept_inside or ([ast.Pass()] if statements else []))
        if isinstance(part, ast.FunctionDef | ast.AsyncFunctionDef | ast.Try):
            part.body = [inner for each in part.body if (inner := _without_imports(each, modules)) is not None]
            part.body = part.body or [ast.Pass()]
    return node


def _sealed_class(node: ast.ClassDef, sealed: set[str], each: float, rules: Rules) -> ast.ClassDef | None:
    body: list[ast.stmt] = []
    for part in node.body:
        if isinstance(part, ast.FunctionDef | ast.AsyncFunctionDef) and part.name.startswith("test"):
            if f"{node.name}.{part.name}" in sealed:
                body.append(_marked(part, each, rules))
        else:
            body.append(part)
    if not any(isinstance(part, ast.FunctionDef) and part.name.startswith("test") for part in body):
        return None
    node.body = body
    return node


def _marked(
    node: ast.FunctionDef | ast.AsyncFunctionDef, each: float, rules: Rules
) -> ast.FunctionDef | ast.AsyncFunctionDef:
    share = each / _parameter_sets(node)
    marks = [f"pytest.mark.points({int(share) if share == int(share) else share!r})"]
    if rules.hint:
        marks.append(f"pytest.mark.hint({text(rules.hint[:1000])})")
    if rules.seconds:
        marks.append(f"pytest.mark.seconds({rules.seconds})")
    node.decorator_list = [ast.parse(mark, mode="eval").body for mark in marks] + node.decorator_list
    return node


def _parameter_sets(node: ast.FunctionDef | ast.AsyncFunctionDef) -> int:
    """How many cases `parametrize` makes of a function, as far as its source tells."""
    count = 1
    for decorator in node.decorator_list:
        if isinstance(decorator, ast.Call) and getattr(decorator.func, "attr", "") == "parametrize":
            values = decorator.args[1] if len(decorator.args) > 1 else None
            count *= len(values.elts) if isinstance(values, ast.List | ast.Tuple) and values.elts else 1
    return count


def _is_docstring(node: ast.stmt) -> bool:
    return isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)
