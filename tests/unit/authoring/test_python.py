"""Cells as they are in the wild: commands of IPython, lines that begin with an operator, await outside of functions."""

from pathlib import Path

import pytest

from openjupyter_service.authoring.names import bound_names, free_names, read_before_set
from openjupyter_service.authoring.python import command_line, is_python, lines_in_strings, parse, without_commands
from tests.unit.authoring.sources import SOUND, Course, Result, built, code, text

B, E = "### BEGIN SOLUTION", "### END SOLUTION"


@pytest.mark.parametrize(
    "source",
    [
        "%matplotlib inline\nx = 1",
        "!pip list | head\nx = 1",
        "?len\nx = 1",
        "len?\nx = 1",
        "a.b??\nx = 1",
        "files = !ls\nx = 1",
        "y = %time 1\nx = 1",
        "if True:\n    %time 1\nx = 1",
        "%%time\nx = 1",
        "%%capture output\nx = 1",
        "x = (7\n     % 2)",
        "x = await f()",
        "async for x in f():\n    pass",
        "x = [await f() for f in fs]",
        "x = '''\n%a\n'''",
    ],
)
def test_cells_with_marks_may_hold_them(tmp_path: Path, source: str) -> None:
    assert is_python(source) and "x" in bound_names(source)
    result = built(tmp_path, *SOUND, code(f"{source}\n{B}\nsecret = 1\n{E}"))
    assert result.learner[2] == f"{source}\n# Your code here"
    assert result.solution[2] == f"{source}\nsecret = 1"


def test_commands_are_found_where_they_are() -> None:
    assert command_line("x = '''\n%a\n'''\n\n!ls") == 5
    assert command_line("x = (7\n     % 2)") is None
    assert command_line("x = 1\ny = !ls") == 2
    assert command_line("") is None
    assert without_commands("if x:\n    !ls") == "if x:\n    pass"
    assert not is_python("%%bash\nls") and not is_python("\n%%timeit_of_mine\nls")


def test_lines_in_strings() -> None:
    assert lines_in_strings('a = """\nb\n"""\nc = f"""\n{d}\n"""\ne = ("f"\n"g")') == {2, 3, 5, 6}
    assert lines_in_strings("") == set()


def test_names() -> None:
    source = (
        "import a.b\nfrom c import d as e\nf = g(f)\n\n\ndef h(i):\n    global j\n    j = k\n    return [l for l in i]"
    )
    assert bound_names(source) == {"a", "e", "f", "h", "j"}
    assert free_names(source) == {"g": 3, "k": 8}
    assert read_before_set(source) == {"f"}
    assert read_before_set("x += 1\ny = 1\ny += 1\nfor z in z:\n    pass") == {"x", "z"}
    assert parse("").body == []


def test_a_source_without_a_solution_is_told(tmp_path: Path) -> None:
    result = Result(Course(tmp_path, text("# T"), code("x = 1"), SOUND[2]))
    assert [note for note in result.notes if "has no solution between marks" in note]
