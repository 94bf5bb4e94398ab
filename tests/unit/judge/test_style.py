"""The style check: ruff over a learner's notebook, whose findings name cells as JupyterLab shows them."""

import json
import time
from pathlib import Path
from typing import Any

import pytest

from openjupyter_service.judge import style
from openjupyter_service.judge.style import MAX_FINDINGS, StyleCheck

SELECT = ["E", "F", "W"]


def code(source: Any, name: str = "x", **changes: Any) -> dict[str, Any]:
    cell = {"cell_type": "code", "id": name, "metadata": {}, "source": source, "outputs": [], "execution_count": None}
    return cell | changes


TEXT: dict[str, Any] = {"cell_type": "markdown", "id": "m", "metadata": {}, "source": "import os"}


def notebook(*cells: Any, **changes: Any) -> str:
    return json.dumps({"cells": list(cells), "metadata": {}, "nbformat": 4, "nbformat_minor": 5} | changes)


def check(text: str, select: list[str] = SELECT, ignore: tuple[str, ...] = ()) -> list[dict[str, Any]] | None:
    with StyleCheck(text, select, list(ignore)) as started:
        return started.findings()


def places(text: str) -> list[tuple[Any, ...]]:
    found = check(text)
    assert found is not None
    return [(each["cell"], each["number"], each["cell_id"], each["line"], each["code"]) for each in found]


def test_findings_name_the_cells_of_the_notebook() -> None:
    text = notebook(
        TEXT,
        code("import os\n", "a"),
        TEXT,
        code("%matplotlib inline\nx = 1\nx == None\n", "b"),
        code("%%bash\nls -l; import sys\n", "c"),
        code("!ls\nfiles = !ls\nprint?\n", "d"),
        code("", "e"),
        {"cell_type": "raw", "id": "r", "metadata": {}, "source": "import os"},
        code("%%time\nimport sys\n", "f"),
        code(["l = 1\n", "z = missing\n"], "g"),
        code("await asyncio.sleep(1)", "h"),
    )
    assert places(text) == [
        (1, 1, "a", 1, "F401"),
        (3, 2, "b", 3, "E711"),
        (8, 6, "f", 2, "F401"),
        (9, 7, "g", 1, "E741"),
        (9, 7, "g", 2, "F821"),
        (10, 8, "h", 1, "F821"),
    ]


def test_a_finding_is_whole() -> None:
    assert check(notebook(TEXT, code("import os", "abc"))) == [
        {"cell": 1, "number": 1, "cell_id": "abc", "line": 1, "column": 8, "code": "F401",
         "message": "`os` imported but unused"},
    ]  # fmt: skip


def test_rules_are_selected_and_ignored() -> None:
    text = notebook(code("import os\nl = 1\nl == None"))
    assert {each["code"] for each in check(text, ["E"]) or []} == {"E741", "E711"}
    assert {each["code"] for each in check(text, ["E", "F"], ("E7",)) or []} == {"F401"}
    assert check(text, ["NOSUCHRULE"]) is None


def test_learners_cannot_switch_it_off(tmp_path: Path) -> None:
    assert places(notebook(code("# ruff: noqa\n# flake8: noqa\nimport os  # noqa\n"))) == [(0, 1, "x", 3, "F401")]


def test_a_notebook_that_is_no_python_has_no_style() -> None:
    assert check(notebook(code("import os"), code("def f(:\n"))) is None


@pytest.mark.parametrize(
    "text",
    [
        "",
        "{",
        "[]",
        "null",
        "{}",
        json.dumps({"cells": None}),
        json.dumps({"cells": {}}),
        json.dumps({"cells": [1, None, []]}),
        "[" * 100_000,
        notebook(),
        notebook(TEXT),
        notebook(code("")),
        notebook(code(None)),
        notebook({"cell_type": "code"}),
        notebook(code("x = '\0'")),
        notebook(code("(" * 50_000)),
        notebook(code("x = " + "-" * 100_000 + "1")),
    ],
    ids=lambda text: text[:50],
)
def test_odd_notebooks_do_no_harm(text: str) -> None:
    assert check(text) in ([], None)


@pytest.mark.parametrize(
    "text",
    [
        notebook(code("import os", id=7)),
        notebook(code("import os", id=None)),
        notebook(code(["import", 3, " os"])),
        notebook(code("import os\nx = '\ud800'")),
        notebook(code("import os"), metadata={"kernelspec": {"language": "R"}, "language_info": {"name": "R"}}),
        notebook(code("import os"), nbformat_minor=2),
        notebook(code("import os"), nbformat="four", nbformat_minor=None),
        notebook(code("import os", metadata=None, outputs=[{"output_type": "stream", "text": "x" * 10_000}])),
        notebook(code("import os"), {"cell_type": "heading", "source": 3}),
    ],
    ids=lambda text: text[:150],
)
def test_odd_notebooks_are_checked_all_the_same(text: str) -> None:
    found = check(text)
    assert found is not None and [each["code"] for each in found] == ["F401"]


def test_findings_are_counted_up_to_a_limit() -> None:
    found = check(notebook(*[code("import os") for _ in range(1_500)]))
    assert found is not None and len(found) == MAX_FINDINGS


def test_what_takes_too_long_is_stopped(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(style, "MAX_SECONDS", 0.3)
    monkeypatch.setattr(style, "_COMMAND", ["/bin/sh", "-c", "sleep 60; exit"])
    began = time.monotonic()
    assert check(notebook(code("import os"))) is None
    assert time.monotonic() - began < 5


def test_what_writes_too_much_is_stopped(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(style, "_COMMAND", ["/bin/sh", "-c", "sleep 0.2; exec yes"])
    assert check(notebook(code("import os"))) is None


def test_it_runs_beside_the_tests_and_leaves_nothing_behind(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(style.tempfile, "tempdir", str(tmp_path))
    with StyleCheck(notebook(code("import os")), SELECT, []) as started:
        assert started._process.poll() is None, "waited for the end of ruff"
    assert list(tmp_path.iterdir()) == []
