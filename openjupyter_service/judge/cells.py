"""The notebook as it was handed in: cells by id or tag, source and syntax tree of what they define.

All of it is text from the submission; only outputs come from the sandbox, and are looked at with care.
"""

import ast
import base64
import binascii
import json
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from openjupyter_service.judge.failures import CellPlace, NoSuchCell, NotDefined

Outputs = Callable[[int], Any]
"""What the cell at an index displayed: nbformat outputs, as the sandbox tells."""

_MAGIC = re.compile(r"^(\s*)[%!].*$", re.MULTILINE)
_HELP = re.compile(r"^(\s*)\S+\?{1,2}\s*$", re.MULTILINE)
_PYTHON_MAGICS = ("%%time", "%%timeit", "%%capture", "%%prun")
_DEFINITIONS = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)

Definition = ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef


@dataclass(frozen=True)
class Cell:
    """One cell: `index` counts all cells from 0, `number` code cells from 1 (0 for others)."""

    index: int
    number: int
    kind: str
    id: str
    tags: tuple[str, ...]
    source: str
    _outputs: Outputs = field(repr=False)

    @property
    def outputs(self) -> list[dict[str, Any]]:
        """What it displayed when the notebook was run for this grading, as nbformat 4 outputs."""
        outputs = self._outputs(self.index)
        return [output for output in outputs if isinstance(output, dict)] if isinstance(outputs, list) else []

    @property
    def printed(self) -> str:
        """What it printed."""
        texts = [_text(output.get("text")) for output in self.outputs if output.get("name") == "stdout"]
        return "".join(texts)

    @property
    def result(self) -> str:
        """The text form of its last expression's value; "" if it had none."""
        results = [output for output in self.outputs if output.get("output_type") == "execute_result"]
        return _text(_data(results[-1]).get("text/plain")) if results else ""

    @property
    def error(self) -> str:
        """Name of the exception that it ended with; "" if it ended well."""
        errors = [output for output in self.outputs if output.get("output_type") == "error"]
        return _text(errors[-1].get("ename")) if errors else ""

    @property
    def images(self) -> list[bytes]:
        """The PNG images that it displayed."""
        found = [_text(_data(output).get("image/png")) for output in self.outputs]
        return [image for text in found if text and (image := _decoded(text))]

    def tree(self) -> ast.Module:
        """Its syntax tree, with magics left out; an empty one when it is no Python."""
        return parse(self.source) if self.kind == "code" else ast.Module([], [])


class Notebook:
    """All cells of a submission.

    Args:
        text: the notebook as JSON of nbformat 4
        sources: the submission's other Python files, by name
        outputs: see Outputs
    """

    def __init__(self, text: str, sources: Mapping[str, str], outputs: Outputs) -> None:
        self.cells = list(_cells(text, outputs))
        self._sources = sources

    def cell(self, id_or_tag: str) -> Cell:
        """The cell of that id, or the first with that tag; NotDefined when there is none."""
        for cell in self.cells:
            if cell.id == id_or_tag:
                return cell
        for cell in self.cells:
            if id_or_tag in cell.tags:
                return cell
        raise NoSuchCell(id_or_tag)

    def with_tag(self, tag: str | None) -> list[Cell]:
        """All cells, or those with a tag."""
        return [cell for cell in self.cells if tag is None or tag in cell.tags]

    @property
    def places(self) -> dict[int, CellPlace]:
        """The code cell at each index."""
        code = [cell for cell in self.cells if cell.kind == "code"]
        return {cell.index: CellPlace(cell.index, cell.number, cell.source.count("\n") + 1) for cell in code}

    def tree(self, name: str | None) -> ast.AST:
        """The syntax tree of a definition, or of all code cells; NotDefined when there is none of that name."""
        if name is None:
            return ast.Module([node for tree in self._trees() for node in tree.body], [])
        return self._definition(name)[0]

    def source(self, name: str) -> str:
        """The text of a definition."""
        node, text = self._definition(name)
        return ast.get_source_segment(text, node) or ast.unparse(node)

    def _definition(self, name: str) -> tuple[Definition, str]:
        parsed = [_parsed(text) for text in self._texts()]
        # A method, or a function inside of another, is meant by its bare name only where nothing else has it.
        for named in (_named, _named_inside):
            if found := [(node, text) for tree, text in parsed for node in named(tree, name.split("."))]:
                return found[-1]
        raise NotDefined(name)

    def _texts(self) -> Iterator[str]:
        """Files first: what a cell defines comes later, and counts."""
        yield from self._sources.values()
        yield from (cell.source for cell in self.cells if cell.kind == "code")

    def _trees(self) -> Iterator[ast.Module]:
        return (cell.tree() for cell in self.cells)


def parse(source: str) -> ast.Module:
    """The syntax tree of a cell's code without magics; an empty one when it is no Python."""
    return _parsed(source)[0]


def _parsed(source: str) -> tuple[ast.Module, str]:
    """The tree, and the text that it is of: the code itself where it is Python as it stands."""
    # Lines of plain Python may begin like a magic: inside of a text, or after a line break in brackets.
    for text in (source, without_magics(source)):
        try:
            return ast.parse(text), text
        except (SyntaxError, ValueError, RecursionError, MemoryError):
            continue
    return ast.Module([], []), source


def without_magics(source: str) -> str:
    """The code with IPython's own lines replaced, so that every line keeps its number."""
    if source.startswith("%%"):
        head, _, rest = source.partition("\n")
        source = f"\n{rest}" if head.split()[0] in _PYTHON_MAGICS else ""
    return _HELP.sub(r"\1pass", _MAGIC.sub(r"\1pass", source))


def _named(tree: ast.AST, names: list[str]) -> Iterator[Definition]:
    """The definitions that names lead to, each in the body of the one before, in their order."""
    for node in _defined_in(tree):
        if node.name == names[0]:
            if len(names) == 1:
                yield node
            else:
                yield from _named(node, names[1:])


def _named_inside(tree: ast.AST, names: list[str]) -> Iterator[Definition]:
    for node in ast.walk(tree):
        if isinstance(node, _DEFINITIONS):
            yield from _named(node, names)


def _defined_in(tree: ast.AST) -> Iterator[Definition]:
    """What a body defines, also below `if`, `try` and their like, but not inside of its definitions."""
    waiting = list(ast.iter_child_nodes(tree))[::-1]
    while waiting:
        node = waiting.pop()
        if isinstance(node, _DEFINITIONS):
            yield node
        elif not isinstance(node, ast.expr):
            waiting += list(ast.iter_child_nodes(node))[::-1]


def _cells(text: str, outputs: Outputs) -> Iterator[Cell]:
    number = 0
    for index, cell in enumerate(json.loads(text).get("cells", [])):
        is_code = cell.get("cell_type") == "code"
        number += is_code
        tags = cell.get("metadata", {}).get("tags")
        yield Cell(
            index=index,
            number=number if is_code else 0,
            kind=str(cell.get("cell_type")),
            id=str(cell.get("id", "")),
            tags=tuple(tag for tag in tags if isinstance(tag, str)) if isinstance(tags, list) else (),
            source=_text(cell.get("source")),
            _outputs=outputs,
        )


def _text(value: Any) -> str:
    """nbformat writes texts as a string or as a list of lines."""
    if isinstance(value, list):
        return "".join(line for line in value if isinstance(line, str))
    return value if isinstance(value, str) else ""


def _data(output: Mapping[str, Any]) -> Mapping[str, Any]:
    data = output.get("data")
    return data if isinstance(data, dict) else {}


def _decoded(text: str) -> bytes:
    try:
        return base64.b64decode(text)
    except (binascii.Error, ValueError):
        return b""
