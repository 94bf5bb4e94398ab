"""Which cell defines what is tested, so that nbgrader's test cells stand behind it."""

import pytest

from tests.benchmarks.peers.bindings import bound_names


@pytest.mark.parametrize(
    ("source", "names"),
    [
        ("def mean(x):\n    total = 0\n", {"mean"}),
        ("async def largest(x): ...", {"largest"}),
        ("mean, (is_even, *rest) = work.mean, pair", {"mean", "is_even", "rest"}),
        ("class Work:\n    def mean(self): ...", {"Work"}),
        ("import os.path\nfrom tools import count_words as counted", {"os", "counted"}),
        ("if True:\n    mean = lambda x: (y := x)", {"mean"}),
        ("with open('x') as file:\n    pass", {"file"}),
        ("[passed for passed in points]", set()),
        ("%matplotlib inline\n!ls\nmean?\nlargest = max", {"largest"}),
        ("%%time\ndef mean(x): ...", {"mean"}),
        ("%%capture output\nlargest = max", {"largest"}),
        ("%%timeit -n 5\nlargest = max", set()),
        ("%%writefile tools.py\ndef count_words(text): ...", set()),
        ("def mean(x): ...\nThis is no Python.", {"mean"}),
        ("    def mean(x): ...\n  broken", set()),
        ("", set()),
    ],
)
def test_names_that_a_cell_binds(source: str, names: set[str]) -> None:
    assert bound_names(source) == names
