"""Cells and definitions as they were handed in: ids, tags, magics, the last definition, what cannot be read."""

import ast
import base64
import json
from typing import Any

import pytest

from openjupyter_service.judge.cells import Cell, Notebook
from openjupyter_service.judge.failures import NoSuchCell, NotDefined


def code(source: Any, **more: Any) -> dict[str, Any]:
    return {"cell_type": "code", "metadata": {}, "outputs": [], "execution_count": None, "source": source, **more}


def notebook(*cells: Any, outputs: Any = None, **sources: str) -> Notebook:
    made = [cell if isinstance(cell, dict) else code(cell) for cell in cells]
    text = json.dumps({"nbformat": 4, "nbformat_minor": 5, "metadata": {}, "cells": made})
    return Notebook(text, {f"{name}.py": source for name, source in sources.items()}, lambda index: outputs)


def test_cells_are_numbered_and_found_by_id_and_tag() -> None:
    book = notebook(
        {"cell_type": "markdown", "id": "text", "metadata": {"tags": ["plot"]}, "source": "# A title"},
        code("a = 1", id="first"),
        code("b = 2", id="second", metadata={"tags": ["other", "plot"]}),
        code("c = 3", id="plot", metadata={"tags": ["plot"]}),
    )
    assert [(cell.index, cell.number, cell.kind) for cell in book.cells] == [
        *((0, 0, "markdown"), (1, 1, "code"), (2, 2, "code"), (3, 3, "code")),
    ]
    assert book.cell("second").tags == ("other", "plot")
    assert book.cell("plot").index == 3, "an id is meant before a tag"
    assert book.cell("other").index == 2
    assert [cell.index for cell in book.with_tag("plot")] == [0, 2, 3]
    assert book.with_tag("nobody's") == [] and len(book.with_tag(None)) == 4
    with pytest.raises(NoSuchCell, match="gone"):
        book.cell("gone")


@pytest.mark.parametrize("tags", [None, "plot", 5, {"plot": 1}, [5, None]])
def test_tags_that_are_none_harm_nobody(tags: Any) -> None:
    assert notebook(code("a = 1", metadata={"tags": tags})).cells[0].tags == ()


def test_sources_may_be_lists_of_lines() -> None:
    book = notebook(code(["def f():\n", "    return 1\n", "x = 2"]), code(["a", 5, None]), code(None))
    assert [cell.source for cell in book.cells] == ["def f():\n    return 1\nx = 2", "a", ""]
    assert book.source("f") == "def f():\n    return 1"


MAGICS = """%matplotlib inline
!pip install something
def f(n):
    %timeit n
    !echo {n}
    len?
    return n
f??"""


def test_magics_are_left_out_and_every_line_keeps_its_number() -> None:
    book = notebook(MAGICS)
    tree = book.tree("f")
    assert isinstance(tree, ast.FunctionDef) and (tree.lineno, tree.end_lineno) == (3, 7)
    assert book.source("f").splitlines()[-1] == "    return n"


@pytest.mark.parametrize("magic", ["%%time", "%%timeit -n 1", "%%capture out"])
def test_what_runs_below_a_magic_of_python_counts(magic: str) -> None:
    assert notebook(f"{magic}\ndef f():\n    return 1").source("f") == "def f():\n    return 1"


@pytest.mark.parametrize("magic", ["%%bash", "%%html", "%%writefile f.py", "%%"])
def test_what_is_no_python_of_this_kernel_does_not(magic: str) -> None:
    book = notebook(f"{magic}\ndef f():\n    return 1", "x = 1")
    with pytest.raises(NotDefined):
        book.source("f")
    assert isinstance(whole := book.tree(None), ast.Module) and len(whole.body) == 1


PLAIN = '''def f(n):
    """Says
    !hello
    """
    return (n
        % 3)'''


def test_python_that_looks_like_a_magic_stays_what_it_is() -> None:
    assert notebook(PLAIN).source("f") == PLAIN
    assert any(isinstance(node, ast.Mod) for node in ast.walk(notebook(PLAIN).tree("f")))


def test_the_last_definition_counts() -> None:
    book = notebook(
        "def f(): return 1", "def f(): return 2\ndef f(): return 3", "g = 1", helper="def f(): return 0\ndef g(): pass"
    )
    assert book.source("f") == "def f(): return 3"
    assert book.source("g") == "def g(): pass", "a file's, where no cell defines it"


NESTED = """
class Basket:
    class Thing:
        def price(self): return 1
    def add(self): return 2
    async def load(self): return 3

def outer():
    def inner(): return 4
    return inner

if True:
    def guarded(): return 5
"""


@pytest.mark.parametrize(
    ("name", "number"),
    [
        ("Basket.add", 2),
        ("Basket.Thing.price", 1),
        ("Basket.load", 3),
        ("outer.inner", 4),
        ("inner", 4),
        ("guarded", 5),
    ],
)
def test_definitions_inside_of_others_are_found(name: str, number: int) -> None:
    assert notebook(NESTED).source(name).endswith(f"return {number}")


def test_a_method_of_the_same_name_is_not_the_function() -> None:
    book = notebook(
        "def mean(v): return 1", "class Stats:\n    def mean(self): return 2", "def f():\n    def mean(): pass"
    )
    assert book.source("mean") == "def mean(v): return 1"
    assert book.source("Stats.mean") == "def mean(self): return 2"


def test_a_class_that_goes_on_in_a_later_cell() -> None:
    book = notebook("class A:\n    def f(self): return 1", "class A(A):\n    def g(self): return 2")
    assert (book.source("A.f"), book.source("A.g")) == ("def f(self): return 1", "def g(self): return 2")


@pytest.mark.parametrize("name", ["add.Basket", "Basket.price", "Basket.", ".add", "", "missing", "Basket.add.x"])
def test_names_of_nothing_are_not_defined(name: str) -> None:
    with pytest.raises(NotDefined):
        notebook(NESTED).tree(name)


DEEP = "x = " + "(" * 5_000 + ")" * 5_000
LONG = "x = " + "-" * 100_000 + "1"


@pytest.mark.parametrize("broken", ["def f(:", "\0", "x = '\ud800'", DEEP, LONG, "%", "return\n\tif\n x"], ids=ascii)
def test_a_cell_that_cannot_be_read_keeps_nobody_from_the_others(broken: str) -> None:
    book = notebook(broken[:200_000], "def f(): return 1", broken)
    assert book.source("f") == "def f(): return 1"
    assert isinstance(book.cells[0].tree(), ast.Module)
    assert any(isinstance(node, ast.FunctionDef) for node in ast.walk(book.tree(None)))


def cell_with(outputs: Any) -> Cell:
    return notebook("x", outputs=outputs).cells[0]


def test_outputs_as_a_notebook_has_them() -> None:
    picture = base64.b64encode(b"\x89PNG").decode()
    cell = cell_with(
        [
            {"output_type": "stream", "name": "stdout", "text": ["a\n", "b\n"]},
            {"output_type": "stream", "name": "stderr", "text": "a warning"},
            {"output_type": "display_data", "data": {"image/png": picture, "text/plain": "<Figure>"}},
            {"output_type": "stream", "name": "stdout", "text": "c\n"},
            {"output_type": "execute_result", "data": {"text/plain": ["4", "2"]}},
            {"output_type": "error", "ename": "ValueError", "evalue": "", "traceback": []},
        ]
    )
    assert (cell.printed, cell.result, cell.error, cell.images) == ("a\nb\nc\n", "42", "ValueError", [b"\x89PNG"])
    assert len(cell.outputs) == 6
    silent = cell_with([])
    assert (silent.printed, silent.result, silent.error, silent.images) == ("", "", "", [])


@pytest.mark.parametrize(
    "outputs",
    [
        *(None, 5, "text", {"output_type": "stream"}),
        [None, 5, [], "stream"],
        [{"output_type": "stream", "name": "stdout", "text": {"a": 1}}],
        [{"output_type": "execute_result", "data": ["text/plain"]}],
        [{"output_type": "execute_result"}],
        [{"output_type": "execute_result", "data": {"text/plain": 5}}],
        [{"output_type": "error", "ename": ["ValueError"]}, {"output_type": "error", "ename": 5}],
        [{"output_type": "display_data", "data": {"image/png": "ü"}}, {"data": {"image/png": "a"}}],
        [{"output_type": "display_data", "data": {"image/png": 5}}],
    ],
    ids=str,
)
def test_outputs_that_are_none_harm_nobody(outputs: Any) -> None:
    cell = cell_with(outputs)
    assert (cell.printed, cell.result, cell.images) == ("", "", [])
    assert cell.error in ("", "ValueError")


def test_places_are_those_of_code_cells() -> None:
    book = notebook({"cell_type": "markdown", "metadata": {}, "source": "text"}, "a\nb\nc", "")
    assert {index: (place.number, place.lines) for index, place in book.places.items()} == {1: (1, 3), 2: (2, 1)}


def test_a_markdown_cell_has_no_python() -> None:
    book = notebook({"cell_type": "markdown", "metadata": {}, "source": "def f(): pass"})
    assert book.cells[0].tree().body == []
    with pytest.raises(NotDefined):
        book.tree("f")
