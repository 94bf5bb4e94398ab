"""Cases in the test files of ProFormA tasks, and why some cannot be sealed."""

import ast
from collections.abc import Iterator
from dataclasses import dataclass, field

from openjupyter_service.exchange.sealing import examine
from openjupyter_service.exchange.surroundings import Surroundings, bound_names

_CASE_BASES = ("TestCase", "IsolatedAsyncioTestCase")


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
        return len(list(cases_of(ast.parse(source))))
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return 0


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


def cases_of(tree: ast.Module) -> Iterator[Case]:
    """Test functions and methods, each with what it is called, and its class."""
    for node in tree.body:
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and node.name.startswith("test"):
            yield node.name, node, None
        elif isinstance(node, ast.ClassDef) and (is_unittest(node) or node.name.startswith("Test")):
            for method in node.body:
                if isinstance(method, ast.FunctionDef | ast.AsyncFunctionDef) and method.name.startswith("test"):
                    yield f"{node.name}.{method.name}", method, node


def is_unittest(node: ast.ClassDef) -> bool:
    """Is this a class of unittest's test cases?"""
    return any(getattr(base, "id", getattr(base, "attr", "")) in _CASE_BASES for base in node.bases)


@dataclass
class Imported:
    """Names that a test file has of the learner's modules: name → (module, name there, or "" for the module itself)."""

    names: dict[str, tuple[str, str]] = field(default_factory=dict)
    star: str | None = None
    """The module of which all names are imported."""


def imported_names(tree: ast.Module, modules: frozenset[str]) -> Imported:
    """What a test file imports of the learner's modules."""
    found = Imported()
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


def why_not_sealed(
    tree: ast.Module,
    node: ast.FunctionDef | ast.AsyncFunctionDef,
    owner: ast.ClassDef | None,
    names: Imported,
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

    def __init__(self, names: Imported) -> None:
        self._modules = {name for name, (_, there) in names.names.items() if not there}
        self.classes: set[str] = set()

    def visit_Attribute(self, node: ast.Attribute) -> ast.AST:
        """Replace it."""
        self.generic_visit(node)
        if isinstance(node.value, ast.Name) and node.value.id in self._modules and node.attr[:1].isupper():
            self.classes.add(node.attr)
            return ast.copy_location(ast.Name(node.attr, ast.Load()), node)
        return node


def same_for_classes(cases: list[Case], reasons: dict[str, str]) -> None:
    """What a class sets up for its cases is used by all of them: where that cannot be sealed, none is."""
    for label, _, owner in cases:
        if owner is not None and any(
            isinstance(part, ast.FunctionDef) and part.name in ("setUpClass", "tearDownClass", "setUpModule")
            for part in owner.body
        ):
            reasons[label] = reasons[label] or "its class is set up once for all its tests"


def why_not_in_kernel(
    tree: ast.Module, node: ast.FunctionDef | ast.AsyncFunctionDef, owner: ast.ClassDef | None, rules: Rules
) -> str:
    """Why a case cannot run in the learner's kernel either; empty if it can."""
    if rules.handed_in:
        return "it needs the learner's modules as files"
    if owner is not None and not is_unittest(owner):
        return "its class is none of unittest, and would need pytest in the learner's kernel"
    arguments = node.args.posonlyargs + node.args.args + node.args.kwonlyargs
    if owner is None and (arguments or node.decorator_list or isinstance(node, ast.AsyncFunctionDef)):
        return "it has fixtures or parameters, and would need pytest in the learner's kernel"
    if "pytest" in {
        part.id for part in ast.walk(ast.parse(kernel_source(tree, node, owner))) if isinstance(part, ast.Name)
    }:
        return "it uses pytest, which the learner's kernel does not have"
    return ""


def kernel_source(tree: ast.Module, node: ast.FunctionDef | ast.AsyncFunctionDef, owner: ast.ClassDef | None) -> str:
    """As much of a test file as one of its cases needs: without the others, and without importing pytest."""
    kept: list[ast.stmt] = []
    case = owner or node
    others = {id(other[2] or other[1]) for other in cases_of(tree)} - {id(case)}
    for statement in tree.body:
        is_pytest = isinstance(statement, ast.Import) and [alias.name for alias in statement.names] == ["pytest"]
        is_main = isinstance(statement, ast.If) and "__main__" in ast.unparse(statement.test)
        if id(statement) not in others and not is_pytest and not is_main:
            kept.append(statement)
    return ast.unparse(ast.Module(kept, []))
