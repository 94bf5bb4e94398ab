"""Tests as nbgrader has them, plain statements that use the notebook's names, made into a test function.

What a name of the notebook is, the function asks `learner` for at its beginning; modules that the notebook imports and
that the judge has, it imports itself. So the test runs sealed, in the judge, like any other.
"""

import re
import sys
import unicodedata
import warnings
from collections.abc import Callable, Collection

from openjupyter_service.authoring.apart import refuse_deleting
from openjupyter_service.authoring.blocks import Block
from openjupyter_service.authoring.head import read_docstring, read_head
from openjupyter_service.authoring.mistakes import CellMistake
from openjupyter_service.authoring.names import BUILTINS, Defined, free_names, read_before_set
from openjupyter_service.authoring.parts import Parts
from openjupyter_service.authoring.python import command_line, kept_lines, lines_in_strings, parse
from openjupyter_service.authoring.source import Cell

JUDGE_MODULES = frozenset([*sys.stdlib_module_names, "numpy", "pandas", "pytest"])
FIXTURES = ("learner", "learner_points", "rng", "seed")
MAX_TITLE = 200


def from_asserts(parts: Parts, notebook: Defined, heading: Callable[[Cell], str], taken: Collection[str]) -> Block:
    """The block of a cell whose tests are plain statements.

    Args:
        parts: the cell
        notebook: what the cells of the notebook define
        heading: gives the title of a cell that says none
        taken: names of test functions that are in use

    Raises:
        CellMistake: it cannot be a function, or uses a name that nothing defines
    """
    if line := command_line(parts.test):
        raise CellMistake(line, "a test cannot hold commands of IPython such as %magic; take this line out")
    head, code = read_head(parts.test)
    said, code = read_docstring(code)
    if not parse(code).body:
        raise CellMistake(None, "there is nothing in this test; write an assert, or delete the cell")
    refuse_deleting(code, notebook)
    free = free_names(code)
    again = read_before_set(code) & (notebook.names | set(notebook.imports))
    imports, asked = [], []
    # A variable of the notebook that is called learner comes last: it hides the fixture.
    for name in sorted({*free, *again}, key=lambda name: (name == "learner", free.get(name, 0), name)):
        if name in notebook.imports and _judge_has(notebook.imports[name]):
            imports.append(notebook.imports[name])
        elif name in notebook.names or (notebook.everything and name not in BUILTINS and name not in FIXTURES):
            asked.append(name)
        elif name not in BUILTINS and name not in FIXTURES and name != "pytest":
            raise CellMistake(free[name], f"no cell of the notebook defines `{name[:60]}`; define it, or mend the name")
    fixtures = ["learner", *(name for name in FIXTURES[1:] if name in free and name not in asked)]
    title = head.title or said or heading(parts.cell)
    name = _function_name(parts, title, taken)
    points = head.points if head.points is not None else parts.role.points
    lines = [f"@pytest.mark.points({_number(1 if points is None else points)})"]
    lines += [f"@pytest.mark.hint({_quoted(head.hint)})"] if head.hint else []
    lines += [f"def {name}({', '.join(fixtures)}):", f"    {_docstring(title)}"]
    lines += [f"    {asked_name} = learner[{_quoted(asked_name)}]" for asked_name in asked]
    lines += ["", *_indented(code)] if asked else _indented(code)
    text = "\n".join(lines)
    _check_function(text)
    return Block(parts.cell, text, imports, frozenset([name]), keeps_lines=False)


def _number(value: float) -> str:
    return str(int(value)) if value == int(value) else repr(value)


def _judge_has(statement: str) -> bool:
    return statement.split()[1].partition(".")[0] in JUDGE_MODULES


def _function_name(parts: Parts, title: str, taken: Collection[str]) -> str:
    values = parts.cell.metadata.get("nbgrader")
    grade_id = values.get("grade_id") if isinstance(values, dict) else None
    base = f"test_{slug(grade_id if isinstance(grade_id, str) and grade_id else title) or 'task'}"[:60].rstrip("_")
    name, number = base, 2
    while name in taken:
        name, number = f"{base}_{number}", number + 1
    return name


def slug(text: str) -> str:
    """A text as part of a Python name: lower-case ASCII letters, digits and underscores."""
    plain = unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode().lower()
    words = re.findall(r"[a-z0-9]+", plain)
    return "_".join(words[1:] if words[:1] == ["test"] and len(words) > 1 else words)


def _quoted(text: str) -> str:
    """A Python literal in double quotes where that needs no escapes."""
    return f'"{text}"' if '"' not in text and "\\" not in text and text.isprintable() else repr(text)


def _docstring(title: str) -> str:
    title = title[:MAX_TITLE]
    is_plain = title.isprintable() and '"' not in title and "\\" not in title
    return f'"""{title}"""' if is_plain else repr(title)


def _indented(code: str) -> list[str]:
    """The lines below a function's head, those in the middle of a string as they are."""
    lines = kept_lines(code)
    in_strings = lines_in_strings("\n".join(lines))
    return [line if number in in_strings or not line.strip() else f"    {line}" for number, line in enumerate(lines, 1)]


def _check_function(text: str) -> None:
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            compile(text, "<test>", "exec", dont_inherit=True)
    except (SyntaxError, ValueError, RecursionError, MemoryError) as error:
        reason = error.msg if isinstance(error, SyntaxError) else "it is too deeply nested"
        raise CellMistake(
            None, f"this cell cannot be made a test: {reason}; write it as a function def test_…(learner)"
        ) from None
