import pytest

NUMBER = 271828
WORD = "okapi-604113"


import math
import unittest

import numpy as np
import pandas as pd

ONE = pytest.mark.points(1)


class EachAssertion(unittest.TestCase):
    """Assertions of unittest"""

    def test_equal(self):
        self.assertEqual(self.learner.answer(NUMBER), 3)

    def test_count(self):
        self.assertCountEqual(list(self.learner.answer(NUMBER)), [3])

    def test_almost(self):
        self.assertAlmostEqual(self.learner.answer(NUMBER), 3)

    def test_true(self):
        self.assertTrue(self.learner.answer(NUMBER))

    def test_member(self):
        self.assertIn(self.learner.answer(NUMBER), [3])

    def test_less(self):
        self.assertLess(self.learner.answer(NUMBER), 5)


@ONE
@pytest.mark.parametrize(
    "holds",
    [
        lambda value: value == pytest.approx(3),
        lambda value: pytest.approx(3) == value,
        lambda value: value,
        lambda value: value < 5,
        lambda value: 5 > value,
        lambda value: value in {3, NUMBER},
        lambda value: 3 in [value],
        lambda value: math.isclose(value, 3),
        lambda value: isinstance(value, int) and value == 3,
        lambda value: str(value) == "3",
        lambda value: f"{value}" == "3",
        lambda value: np.allclose(value, 3),
        lambda value: round(value) == 3,
        lambda value: max(value, 2) == value,
        lambda value: sorted([value, 2]) == [2, value],
        lambda value: {value: 1}.get(3) == 1,
        lambda value: [value] == [3],
        lambda value: (1, value) == (1, 3),
        lambda value: range(5)[value] == 3,
    ],
)
def test_holds(learner, holds):
    """Any assertion"""
    assert holds(learner.answer(NUMBER))


@ONE
@pytest.mark.parametrize(
    "check",
    [np.testing.assert_array_equal, np.testing.assert_allclose, np.testing.assert_equal],
)
def test_numpy(learner, check):
    """Assertions of numpy"""
    check(learner.answer(NUMBER), 3)


@ONE
def test_pandas(learner):
    """Assertions of pandas"""
    pd.testing.assert_frame_equal(learner.answer(NUMBER), pd.DataFrame({"a": [3]}))
