"""What is graded of a notebook: odd ones are taken with all of their code, and what is none is refused in words."""

import json
import time
from typing import Any

import nbformat
import pytest

from openjupyter_service.errors import InvalidSubmission, TooLarge
from openjupyter_service.grading.notebook import clean_notebook


def cleaned(notebook: Any) -> Any:
    node = nbformat.reads(clean_notebook(notebook).decode(), as_version=nbformat.NO_CONVERT)
    nbformat.validate(node)
    assert (node.nbformat, node.nbformat_minor) == (4, 5)
    return node


def notebook(*cells: dict[str, Any], **changes: Any) -> dict[str, Any]:
    return {"nbformat": 4, "nbformat_minor": 5, "metadata": {}, "cells": list(cells), **changes}


def code(source: Any = "x = 1", **changes: Any) -> dict[str, Any]:
    cell = {"cell_type": "code", "id": "a", "metadata": {}, "source": source, "outputs": [], "execution_count": 3}
    return {**cell, **changes}


def sources(node: Any) -> list[str]:
    return [cell.source for cell in node.cells]


@pytest.mark.parametrize("minor", [0, 1, 2, 3, 4, 5, 6, 99, None, "5", -1])
def test_any_minor_version_of_format_4_is_taken(minor: Any) -> None:
    assert sources(cleaned(notebook(code(), nbformat_minor=minor))) == ["x = 1"]


@pytest.mark.parametrize("key", ["metadata", "nbformat_minor"])
def test_what_a_notebook_can_do_without_may_be_missing(key: str) -> None:
    values = notebook(code())
    del values[key]
    assert sources(cleaned(values)) == ["x = 1"]


@pytest.mark.parametrize("key", ["metadata", "outputs", "execution_count", "id"])
def test_what_a_cell_can_do_without_may_be_missing(key: str) -> None:
    cell = code()
    del cell[key]
    assert sources(cleaned(notebook(cell))) == ["x = 1"]


ODD: list[Any] = [
    None,
    [],
    {},
    0,
    1,
    -1,
    1.5,
    True,
    False,
    "",
    "auto",
    "x",
    ["x"],
    [1],
    {"name": 5},
    {"x": 1},
    {"x": "y"},
]
KNOWN = ["kernelspec", "language_info", "title", "authors"]
KNOWN_OF_CELLS = [
    "tags", "name", "format", "collapsed", "deletable", "editable", "scrolled", "jupyter", "execution", "attachments",
]  # fmt: skip


def nbformat_takes(document: dict[str, Any]) -> bool:
    try:
        nbformat.validate(nbformat.from_dict(document))
    except nbformat.ValidationError:
        return False
    return True


def bare(kind: str, metadata: dict[str, Any]) -> dict[str, Any]:
    """A cell of a kind that nbformat takes if it takes the metadata."""
    cell = code(cell_type=kind, metadata=metadata)
    return cell if kind == "code" else {key: cell[key] for key in ("id", "cell_type", "metadata", "source")}


@pytest.mark.parametrize("metadata", [None, [], 5, "x"])
def test_metadata_that_are_none_are_left_out(metadata: Any) -> None:
    node = cleaned(notebook(code(metadata=metadata), metadata=metadata))
    assert node.metadata == node.cells[0].metadata == {}


@pytest.mark.parametrize("key", [*KNOWN, "of our own"])
def test_what_nbformat_refuses_of_a_notebooks_metadata_is_left_out_and_nothing_else(key: str) -> None:
    inner = [{key: each} for key in ("name", "display_name", "codemirror_mode", "mimetype") for each in ODD]
    for value in [*ODD, *inner, *({"name": "n", "display_name": "d"} | each for each in inner)]:
        document = notebook(metadata={key: value, "kept": 1})
        kept = {"kept": 1, key: value} if nbformat_takes(document) else {"kept": 1}
        assert cleaned(document).metadata == kept, value


@pytest.mark.parametrize("key", [*KNOWN_OF_CELLS, "of our own"])
@pytest.mark.parametrize("kind", ["code", "markdown", "raw"])
def test_what_nbformat_refuses_of_a_cells_metadata_is_left_out(key: str, kind: str) -> None:
    inner = [{key: each} for key in ("source_hidden", "outputs_hidden", "iopub.execute_input") for each in ODD]
    for value in [*ODD, *inner]:
        (cell,) = cleaned(notebook(code(cell_type=kind, metadata={key: value, "kept": 1}))).cells
        cell = dict(cell.metadata)
        assert cell.pop("kept") == 1
        if cell != {key: value} and not (key == "tags" and value == [1]):
            assert cell == {}
            kinds = ("code", "markdown", "raw")  # the rules of one kind of cell are ours for all
            assert not all(nbformat_takes(notebook(bare(kind, {key: value}))) for kind in kinds), value


def test_bad_tags_of_a_cell_leave_its_good_ones() -> None:
    tags = ["a", "a", 5, "b,c", "", "d"]
    node = cleaned(notebook(code(metadata={"tags": tags, "deletable": "yes", "name": "", "x": 1})))
    assert node.cells[0].metadata == {"tags": ["a", "d"], "deletable": "yes", "x": 1}


def test_good_metadata_stays() -> None:
    kernel = {"kernelspec": {"name": "odd", "display_name": "An odd one"}, "colab": {"x": [1]}}
    node = cleaned(notebook(code(metadata={"tags": ["t"], "jupyter": {"source_hidden": True}}), metadata=kernel))
    assert node.metadata == kernel
    assert node.cells[0].metadata == {"tags": ["t"], "jupyter": {"source_hidden": True}}


def test_the_first_cell_of_an_id_keeps_it() -> None:
    ids = ["a", "a", "a", None, "", "not an id!", "x" * 65, 7, "x" * 64, "x" * 64]
    found = [cell.id for cell in cleaned(notebook(*(code(id=each) for each in ids))).cells]
    assert found[0] == "a" and found[8] == "x" * 64
    assert len(set(found)) == len(ids)
    assert found == [cell.id for cell in cleaned(notebook(*(code(id=each) for each in ids))).cells]


@pytest.mark.parametrize(
    ("source", "graded"),
    [
        ("a\0b = 1\0", "ab = 1"),
        ("\ufeffx = 1", "x = 1"),
        (["x = 1\n", "y = 2"], "x = 1\ny = 2"),
        ([], ""),
        ("x = '\ud800'", "x = '?'"),
        ("ä = '\U0001f600'", "ä = '\U0001f600'"),
    ],
)
def test_sources(source: Any, graded: str) -> None:
    assert sources(cleaned(notebook(code(source)))) == [graded]
    assert sources(cleaned(json.dumps(notebook(code(source))))) == [graded]


def test_outputs_of_any_size_are_left_out() -> None:
    output = {"output_type": "stream", "name": "stdout", "text": "x" * 15_000_000}
    content = clean_notebook(notebook(code(outputs=[output, {"nonsense": 1}], attachments={"a": 1})))
    assert len(content) < 1_000


def test_sources_over_the_limit_are_too_large() -> None:
    with pytest.raises(TooLarge, match="10 MB without its outputs"):
        clean_notebook(notebook(code("#" * (10 * 2**20))))


def test_cells_of_other_kinds_are_kept_as_text() -> None:
    cells = [{"cell_type": kind, "metadata": {}, "source": "t"} for kind in ("markdown", "raw", "sql")]
    assert [cell.cell_type for cell in cleaned(notebook(*cells)).cells] == ["markdown", "raw", "raw"]


def test_a_notebook_without_cells_is_one() -> None:
    assert cleaned(notebook()).cells == []


def test_ten_thousand_cells_take_a_moment() -> None:
    started = time.process_time()
    node = cleaned(json.dumps(notebook(*(code(f"x{index} = {index}") for index in range(10_000)))))
    assert sources(node)[-1] == "x9999 = 9999"
    assert time.process_time() - started < 10


def test_format_3_is_upgraded_even_if_much_is_missing() -> None:
    cells = [
        {
            "cell_type": "code",
            "input": ["x = 1\n", "y = 2"],
            "outputs": [{"output_type": "pyout"}],
            "language": "python",
        },
        {"cell_type": "heading", "source": "Title", "level": 2},
        {"cell_type": "code", "input": "z = 3"},
    ]
    assert sources(cleaned({"nbformat": 3, "worksheets": [{"cells": cells}]})) == ["x = 1\ny = 2", "## Title", "z = 3"]


def test_files_as_bytes_and_with_a_byte_order_mark() -> None:
    text = json.dumps(notebook(code("x = 'ä'")), ensure_ascii=False)
    for content in (text, text.encode(), b"\xef\xbb\xbf" + text.encode(), "\ufeff" + text):
        assert sources(cleaned(content)) == ["x = 'ä'"]


@pytest.mark.parametrize(
    ("content", "words"),
    [
        ("{}".encode("utf-16"), "not UTF-8"),
        (b"\xff", "not UTF-8"),
        (b"", "not JSON"),
        (b"\x89PNG", "not UTF-8"),
        ("x = 1", "not JSON"),
        ("[]", "not JSON of a notebook"),
        ("{}", "does not say its format"),
        ('{"nbformat": true, "cells": []}', "does not say its format"),
        ('{"nbformat": 5, "cells": []}', "of format 5"),
        ('{"nbformat": 4}', "not a notebook"),
        ('{"nbformat": 4, "cells": [{"cell_type": "code", "source": 5}]}', "not a notebook"),
        ('{"nbformat": 4, "cells": [{"cell_type": [], "source": [5]}]}', "not a notebook"),
        ("[" * 100_000, "not a notebook"),
    ],
)
def test_what_is_no_notebook_is_refused_with_the_next_step(content: Any, words: str) -> None:
    with pytest.raises(InvalidSubmission) as caught:
        clean_notebook(content)
    assert words in str(caught.value) and "save it in JupyterLab and submit again" in str(caught.value)
