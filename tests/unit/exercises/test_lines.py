"""The finder of lines in TOML agrees with tomllib on which keys there are."""

import tomllib
from typing import Any

import pytest

from openjupyter_service.exercises.lines import KeyPath, key_lines

TEXT = '''# a comment
title = "a # no comment"
files = [
  "a.py",  # one
  [1, 2],
  """x
= 1
[y]""",
]

[limits]   # more
"quoted key" = 1
a.b . "c.d" = 2
date = 1979-05-27 07:32:00
inline = { x = 1, y = [ { z = 2 },
  { z = 3 } ] }

[[samples]]
path = 'C:\\'
[samples.deep]
x = -inf
[[samples]]

  path = "\\"]"
  many = \'\'\'
[[not]]
a = 1\'\'\'
[[samples.inner]]
y = true
[ a . b ]
c = """""quoted""""" # two quotes inside
last = 1'''


def leaves(value: Any, path: KeyPath = ()) -> dict[KeyPath, Any]:
    """Every table, array and value by its path."""
    found: dict[KeyPath, Any] = {path: value} if path else {}
    items = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, inner in items:
        found |= leaves(inner, (*path, key))
    return found


def test_lines() -> None:
    lines = key_lines(TEXT)
    assert {path: lines[path] for path in lines if path[0] in ("title", "files")} == {
        ("title",): 2,
        ("files",): 3,
        ("files", 0): 4,
        ("files", 1): 5,
        ("files", 1, 0): 5,
        ("files", 1, 1): 5,
        ("files", 2): 6,
    }
    assert lines["limits",] == 11
    assert lines["limits", "quoted key"] == 12
    assert lines["limits", "a", "b", "c.d"] == 13
    assert lines["limits", "inline", "y", 1, "z"] == 16
    assert (lines["samples", 0], lines["samples", 1]) == (18, 22)
    assert (lines["samples", 0, "deep", "x"], lines["samples", 1, "path"]) == (21, 24)
    assert lines["samples", 1, "inner", 0, "y"] == 29
    assert lines["a", "b", "last"] == 32


@pytest.mark.parametrize(
    "text", [TEXT, TEXT.replace("\n", "\r\n"), "", "a=1", "a=[]\nb={}", "[x]", "a.a=1\na.b=2\n[[c]]"]
)
def test_the_keys_are_those_of_tomllib(text: str) -> None:
    assert set(key_lines(text)) == set(leaves(tomllib.loads(text)))


@pytest.mark.parametrize(
    "text", ["=", "a", "a =", "[", "[[a", "a = [1", "a = {", 'a = "', "\0", "a = 1 ]", "[[]]", "]"]
)
def test_what_is_no_toml_ends(text: str) -> None:
    key_lines(text)
