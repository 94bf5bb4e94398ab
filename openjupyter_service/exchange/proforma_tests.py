"""Test files of ProFormA tasks: unittest and pytest over a module that learners write, here over their notebook.

A test file stays as it is, but for what it imports of the learner's module: that becomes the notebook. What cannot be
sealed is taken out, and runs in the learner's kernel.
"""

import ast
import builtins
import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from openjupyter_service.exchange.notes import Notes
from openjupyter_service.exchange.sealing import examine
from openjupyter_service.exchange.surroundings import Surroundings, bound_names
from openjupyter_service.exchange.written import HELPERS, WrittenTest, block, docstring, function_name, test_file, text

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
_KERNEL_CASE = '''
def run_case(source, modules, name, helpers):
    """Run one test of a test file where the notebook's own cells ran; its modules are the notebook."""
    import sys
    import types
    import unittest

    from IPython import get_ipython

    for module in modules:
        sys.modules[module] = made = types.ModuleType(module)
        made.__dict__.update(get_ipython().user_ns)
    for helper, code in helpers.items():
        sys.modules[helper] = made = types.ModuleType(helper)
        exec(compile(code, "<hidden test>", "exec"), made.__dict__)
    tests = types.ModuleType("hidden_tests")
    sys.modules["hidden_tests"] = tests
    exec(compile(source, "<hidden test>", "exec"), tests.__dict__)
    if "." not in name:
        getattr(tests, name)()
        return
    result = unittest.TestResult()
    unittest.defaultTestLoader.loadTestsFromName(name, tests).run(result)
    if result.failures or result.errors:
        raise AssertionError
    assert result.testsRun
'''
_CASE_BASES = ("TestCase", "IsolatedAsyncioTestCase")


@dataclass
class Rewritten:
    """What became of a test file: the files in its place, how many cases are in them, and what these are worth."""

    files: dict[str, bytes] = field(default_factory=dict)
    cases: int = 0
    points: float = 0.0


@dataclass(frozen=True)
class Rules:
    """What holds for all cases of one test: points of all together, hint, seconds or None, and the learner's modules.

    `handed_in` are modules that stay modules; all others are in the notebook. `helpers` are modules beside the tests,
    with their code.
    """

    points: float
    hint: str
    seconds: int | None
    modules: frozenset[str]
    handed_in: frozenset[str]
    helpers: dict[str, str]
    in_kernel: bool = False


def count_cases(source: str) -> int:
    """How many test functions and methods pytest would collect of a test file; 0 for what is no Python."""
    try:
        return len(list(_cases(ast.parse(source))))
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return 0


def rewrite(source: str, name: str, origin: str, rules: Rules, notes: Notes) -> Rewritten:
    """The test files for one test file of a task.

    Args:
        source: its text, which is valid Python
        name: of the new file, without suffix; it begins with test_
        origin: a few words on where it comes from
        rules: see there
        notes: told of each case that is not sealed, or dropped
    """
    tree = ast.parse(source)
    names = _imported(tree, rules.modules)
    cases = list(_cases(tree))
    each = rules.points / len(cases) if cases else 0.0
    reasons = {label: _reason(tree, node, owner, names, rules) for label, node, owner in cases}
    _same_for_classes(cases, reasons)
    found = Rewritten()
    kernel: list[WrittenTest] = []
    taken: set[str] = set()
    for label, node, owner in cases:
        if not (reason := reasons[label]):
            continue
        if why := _not_even_in_kernel(tree, node, owner, rules):
            notes.dropped(f"the test “{label}” of {name}", f"{why}; {reason}")
            continue
        notes.changed(f"the test “{label}” of {name}", f"it runs in the learner's kernel, less sealed: {reason}")
        test = WrittenTest(function_name(label, taken), _title(node), each, [], hint=rules.hint, in_kernel=True)
        test.helpers = (_KERNEL_CASE,)
        beside = ", ".join(f"{text(helper)}: {block(code)}" for helper, code in rules.helpers.items())
        test.before = [f"SOURCE = {block(source)}", f"BESIDE = {{{beside}}}"]
        test.body = [f"run_case(SOURCE, {sorted(rules.modules)!r}, {text(label)}, BESIDE)"]
        kernel.append(test)
    sealed = {label for label, reason in reasons.items() if not reason}
    found.cases = len(sealed) + len(kernel)
    found.points = each * found.cases
    if sealed:
        found.files[f"{name}.py"] = _sealed_file(tree, origin, sealed, names, each, rules)
    if kernel:
        found.files[f"{name}_in_kernel.py"] = test_file(origin, kernel)
    return found


def imported_modules(source: str) -> set[str]:
    """Top names of the modules that a test file imports; empty for what is no Python."""
    try:
        tree = ast.parse(source)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return set()
    found: set[str] = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            found |= {alias.name.split(".")[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            found.add(node.module.split(".")[0])
    return found


Case = tuple[str, ast.FunctionDef | ast.AsyncFunctionDef, ast.ClassDef | None]


def _cases(tree: ast.Module) -> Iterator[Case]:
    for node in tree.body:
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and node.name.startswith("test"):
            yield node.name, node, None
        elif isinstance(node, ast.ClassDef) and (_is_unittest(node) or node.name.startswith("Test")):
            for method in node.body:
                if isinstance(method, ast.FunctionDef | ast.AsyncFunctionDef) and method.name.startswith("test"):
                    yield f"{node.name}.{method.name}", method, node


def _is_unittest(node: ast.ClassDef) -> bool:
    return any(getattr(base, "id", getattr(base, "attr", "")) in _CASE_BASES for base in node.bases)


@dataclass
class _Imported:
    """Names that a test file has of the learner's modules: name → (module, name there, or "" for the module itself)."""

    names: dict[str, tuple[str, str]] = field(default_factory=dict)
    star: str | None = None
    """The module of which all names are imported."""


def _imported(tree: ast.Module, modules: frozenset[str]) -> _Imported:
    found = _Imported()
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            for alias in node.names:
                if alias.name in modules:
                    found.names[alias.asname or alias.name] = (alias.name, "")
        elif isinstance(node, ast.ImportFrom) and node.module in modules:
            for alias in node.names:
                if alias.name == "*":
                    found.star = node.module
                else:
                    found.names[alias.asname or alias.name] = (str(node.module), alias.name)
    return found


def _reason(
    tree: ast.Module,
    node: ast.FunctionDef | ast.AsyncFunctionDef,
    owner: ast.ClassDef | None,
    names: _Imported,
    rules: Rules,
) -> str:
    """Why a case cannot be sealed; empty if it can."""
    if rules.in_kernel:
        return "all tests were asked to"
    if isinstance(node, ast.AsyncFunctionDef):
        return "it is async"
    for decorator in [*node.decorator_list, *(owner.decorator_list if owner else [])]:
        if not ast.unparse(decorator).startswith(("pytest.mark.", "unittest.skip")):
            return f"it is decorated with `{ast.unparse(decorator)[:100]}`"
        if {part.id for part in ast.walk(decorator) if isinstance(part, ast.Name)} & set(names.names):
            return "a decorator uses the learner's module"
    known = Surroundings()
    functions = [node]
    for statement in tree.body:
        if isinstance(statement, ast.FunctionDef) and not statement.name.startswith("test"):
            functions.append(statement)
        elif isinstance(statement, ast.Import | ast.ImportFrom):
            known.add(ast.unparse(statement))
        elif not isinstance(statement, ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef):
            used = {part.id for part in ast.walk(statement) if isinstance(part, ast.Name)}
            if used & set(names.names):
                return "its file uses the learner's module outside of tests"
    if owner is not None:
        for statement in owner.body:
            if isinstance(statement, ast.FunctionDef) and not statement.name.startswith("test"):
                functions.append(statement)
            used = {part.id for part in ast.walk(statement) if isinstance(part, ast.Name)}
            if not isinstance(statement, ast.FunctionDef | ast.AsyncFunctionDef) and used & set(names.names):
                return "its class uses the learner's module outside of tests"
    visitor = _OnNames(names)
    body = "\n".join(
        ast.unparse(visitor.visit(ast.parse(ast.unparse(part)))) for each in functions for part in each.body
    )
    arguments = {part.arg for each in functions for part in ast.walk(each.args) if isinstance(part, ast.arg)}
    known.foreign -= {*names.names, *rules.modules, *_names_of_helpers(tree, rules)}
    known.classes = {name for name in {*names.names, *visitor.classes} if name[:1].isupper()}
    sealing = examine(body, Surroundings(classes=known.classes, imports=known.imports, foreign=known.foreign))
    own = {name for statement in tree.body for name in bound_names(statement)} | arguments | visitor.classes
    unknown = [name for name in sealing.names if name not in own | set(names.names) | rules.modules]
    if sealing.reason:
        return sealing.reason
    return f"it uses `{unknown[0]}`, which its file does not define" if unknown and names.star is None else ""


def _names_of_helpers(tree: ast.Module, rules: Rules) -> set[str]:
    """Names that a test file has of the modules beside it."""
    found: set[str] = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom) and (node.module or "").split(".")[0] in rules.helpers:
            found |= {alias.asname or alias.name for alias in node.names}
        elif isinstance(node, ast.Import):
            found |= {alias.asname or alias.name for alias in node.names if alias.name.split(".")[0] in rules.helpers}
    return found


class _OnNames(ast.NodeTransformer):
    """`module.name` as `name`: so that what holds for classes and functions is seen of the learner's."""

    def __init__(self, names: _Imported) -> None:
        self._modules = {name for name, (_, there) in names.names.items() if not there}
        self.classes: set[str] = set()

    def visit_Attribute(self, node: ast.Attribute) -> ast.AST:
        """Replace it."""
        self.generic_visit(node)
        if isinstance(node.value, ast.Name) and node.value.id in self._modules and node.attr[:1].isupper():
            self.classes.add(node.attr)
            return ast.copy_location(ast.Name(node.attr, ast.Load()), node)
        return node


def _same_for_classes(cases: list[Case], reasons: dict[str, str]) -> None:
    """What a class sets up for its cases is used by all of them: where that cannot be sealed, none is."""
    for label, _, owner in cases:
        if owner is not None and any(
            isinstance(part, ast.FunctionDef) and part.name in ("setUpClass", "tearDownClass", "setUpModule")
            for part in owner.body
        ):
            reasons[label] = reasons[label] or "its class is set up once for all its tests"


def _not_even_in_kernel(
    tree: ast.Module, node: ast.FunctionDef | ast.AsyncFunctionDef, owner: ast.ClassDef | None, rules: Rules
) -> str:
    imported = imported_modules(ast.unparse(tree))
    if rules.handed_in:
        return "it needs the learner's modules as files"
    if owner is not None and not _is_unittest(owner):
        return "its class is none of unittest, and would need pytest in the learner's kernel"
    arguments = node.args.posonlyargs + node.args.args + node.args.kwonlyargs
    if owner is None and (arguments or node.decorator_list or isinstance(node, ast.AsyncFunctionDef)):
        return "it has fixtures or parameters, and would need pytest in the learner's kernel"
    if "pytest" in imported:
        return "its file imports pytest, which the learner's kernel does not have"
    return ""


class _Rewriter(ast.NodeTransformer):
    """Names of the learner's module become attributes of the notebook, where a function has none of its own."""

    def __init__(self, names: _Imported, rules: Rules, defined: set[str]) -> None:
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


def _sealed_file(tree: ast.Module, origin: str, sealed: set[str], names: _Imported, each: float, rules: Rules) -> bytes:
    tree = ast.parse(ast.unparse(tree))
    defined = {name for statement in tree.body for name in bound_names(statement)}
    body: list[ast.stmt] = []
    for node in tree.body:
        if isinstance(node, ast.If) and "__main__" in ast.unparse(node.test):
            continue
        kept = _without_imports(node, rules.modules)
        if isinstance(kept, ast.FunctionDef | ast.AsyncFunctionDef) and kept.name.startswith("test"):
            kept = _marked(kept, each, rules) if kept.name in sealed else None
        elif isinstance(kept, ast.ClassDef) and (_is_unittest(kept) or kept.name.startswith("Test")):
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


def _title(node: ast.FunctionDef | ast.AsyncFunctionDef) -> str:
    documentation = ast.get_docstring(node)
    if documentation:
        return documentation.split("\n")[0]
    return node.name.removeprefix("test").strip("_").replace("_", " ").capitalize() or node.name


def _is_docstring(node: ast.stmt) -> bool:
    return isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)
