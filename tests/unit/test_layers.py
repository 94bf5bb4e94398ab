"""Who may import whom: docs/architecture.md as a table. Imports inside functions count like any other."""

import ast
import sys
from collections.abc import Iterator
from graphlib import CycleError, TopologicalSorter
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
SERVICE, LEARNER = "openjupyter_service", "openjupyter"
CONTRACTS = {
    f"{SERVICE}.{name}"
    for name in (
        "courses",
        "datasets",
        "settings",
        "errors",
        "names",
        "platforms",
        "report",
        "parent",
        "secrets",
        "language",
    )
}
WIRE = f"{LEARNER}.wire"
CGROUP = f"{LEARNER}.cgroup"


def below(*names: str) -> set[str]:
    return CONTRACTS | {WIRE} | {f"{SERVICE}.{name}" for name in names}


BASE = ("lti", "exercises", "store", "sandbox")
LAYERS = {
    f"{SERVICE}.cli": below("web", "exchange", "grading", "authoring", *BASE),
    f"{SERVICE}.hub": below("web", "grading", *BASE),
    f"{SERVICE}.web": below("grading", *BASE),
    f"{SERVICE}.exchange": below("grading", "exercises"),
    f"{SERVICE}.grading": below("authoring", *BASE),
    f"{SERVICE}.lti": CONTRACTS,
    f"{SERVICE}.authoring": below("exercises"),
    f"{SERVICE}.exercises": CONTRACTS,
    f"{SERVICE}.store": CONTRACTS,
    f"{SERVICE}.sandbox": CONTRACTS | {WIRE},
    f"{SERVICE}.judge": {WIRE},
    WIRE: set(),
    CGROUP: set(),
    f"{LEARNER}.agent": {WIRE, CGROUP},
    f"{LEARNER}.client": set(),
    f"{LEARNER}.updates": set(),
    f"{LEARNER}.server": {f"{LEARNER}.updates"},
    f"{LEARNER}.workspace": {CGROUP, f"{LEARNER}.client"},
    LEARNER: {f"{LEARNER}.client"},
    SERVICE: set(),
    **dict.fromkeys(CONTRACTS, CONTRACTS),
}
"""A part of our two packages, and the other parts of them that it may import."""

OWNERS = {
    "sqlalchemy": {f"{SERVICE}.store"},
    "cryptography": {f"{SERVICE}.lti", f"{SERVICE}.store"},
    "jwt": {f"{SERVICE}.lti"},
    "alembic": {f"{SERVICE}.store"},
    "docker": {f"{SERVICE}.sandbox", f"{SERVICE}.hub"},
    "dockerspawner": {f"{SERVICE}.hub"},
    "ltiauthenticator": {f"{SERVICE}.hub"},
    "oauthlib": {f"{SERVICE}.lti"},
    "click": {f"{SERVICE}.cli"},
    "rich": {f"{SERVICE}.cli"},
    "pytest": {f"{SERVICE}.judge"},
    "nbclient": {f"{LEARNER}.agent"},
    "requests": {f"{LEARNER}.client"},
    "httpx": {f"{LEARNER}.server"},
    "jupyter_server": {f"{LEARNER}.server", f"{LEARNER}.workspace"},
}
"""A library, and the only parts of our two packages that may import it."""


class Module:
    """One source file and what it imports, by full names: modules, or names in them."""

    def __init__(self, name: str, source: str, is_package: bool = False) -> None:
        self.name = name
        package = name if is_package else name.rpartition(".")[0]
        self.imports = set(_imports(ast.parse(source), package))

    @property
    def part(self) -> str:
        """The most special entry of LAYERS that this module belongs to."""
        return max((part for part in LAYERS if _is_in(self.name, part)), key=len)


def _is_in(name: str, part: str) -> bool:
    return name == part or name.startswith(f"{part}.")


def _imports(tree: ast.AST, package: str) -> Iterator[str]:
    for node in ast.iter_child_nodes(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            base = ".".join(package.split(".")[: len(package.split(".")) - node.level + 1]) if node.level else ""
            source = ".".join(filter(None, [base, node.module or ""]))
            yield from (f"{source}.{alias.name}" for alias in node.names)
        elif not _is_for_types_alone(node):
            yield from _imports(node, package)


def _is_for_types_alone(node: ast.AST) -> bool:
    return isinstance(node, ast.If) and ast.unparse(node.test) in ("TYPE_CHECKING", "typing.TYPE_CHECKING")


def modules_below(folder: Path, root: Path) -> Iterator[Module]:
    for path in sorted(folder.rglob("*.py")):
        if ".ipynb_checkpoints" not in path.parts:
            parts = path.relative_to(root).with_suffix("").parts
            is_package = parts[-1] == "__init__"
            name = ".".join(parts[:-1] if is_package else parts)
            yield Module(name, path.read_text(encoding="utf-8"), is_package)


OURS = [
    *modules_below(ROOT / SERVICE, ROOT),
    *modules_below(ROOT / "labextension" / LEARNER, ROOT / "labextension"),
]
TOOLS = [*modules_below(ROOT / "deploy", ROOT), *modules_below(ROOT / "images", ROOT)]
NAMES = {module.name for module in [*OURS, *TOOLS]}


def wrong_arrows(modules: list[Module]) -> list[str]:
    """Imports of other parts of our packages that LAYERS does not allow."""
    found = []
    for module in modules:
        for name in module.imports:
            if _is_in(name, SERVICE) or _is_in(name, LEARNER):
                target = max((part for part in LAYERS if _is_in(name, part)), key=len)
                if target != module.part and target not in LAYERS[module.part]:
                    found.append(f"{module.name} → {name}")
    return sorted(found)


def wrong_libraries(modules: list[Module]) -> list[str]:
    return sorted(
        f"{module.name} → {name}"
        for module in modules
        for name in module.imports
        if (owners := OWNERS.get(name.split(".")[0])) is not None
        if not any(_is_in(module.name, owner) for owner in owners)
    )


def circle(modules: list[Module]) -> list[str] | None:
    names = {module.name for module in modules}
    graph: dict[str, set[str]] = {}
    for module in modules:
        # What is imported is a module, or a name in one.
        targets = {name if name in names else name.rpartition(".")[0] for name in module.imports}
        graph[module.name] = (targets & names) - {module.name}
    try:
        TopologicalSorter(graph).prepare()
    except CycleError as error:
        return list(error.args[1])
    return None


def test_all_modules_are_looked_at() -> None:
    assert {
        f"{SERVICE}.{name}" for name in ("cli.main", "hub.config", "web.git", "grading.worker", "lti.launch")
    } <= NAMES
    assert {f"{LEARNER}.wire.codec", f"{LEARNER}.agent.forks", "deploy.demo_lms.app", "images.build", SERVICE} <= NAMES
    assert {module.part for module in OURS} == set(LAYERS)


def test_the_check_itself_finds_what_is_wrong() -> None:
    """A check that found nothing at all would pass, too."""
    cases = {
        "from openjupyter_service.web import app": 1,
        "def f():\n    import openjupyter_service.web.app": 1,
        "from .. import web": 1,
        "from ..web.app import make_app": 1,
        "from openjupyter_service import web": 1,
        "try:\n    import openjupyter.agent\nexcept ImportError:\n    pass": 1,
        "from openjupyter_service.errors import NotFound": 0,
        "from . import other": 0,
        "from typing import TYPE_CHECKING\nif TYPE_CHECKING:\n    from openjupyter_service.web import app": 0,
        "import json": 0,
    }
    for source, count in cases.items():
        assert len(wrong_arrows([Module(f"{SERVICE}.store.new", source)])) == count, source
    assert len(wrong_libraries([Module(f"{SERVICE}.web.new", "def f():\n    from sqlalchemy.orm import Session")])) == 1
    assert wrong_libraries([Module(f"{SERVICE}.store.new", "import sqlalchemy")]) == []
    first = Module("a.x", "def f():\n    from a.y import g")
    assert circle([first, Module("a.y", "import a.z"), Module("a.z", "from a import x")]) is not None
    assert circle([first, Module("a.y", "import a.z"), Module("a.z", "")]) is None


def test_arrows_point_downwards_only() -> None:
    assert wrong_arrows(OURS) == []


def test_every_library_has_its_place() -> None:
    assert wrong_libraries(OURS) == []


def test_there_are_no_circles() -> None:
    assert circle(OURS) is None
    assert circle(TOOLS) is None


def outside_imports(part: str) -> set[str]:
    """Top names that a part of our packages imports, other than its own."""
    return {name.split(".")[0] for module in OURS if _is_in(module.name, part) for name in module.imports}


def test_the_wire_format_needs_nothing_but_numpy_and_pandas() -> None:
    # pyarrow only for columns that pandas has from it, where both images have it.
    assert outside_imports(WIRE) <= {"numpy", "pandas", "pyarrow", LEARNER, *sys.stdlib_module_names}


def test_the_judge_needs_nothing_but_its_image() -> None:
    allowed = {"numpy", "pandas", "pytest", LEARNER, SERVICE, *sys.stdlib_module_names}
    assert outside_imports(f"{SERVICE}.judge") <= allowed


def test_lti_knows_no_web_framework() -> None:
    web = {"tornado", "jupyterhub", "aiohttp", "requests", "traitlets"}
    assert not outside_imports(f"{SERVICE}.lti") & web


def test_what_runs_with_learners_knows_nothing_of_the_service() -> None:
    runs_there = ("agent", "client", "server", "updates", "workspace")
    for part in (LEARNER, *(f"{LEARNER}.{name}" for name in runs_there), CGROUP, WIRE):
        assert SERVICE not in outside_imports(part)


def test_the_contracts_are_light() -> None:
    for part in CONTRACTS:
        assert outside_imports(part) <= {"pydantic", SERVICE, *sys.stdlib_module_names}, part


def test_the_demo_lms_is_independent_of_us() -> None:
    lms = [module for module in TOOLS if _is_in(module.name, "deploy.demo_lms")]
    assert len(lms) > 10
    for module in lms:
        for name in module.imports:
            assert name.split(".")[0] not in (SERVICE, LEARNER), f"{module.name} → {name}"
            assert not name.startswith("deploy.") or _is_in(name, "deploy.demo_lms"), f"{module.name} → {name}"


def test_nothing_of_ours_needs_its_tools() -> None:
    for module in OURS:
        assert not [name for name in module.imports if name.split(".")[0] in ("deploy", "images", "tests")], module.name


@pytest.mark.parametrize("folder", ["notebooks", "hidden_tests"])
def test_the_course_needs_nothing_of_the_service(folder: str) -> None:
    import nbformat

    sources = {path: path.read_text(encoding="utf-8") for path in (ROOT / folder).rglob("*.py")}
    for path in (ROOT / folder).rglob("*.ipynb"):
        if ".ipynb_checkpoints" not in path.parts:
            cells = nbformat.read(path, as_version=4).cells
            code = "\n".join(cell.source for cell in cells if cell.cell_type == "code")
            sources[path] = "\n".join(line for line in code.splitlines() if not line.lstrip().startswith(("%", "!")))
    assert len(sources) >= 4
    for path, source in sources.items():
        for name in _imports(ast.parse(source), ""):
            assert name.split(".")[0] != SERVICE, path
            assert folder == "notebooks" or path.suffix == ".ipynb" or name.split(".")[0] != LEARNER, path
