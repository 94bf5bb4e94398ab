# %% plain
# %%
import doctest
import unittest


def twice(number):
    """Twice a number.

    >>> twice(2)
    5
    """
    return number * 2


doctest.testmod(verbose=True)
# %%
class TestMean(unittest.TestCase):
    def test_mean(self):
        self.assertEqual(mean([1, 2, 3]), 2)

    def test_wrong(self):
        self.assertEqual(mean([1, 2, 3]), 3)


unittest.main(argv=[""], exit=False)
# %%
unittest.main()
# %%
import pytest

pytest.main(["-q"])
# %%
assert mean([1, 2]) == 2, "I do not understand this"
