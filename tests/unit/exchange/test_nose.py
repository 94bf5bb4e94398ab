"""Assertions of nose become unittest's."""

import unittest

import pytest

from openjupyter_service.exchange.nose import without_nose
from openjupyter_service.exchange.notes import Kind, Notes


@pytest.mark.parametrize(
    ("name", "theirs"),
    [
        ("assert_equal", "assertEqual"),
        ("assert_equals", "assertEqual"),
        ("assert_raises", "assertRaises"),
        ("assert_almost_equal", "assertAlmostEqual"),
        ("assert_is_instance", "assertIsInstance"),
        ("assert_dict_equal", "assertDictEqual"),
        ("eq_", "assertEqual"),
        ("ok_", "assertTrue"),
    ],
)
def test_each_assertion_has_its_own(name: str, theirs: str) -> None:
    notes = Notes()
    source = without_nose(f"from nose.tools import {name}\nx = 1", notes)
    assert source == f"import unittest\n{name} = unittest.TestCase().{theirs}\nx = 1"
    assert hasattr(unittest.TestCase, theirs)
    assert [note.what for note in notes.of(Kind.CHANGED)] == ["assertions of nose"]


def test_all_forms_of_the_import() -> None:
    text = "from nose.tools import (\n    assert_true,\n    assert_in as is_in,\n)\n"
    text += "if x:\n    from nose.tools import ok_  # one"
    source = without_nose(text, Notes())
    compile(source, "cell", "exec")
    assert "is_in = unittest.TestCase().assertIn\n" in source and "    ok_ = unittest.TestCase().assertTrue" in source
    names: dict[str, object] = {"x": True}
    exec(source, names)
    assert {"assert_true", "is_in", "ok_"} <= set(names)


def test_what_is_not_replaced_is_told() -> None:
    notes = Notes()
    assert without_nose("import nose.tools as nt", notes) == "import nose.tools as nt"
    assert [note.what for note in notes.of(Kind.DROPPED)] == ["what another import of nose gives"]


def test_other_code_stays() -> None:
    notes = Notes()
    assert without_nose("nose = 'long'", notes) == "nose = 'long'" and notes.all == []
