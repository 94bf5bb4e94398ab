"""Wrong variants of right code: every one parses, differs, and changes one place."""

import ast
import itertools
from typing import Any

import pytest

from openjupyter_service.exercises.mutate import mutants

MEAN = '''import csv

def mean(values):
    """The mean."""
    if len(values) == 0:
        raise ValueError("empty")
    total = 0
    for value in values:
        total += value
    return total / len(values)
'''


def changes(*sources: str) -> list[str]:
    return [mutant.change for mutant in mutants(sources)]


def test_every_kind_of_change_is_made() -> None:
    assert set(changes(MEAN)) == {
        "`len(values) == 0` became `(len(values) != 0)`",
        "`total / len(values)` became `(total * len(values))`",
        "`0` became `1`",
        "`return total / len(values)` became `return None`",
        "`raise ValueError('empty')` was deleted",
        "`total = 0` was deleted",
        "`total += value` was deleted",
    }


def test_every_kind_comes_early() -> None:
    first = changes(MEAN)[:4]
    assert ["==" in first[0], "0` became" in first[1], "None" in first[2], "deleted" in first[3]] == [True] * 4


def test_variants_parse_and_behave_otherwise() -> None:
    for mutant in mutants([MEAN]):
        namespace: dict[str, Any] = {}
        exec(mutant.source, namespace)
        try:
            results = [namespace["mean"]([1, 2, 6])]
            results.append(namespace["mean"]([]))
        except Exception as error:
            results = [type(error)]
        assert results != [3, ValueError], mutant
        assert mutant.source.splitlines()[mutant.line - 1] != MEAN.splitlines()[mutant.line - 1]
        assert sum(a != b for a, b in zip(mutant.source.splitlines(), MEAN.splitlines(), strict=False)) == 1


def test_functions_of_all_cells_take_turns_and_the_index_tells_which() -> None:
    found = list(mutants(["import numpy", "def f():\n    return 1 + 2\n", "def g(x):\n    return x < 3\n"]))
    assert [mutant.index for mutant in found[:4]] == [1, 2, 1, 2]


def test_without_functions_statements_are_changed() -> None:
    assert set(changes("x = 1\ny = x + 1")) == {
        "`x + 1` became `(x - 1)`",
        "`1` became `2`",
        "`x = 1` was deleted",
        "`y = x + 1` was deleted",
    }


def test_methods_nested_functions_and_async_ones_are_functions() -> None:
    source = "class A:\n    def m(self):\n        def inner():\n            return 1\n        return inner()\n"
    found = changes(source, "async def f():\n    return 2\n")
    assert "`1` became `2`" in found and "`2` became `3`" in found
    assert len(found) == len(set(found))


@pytest.mark.parametrize(
    "source",
    [
        "%matplotlib inline\n!ls\nif True:\n    %time x = 1\ndef f(ä):\n    return 'ä' + ä  # Ö\n",
        "def f(x):\n    return f'{x + 1} and {2:{3}}' + 'a'\n",
        "def f(a, b):\n    return a * b ** 2 @ -1 // 3 % 4\n",
        "def f(x):\n    return (x == 1\n        and x != 2\n        or not x is None)\n",
        "def f(x):\r\n    y = [x,\r\n         2.5]\r\n    return y\r\n",
        "def f(x=1e400, y=True, *, z=0x10):\n    return x, y\n",
    ],
)
def test_odd_sources_give_variants_that_parse(source: str) -> None:
    found = list(mutants([source]))
    assert found
    for mutant in found:
        lines = mutant.source.replace("%matplotlib inline", "pass").replace("!ls", "pass").replace("%time x", "x")
        ast.parse(lines)
        assert mutant.source != source
        assert [line for line in source.splitlines() if line[:1] in "%!"] == [
            line for line in mutant.source.splitlines() if line[:1] in "%!"
        ]


@pytest.mark.parametrize("source", ["", "%%bash\nls", "def f(", "# nothing", "x = '\0'", '"""text"""', "..."])
def test_what_cannot_be_changed_gives_nothing(source: str) -> None:
    assert list(mutants([source])) == []


def test_the_order_is_always_the_same() -> None:
    assert list(mutants([MEAN, MEAN])) == list(mutants([MEAN, MEAN]))
    assert len(list(itertools.islice(mutants([MEAN]), 3))) == 3
