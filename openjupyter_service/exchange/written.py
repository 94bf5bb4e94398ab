"""Write the hidden tests of an imported exercise: one pytest function for each test of the original."""

import ast
import json
import keyword
import re
import textwrap
from collections.abc import Iterable
from dataclasses import dataclass, field

from openjupyter_service.errors import ExchangeError
from openjupyter_service.exchange.helpers import HELPERS
from openjupyter_service.exchange.sealing import Sealing

MAX_HINT = 1_000
REPLAY_SECONDS = 60


@dataclass
class WrittenTest:
    """One test to be written.

    `body` are lines of the function, `before` lines at the top of the file, `helpers` names of HELPERS or texts of
    functions. `above` is the id of the cell after which the original tested, where that makes a difference.
    """

    name: str
    title: str
    points: float
    body: list[str]
    hint: str = ""
    in_kernel: bool = False
    fixtures: tuple[str, ...] = ()
    before: list[str] = field(default_factory=list)
    helpers: tuple[str, ...] = ()
    above: str | None = None
    including: bool = False
    """Is the cell of this id one of those above?"""
    tests_above: dict[str, str] = field(default_factory=dict)
    """Names of constants that hold tests above, which are run again as well, by the ids of their cells."""
    seeding: str = ""
    reveal: str = ""
    uses: tuple[str, ...] = ()
    """Names of the notebook that it uses."""

    def lines(self) -> list[str]:
        """The function."""
        fixtures = ["learner", *self.fixtures]
        body = list(self.body)
        if self.above is not None:
            fixtures.append(self._fixture)
            call = "go_back_in_kernel(" if self.in_kernel else "go_back(learner, "
            body.insert(0, f"{call}{self._fixture}{', SEEDING' if self.seeding else ''})")
        points = int(self.points) if self.points == int(self.points) else self.points
        found = [f"@pytest.mark.points({points!r})"]
        if self.hint:
            found.append(f"@pytest.mark.hint({text(self.hint[:MAX_HINT])})")
        if self.reveal and self.reveal != "none":
            found.append(f"@pytest.mark.reveal({text(self.reveal)})")
        found.append("@pytest.mark.exact_types")
        if self.above is not None:
            found.append(f"@pytest.mark.seconds({REPLAY_SECONDS})")
        if self.in_kernel:
            found.append("@pytest.mark.in_kernel")
        found.append(f"def test_{self.name}({', '.join(fixtures)}):")
        found.append(f"    {docstring(self.title)}")
        return found + [f"    {line}" if line else "" for line in body]

    @property
    def _fixture(self) -> str:
        name = "above_" + re.sub(r"\W", "_", self.above or "", flags=re.ASCII)
        return f"{name}_with_tests" if self.tests_above else name

    def fixture_lines(self) -> list[str]:
        """The fixture that gives the cells above, where it needs one."""
        if self.above is None:
            return []
        including = ", including=True" if self.including else ""
        if self.tests_above:
            given = ", ".join(f"{text(id)}: {constant}" for id, constant in self.tests_above.items())
            including += f", tests={{{given}}}"
        # Another name than the parameter's: of what a test in the kernel names, its definition is sent along.
        return [
            f"@pytest.fixture(name={text(self._fixture)})",
            f"def _{self._fixture}(learner):",
            f"    return cells_above(learner, {text(self.above)}{including})",
        ]

    @property
    def needed(self) -> tuple[str, ...]:
        """Its helpers, those for going back among them."""
        if self.above is None:
            return self.helpers
        return (*self.helpers, "cells_above", "go_back_in_kernel" if self.in_kernel else "go_back")


def test_file(origin: str, tests: Iterable[WrittenTest]) -> bytes:
    """A file of tests; `origin` says in a few words where they come from."""
    written = list(tests)
    before = dict.fromkeys(line for test in written for line in test.before)
    before |= dict.fromkeys(f"SEEDING = {block(test.seeding)}" for test in written if test.seeding)
    fixtures = dict.fromkeys("\n".join(test.fixture_lines()) for test in written if test.above is not None)
    helpers = dict.fromkeys(name for test in written for name in test.needed)
    imports = sorted(line for line in before if line.startswith(("import ", "from ")))
    others = [line for line in before if line not in imports]
    parts = [docstring(f"Hidden tests, imported from {origin}.") + "\n"]
    parts.append("\n".join(dict.fromkeys([*imports, "import pytest"])) + "\n")
    if others:
        parts.append("\n".join(others) + "\n")
    parts += [f"\n{HELPERS.get(name, name).strip()}\n" for name in helpers]
    parts += [f"\n{fixture}\n" for fixture in fixtures]
    parts += ["\n" + "\n".join(test.lines()) + "\n" for test in written]
    content = "\n".join(parts).encode("utf-8", "replace")
    try:
        ast.parse(content)
    except (SyntaxError, ValueError, RecursionError, MemoryError) as error:
        raise ExchangeError(
            f"the tests of {origin} cannot be written as a test file ({error}); mend the original"
        ) from None
    return content


def sealed_lines(sealing: Sealing) -> list[str]:
    """Lines that give the notebook's names to a sealed test."""
    return [f"{name} = taken(learner, {text(name)})" for name in sealing.names]


def statements(source: str) -> list[str]:
    """Lines of code as they can stand in a function: with their comments, where no string goes over several lines."""
    tree = ast.parse(source)
    for node in ast.walk(tree):
        is_string = isinstance(node, ast.JoinedStr) or (
            isinstance(node, ast.Constant) and isinstance(node.value, str | bytes)
        )
        if is_string and isinstance(node, ast.expr) and node.lineno != node.end_lineno:
            return ast.unparse(tree).split("\n") if tree.body else ["pass"]
    lines = textwrap.dedent(source).strip("\n").split("\n")
    return lines if tree.body else [*lines, "pass"]


def text(value: str) -> str:
    """A string as Python writes it, in double quotes."""
    return json.dumps(value.encode("utf-8", "replace").decode(), ensure_ascii=False)


def block(value: str) -> str:
    """A string over several lines, as it can be read; in one line where that is not possible."""
    plain = value.encode("utf-8", "replace").decode()
    if "\n" not in plain:
        return text(plain)
    if '"""' in plain or "\\" in plain or plain.endswith('"') or not plain.replace("\n", "").isprintable():
        return _joined(plain)
    return f'"""\\\n{plain}"""'


def _joined(value: str) -> str:
    lines = "\n".join(f"    {text(line)}" for line in value.splitlines(keepends=True))
    return f"(\n{lines}\n)"


def docstring(title: str) -> str:
    """A title as docstring."""
    line = " ".join(title.split())[:200]
    is_plain = line.isprintable() and not set(line) & set('"\\')
    return f'"""{line}"""' if is_plain else text(line)


def function_name(wanted: str, taken: set[str]) -> str:
    """What to call a test, after `test_`; never a name that is taken."""
    base = re.sub(r"\W+", "_", wanted.lower(), flags=re.ASCII).strip("_")[:50] or "test"
    name, number = base, 2
    while name in taken or keyword.iskeyword(name):
        name, number = f"{base}_{number}", number + 1
    taken.add(name)
    return name
