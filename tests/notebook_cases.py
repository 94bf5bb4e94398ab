"""Notebooks as data: the cases of tests/hostile and tests/messy, for tests and benchmarks. Needs no package of ours.

A case is a folder with `case.toml` and one of `cells.py`, `notebook.ipynb`, `notebook.py`; see tests/messy/README.md.
"""

import ast
import json
import re
import runpy
import tomllib
from dataclasses import dataclass
from pathlib import Path
from typing import Any

TESTS = Path(__file__).resolve().parent
HOSTILE = TESTS / "hostile"
MESSY = TESTS / "messy"

_MARKER = re.compile(r"^# %%(?:[ \t]+(.*))?$", re.MULTILINE)


@dataclass(frozen=True)
class Case:
    """One notebook. `notebook` is the file as a learner saved it; `verdict` all of case.toml."""

    name: str
    about: str
    folder: Path
    notebook: bytes
    verdict: dict[str, Any]

    @property
    def family(self) -> str:
        """What a hostile notebook tries, or what is messy about a correct one."""
        return str(self.verdict.get("family", ""))


@dataclass(frozen=True)
class Assertion:
    """One hidden test of the messy exercise, for tools that test inside the learner's kernel.

    `function` is what it tests, `code` does so with nothing but the notebook's own names; it raises when it fails.
    """

    title: str
    function: str
    points: float
    code: str


def load_cases(folder: Path) -> list[Case]:
    """All cases of a folder, sorted by name."""
    return [load_case(path.parent) for path in sorted(folder.glob("*/case.toml"))]


def load_case(folder: Path) -> Case:
    """The case in a folder; FileNotFoundError when it has no notebook."""
    verdict = tomllib.loads((folder / "case.toml").read_text(encoding="utf-8"))
    return Case(folder.name, verdict["about"], folder, _notebook(folder), verdict)


def plain_notebook() -> bytes:
    """The plain correct notebook that the messy cases derive from."""
    return _notebook(MESSY / "plain")


def plain_cells() -> dict[str, str]:
    """The code cells of the plain notebook by the names that `# %% name` gives them."""
    return {head: source for head, source in _parts((MESSY / "plain" / "cells.py").read_text(encoding="utf-8"))}


def cells_of(text: str) -> list[dict[str, Any]]:
    """Cells of a text in percent format: `# %%` code, `# %% [markdown]`, `# %% [raw]`, `# %% plain NAME …` copies
    cells of the plain notebook, all of them without a name."""
    cells: list[dict[str, Any]] = []
    for head, source in _parts(text):
        words = head.split()
        if words[:1] == ["plain"]:
            plain = plain_cells()
            cells += [_cell("code", plain[name]) for name in words[1:] or plain]
            if source:
                cells.append(_cell("code", source))
        elif words[:1] in (["[markdown]"], ["[raw]"]):
            lines = [line.removeprefix("#").removeprefix(" ") for line in source.splitlines()]
            cells.append(_cell(words[0][1:-1], "\n".join(lines)))
        else:
            cells.append(_cell("code", source))
    for number, cell in enumerate(cells):
        cell["id"] = f"cell-{number}"
    return cells


def notebook_of(cells: list[dict[str, Any]]) -> dict[str, Any]:
    """An ordinary notebook of these cells."""
    metadata = {
        "kernelspec": {"display_name": "Python 3 (ipykernel)", "language": "python", "name": "python3"},
        "language_info": {"name": "python", "version": "3.11.2"},
    }
    return {"cells": cells, "metadata": metadata, "nbformat": 4, "nbformat_minor": 5}


def assertions() -> list[Assertion]:
    """The hidden tests of the messy exercise, one by one, with `learner.` left out."""
    tree = ast.parse((MESSY / "exercise" / "test_messy.py").read_text(encoding="utf-8"))
    imports = [
        ast.unparse(node) for node in tree.body if isinstance(node, ast.Import) and node.names[0].name != "pytest"
    ]
    return [
        _assertion(node, imports)
        for node in tree.body
        if isinstance(node, ast.FunctionDef) and node.name.startswith("test_")
    ]


def _assertion(test: ast.FunctionDef, imports: list[str]) -> Assertion:
    title = ast.get_docstring(test) or test.name
    points = next(call.args[0] for call in test.decorator_list if isinstance(call, ast.Call))
    body = "\n".join(ast.unparse(node) for node in test.body[1:])
    body = re.sub(r"\blearner\.printed\(\)", "_printed.getvalue()", body)
    body = re.sub(r"\blearner\.", "", body)
    if "_printed" in body:
        inside = "\n".join(f"    {line}" for line in body.splitlines())
        body = f"_printed = io.StringIO()\nwith contextlib.redirect_stdout(_printed):\n{inside}"
        imports = ["import contextlib", "import io", *imports]
    return Assertion(
        title, test.name.removeprefix("test_"), float(ast.literal_eval(points)), "\n".join([*imports, body])
    )


def _notebook(folder: Path) -> bytes:
    if (folder / "cells.py").is_file():
        return _as_bytes(notebook_of(cells_of((folder / "cells.py").read_text(encoding="utf-8"))))
    if (folder / "notebook.py").is_file():
        given = {"plain": plain_cells, "cells_of": cells_of, "notebook_of": notebook_of}
        return _as_bytes(runpy.run_path(str(folder / "notebook.py"), init_globals=given)["notebook"])
    return (folder / "notebook.ipynb").read_bytes()


def _as_bytes(notebook: Any) -> bytes:
    if isinstance(notebook, bytes):
        return notebook
    return (notebook if isinstance(notebook, str) else json.dumps(notebook, indent=1)).encode()


def _parts(text: str) -> list[tuple[str, str]]:
    """What stands behind each marker, and the lines up to the next one."""
    markers = list(_MARKER.finditer(text))
    starts = [(marker[1] or "", marker.end() + 1) for marker in markers]
    ends = [*(marker.start() for marker in markers), len(text)]
    if text[: ends[0]].strip():
        starts.insert(0, ("", 0))
    else:
        ends = ends[1:]
    return [(head, text[start:end].rstrip("\n")) for (head, start), end in zip(starts, ends, strict=True)]


def _cell(kind: str, source: str) -> dict[str, Any]:
    cell: dict[str, Any] = {"cell_type": kind, "metadata": {}, "source": source}
    return cell | ({"execution_count": None, "outputs": []} if kind == "code" else {})
