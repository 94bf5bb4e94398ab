"""Put the tests of a source together to one file of pytest functions."""

import ast
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from openjupyter_service.authoring.apart import seen_otherwise
from openjupyter_service.authoring.asserts import FIXTURES, from_asserts
from openjupyter_service.authoring.blocks import Block, is_visible_test, is_written_out, written_out
from openjupyter_service.authoring.headings import Headings
from openjupyter_service.authoring.mistakes import CellMistake, Mistake
from openjupyter_service.authoring.names import BUILTINS, Defined, defined_by, free_names, imported_name
from openjupyter_service.authoring.parts import Parts
from openjupyter_service.authoring.python import kept_lines, lines_in_strings

MAX_BLANK_LINES = 2


@dataclass
class TestsFile:
    """The text of a test file, empty without tests; what is wrong in its cells, and what is to be looked at."""

    __test__ = False  # for pytest, which would take the class for tests

    text: str = ""
    mistakes: list[Mistake] = field(default_factory=list)
    notes: list[Mistake] = field(default_factory=list)


def make_tests_file(cells: Sequence[Parts], headings: Headings, title: str) -> TestsFile:
    """The test file of all cells of a source that hold tests."""
    found = TestsFile()
    notebook = defined_by(parts.solution for parts in cells if parts.solution is not None and parts.cell.kind == "code")
    blocks: list[Block] = []
    names: dict[str, int] = {}
    for parts in cells:
        if not parts.test:
            continue
        try:
            block = _block(parts, notebook, headings, names)
            for name in sorted(block.defines):
                if name in names:
                    raise CellMistake(
                        None, f"`{name}` is defined by the tests of cell {names[name]} already; give one another name"
                    )
            if not block.keeps_lines:
                found.notes += [parts.cell.mistake(CellMistake(None, text)) for text in seen_otherwise(parts, notebook)]
            names.update(dict.fromkeys(block.defines, parts.cell.number))
            blocks.append(block)
        except CellMistake as error:
            found.mistakes.append(parts.cell.mistake(error))
    found.mistakes += _unknown_names(blocks, notebook) + _other_imports(blocks)
    if not found.mistakes and any(block.has_tests for block in blocks):
        found.text = _joined(blocks, title)
    return found


def _block(parts: Parts, notebook: Defined, headings: Headings, taken: dict[str, int]) -> Block:
    if parts.hidden and is_written_out(parts.hidden):
        return written_out(parts)
    if is_visible_test(parts):
        raise CellMistake(
            None,
            "learners would see this test function; put it between ### BEGIN HIDDEN TESTS and ### END HIDDEN TESTS",
        )
    return from_asserts(parts, notebook, headings.title_for, taken)


def _unknown_names(blocks: list[Block], notebook: Defined) -> list[Mistake]:
    """Names in written-out tests that neither they nor another block of the file define."""
    found: list[Mistake] = []
    known = {*BUILTINS, "pytest", *(name for block in blocks for name in block.defines)}
    imports = [statement for block in blocks for statement in block.imports]
    if any(statement.endswith("import *") for statement in imports):
        return []
    known |= set(defined_by(imports).imports)
    for block in blocks:
        if not block.keeps_lines:
            continue
        for name, line in free_names(block.code).items():
            if name not in known:
                found.append(block.cell.mistake(CellMistake(line, _unknown(name, notebook))))
    return found


def _other_imports(blocks: list[Block]) -> list[Mistake]:
    """Imports that give a name another meaning than those of a cell before: all stand at the head of one file."""
    found: list[Mistake] = []
    seen: dict[str, tuple[str, int]] = {}
    for block in blocks:
        for statement in block.imports:
            for name, meaning in _meanings(statement):
                first, number = seen.setdefault(name, (meaning, block.cell.number))
                if first != meaning:
                    text = f"`{name}` is {meaning} here and {first} in the tests of cell {number}; rename one of them"
                    found.append(block.cell.mistake(CellMistake(None, text)))
    return found


def _meanings(statement: str) -> Iterator[tuple[str, str]]:
    """Each name that an import statement defines, and what it stands for."""
    node = ast.parse(statement).body[0]
    for alias in node.names if isinstance(node, ast.Import | ast.ImportFrom) else ():
        if isinstance(node, ast.ImportFrom):
            yield imported_name(alias), f"{'.' * node.level}{node.module or ''}.{alias.name}"
        else:
            yield imported_name(alias), alias.name if alias.asname else imported_name(alias)


def _unknown(name: str, notebook: Defined) -> str:
    if name in notebook.imports:
        return f"tests do not have what the notebook imports; add `{notebook.imports[name]}` to this cell"
    if name in FIXTURES:
        return f"`{name}` is a fixture; name it among the test's parameters, as in def test_…({name})"
    if name in notebook.names:
        return f"tests run apart from the notebook; write learner.{name} in place of {name}"
    return f"no test defines `{name[:60]}`; define or import it in a cell of hidden tests, or mend the name"


def _joined(blocks: list[Block], title: str) -> str:
    imports = dict.fromkeys(["import pytest", *(each for block in blocks for each in block.imports)])
    # What comes from __future__ must stand first, and modules of Python's own usually do.
    lines = sorted(imports, key=lambda each: (not each.startswith("from __future__"), each.split()[1]))
    texts = [f"# Hidden tests of: {title}", "\n".join(lines)]
    body = [_tidy(block.code) for block in blocks if kept_lines(block.code)]
    return "\n\n".join(texts) + "\n\n\n" + "\n\n\n".join(body) + "\n"


def _tidy(code: str) -> str:
    """The code without empty lines around it, and no more than two of them at once."""
    code = "\n".join(kept_lines(code))
    in_strings = lines_in_strings(code)
    found: list[str] = []
    blank = 0
    for number, line in enumerate(code.split("\n"), 1):
        is_blank = not line.strip() and number not in in_strings
        blank = blank + 1 if is_blank else 0
        if not is_blank or blank <= MAX_BLANK_LINES:
            found.append(line.rstrip() if number + 1 not in in_strings else line)
    return "\n".join(found)
