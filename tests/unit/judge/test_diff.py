"""Tables of differences: what differs comes first, nothing grows without bounds, nothing odd breaks them."""

import datetime as dt
import json
import time
from typing import Any

import numpy as np
import pandas as pd
import pytest

from openjupyter_service.judge.diff import MAX_CELL, MAX_COLUMNS, MAX_ROWS, table


def same(got: Any, expected: Any) -> bool:
    try:
        return bool(got == expected)
    except Exception:
        return False


def rows(got: Any, expected: Any) -> list[tuple[Any, ...]]:
    found = table(got, expected, same)
    assert found is not None
    json.dumps(found)
    return [
        (row["label"], *((c["got"], c["expected"]) if not c["same"] else c["got"] for c in row["cells"]))
        for row in found["rows"]
    ]


def test_lists_are_compared_item_by_item() -> None:
    assert rows([1, 2, 3], [1, 5, 3, 4]) == [("1", ("2", "5")), ("3", ("", "4")), ("0", "1"), ("2", "3")]
    assert rows((1, 2), [1, 2]) == [("0", "1"), ("1", "2")]
    assert rows([], [1]) == [("0", ("", "1"))]


def test_lists_of_rows_have_columns() -> None:
    got, expected = [["tea", 2], ["jam", 1]], [["tea", 3], ["jam", 1]]
    assert rows(got, expected) == [("0", "'tea'", ("2", "3")), ("1", "'jam'", "1")]
    found = table([{"a": 1, "b": 2}], [{"a": 1, "c": 2}], same)
    assert found and found["columns"] == ["a", "c", "b"]
    assert rows([{"a": 1, "b": 2}], [{"a": 1, "c": 2}]) == [("0", "1", ("", "2"), ("2", ""))]


def test_mappings_are_compared_key_by_key() -> None:
    assert rows({"tea": 2, "jam": 1}, {"jam": 1, "tea": 3, 4: 5}) == [
        ("tea", ("2", "3")),
        ("4", ("", "5")),
        ("jam", "1"),
    ]


def test_sets_tell_what_is_missing_and_what_is_too_many() -> None:
    assert rows({1, 2}, {2, 3}) == [("missing", ("", "3")), ("too many", ("1", "")), ("", "2")]


def test_arrays() -> None:
    assert rows(np.array([1, 2]), np.array([1, 3])) == [("1", ("2", "3")), ("0", "1")]
    assert rows(np.eye(2), np.zeros((2, 2)))[0] == ("0", ("1.0", "0.0"), "0.0")
    cube = np.zeros((2, 2, 2))
    changed = cube.copy()
    changed[1, 0, 1] = 5
    assert rows(cube, changed)[0] == ("(1, 0, 1)", ("0.0", "5.0"))
    assert rows(np.array([1, 2]), [1, 3]) == [("1", ("2", "3")), ("0", "1")]


def test_frames_are_compared_by_label() -> None:
    got = pd.DataFrame({"n": [1, 2]}, index=["b", "a"])
    expected = pd.DataFrame({"n": [2, 9, 1]}, index=["a", "c", "b"])
    assert rows(got, expected) == [("c", ("", "9")), ("a", "2"), ("b", "1")]
    assert rows(pd.DataFrame({"x": [1]}), pd.DataFrame({"y": [1]})) == [("0", ("", "1"), ("1", ""))]


def test_frames_whose_labels_repeat_are_compared_by_place() -> None:
    got = pd.DataFrame({"n": [1, 2]}, index=["a", "a"])
    assert rows(got, pd.DataFrame({"n": [1, 3]}, index=["a", "a"])) == [("1", ("2", "3")), ("0", "1")]
    double = pd.DataFrame([[1, 2]], columns=["n", "n"])
    assert rows(double, pd.DataFrame([[1, 3]], columns=["n", "n"])) == [("0", "1", ("2", "3"))]


def test_types_of_columns_are_told() -> None:
    assert rows(pd.DataFrame({"n": [1]}), pd.DataFrame({"n": [1.0]})) == [("type", ("int64", "float64")), ("0", "1")]
    assert rows(pd.Series([1]), pd.Series([1.0]))[0] == ("type", ("int64", "float64"))


def test_texts_of_many_lines() -> None:
    assert rows("a\nb\nc", "a\nB\nc") == [("2", ("'b'", "'B'")), ("1", "'a'"), ("3", "'c'")]
    assert rows("a\nc", "a\nb\nc")[0] == ("+", ("", "'b'"))
    assert rows("a \nb", "a\nb")[0] == ("1", ("'a '", "'a'"))
    assert rows("a\tb\x1b\nb", "a\nb")[0] == ("1", ("'a\\tb\\x1b'", "'a'"))


@pytest.mark.parametrize(
    ("got", "expected"),
    [
        *((1, 2), ("a", "b"), ("a\n", "b\n"), (None, [1]), ([1], None), ([1], {"a": 1}), ({1}, [1])),
        *((pd.DataFrame({"a": [1]}), [1]), (np.array(1), np.array(2)), (3.0, pytest.approx(2.0))),
    ],
    ids=repr,
)
def test_what_is_plain_or_unlike_has_no_table(got: Any, expected: Any) -> None:
    assert table(got, expected, same) is None


def test_tolerance_of_approx_is_shown() -> None:
    assert rows([1.0, 2.0], pytest.approx([1.0, 3.0], abs=0.5)) == [
        ("1", ("2.0", "3.0 ± 0.5")),
        ("0", "1.0"),
    ]
    assert rows({"a": 1.0}, pytest.approx({"a": 2.0}, abs=0.5)) == [("a", ("1.0", "2.0 ± 0.5"))]
    assert rows(np.ones((1, 2)), pytest.approx(np.array([[1, 2]]), abs=0.5)) == [("0", "1.0", ("1.0", "2 ± 0.5"))]


def test_tables_are_small() -> None:
    wide = pd.DataFrame(np.zeros((100, 40)))
    other = wide.copy()
    other.iloc[70, 30] = 1.0
    found = table(wide, other, same)
    assert found is not None
    assert (len(found["columns"]), len(found["rows"]), found["more"]) == (MAX_COLUMNS, MAX_ROWS, 80)
    assert "30" in found["columns"] and found["rows"][0]["label"] == "70"
    long = table(["x" * 10_000], ["y" * 10_000], same)
    assert long and len(long["rows"][0]["cells"][0]["got"]) <= MAX_CELL


def test_huge_values_take_little_time() -> None:
    began = time.monotonic()
    million = list(range(1_000_000))
    found = table(million, [*million[:-1], -1], same)
    assert found and found["more"] == 1_000_000 - MAX_ROWS
    frame = pd.DataFrame(np.zeros((1_000_000, 3)))
    assert table(frame, frame + 1, same)
    wide = pd.DataFrame(np.zeros((3_000, 5_000)))
    assert table(wide, wide + 1, same)
    assert table(wide.to_numpy(), wide.to_numpy() + 1, same)
    assert table([[0] * 5_000] * 3_000, [[1] * 5_000] * 3_000, same)
    lines = "\n".join(str(number % 100) for number in range(5_000))
    assert table(lines, lines[::-1], same)
    assert table("x\n" * 1_000_000, "y\n" * 1_000_000, same)
    assert table(set(range(100_000)), set(range(1, 100_001)), same)
    assert time.monotonic() - began < 20


@pytest.mark.parametrize(
    "value",
    [
        pd.DataFrame({"t": pd.to_datetime(["2024-01-01", None]), "c": pd.Categorical(["a", None])}),
        pd.DataFrame({"n": [1.0, float("nan")]}, index=pd.MultiIndex.from_tuples([("a", 1), ("b", 2)])),
        pd.DataFrame(),
        pd.DataFrame(index=[1, 2]),
        pd.Series([], dtype=float),
        pd.Index(["a", "b"]),
        np.array([], dtype=int),
        np.zeros((0, 3)),
        np.array(["a", "b"]),
        np.array([1 + 2j]),
        np.array(["2024-01-01"], dtype="datetime64[D]"),
        np.zeros(2, dtype=[("a", int), ("b", float)]),
        {dt.date(2024, 1, 1): [1], None: {2}},
        {1, "a", None},
        [[1], [1, 2], []],
        [{"a": 1}, {}],
        [[[1]], [[2]]],
        range(5),
        [float("nan")],
        [10**5_000],
    ],
    ids=lambda value: type(value).__name__,
)
def test_odd_values_make_a_table_with_themselves_and_with_others(value: Any) -> None:
    json.dumps(table(value, value, same))
    for other in ([1, 2], {"a": 1}, pd.DataFrame({"a": [1]}), pd.Series([1]), np.zeros(2), np.zeros((2, 2)), {1}):
        json.dumps([table(value, other, same), table(other, value, same)])
