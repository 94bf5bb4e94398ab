"""What can be sealed, and why the rest cannot: one line of a test each."""

import pytest

from openjupyter_service.exchange.sealing import examine
from openjupyter_service.exchange.sent import with_sent
from openjupyter_service.exchange.surroundings import Surroundings

NOTEBOOK = """
import math
import numpy as np
import matplotlib.pyplot as plt
data = [1, 2]
def f(x): return x
class Account: pass
"""


def surroundings() -> Surroundings:
    found = Surroundings()
    found.add(NOTEBOOK)
    found.add("def check(x): assert x", is_given=True)
    found.add("from numpy.testing import assert_allclose\nleft = 1", is_test=True)
    return found


@pytest.mark.parametrize(
    "source",
    [
        "assert f(1) == 1",
        "x = 3\nassert f(x) == x",
        "assert math.isclose(f(1), 1) and np.allclose(f([1]), [1])",
        "assert_allclose(f(1), 1)",
        "try:\n    f(1)\nexcept (ValueError, TypeError):\n    pass",
        "import pytest\nwith pytest.raises(ValueError, match='a'):\n    f(1)",
        "assert isinstance(f(1), (int, np.integer)), f'{f(1)} is no number'",
        "assert isinstance(f(1), int | float)",
        "assert f(1) is None",
        "for given, wanted in [(1, 1), (2, 2)]:\n    assert f(given) == wanted",
        "account = Account()\nassert account.balance == 0 and account.deposit(1) is None",
        "assert [f(n) for n in range(3)] == [0, 1, 2]",
        "generator = np.random.default_rng(3)\nassert f(int(generator.integers(5))) >= 0",
        "import random\nrng = random.Random(1)\nassert f(rng.randint(1, 2))",
        "assert data == [1, 2]",
        "assert f(data) == [1, 2]",
        "def twice(n):\n    return 2 * n\nassert f(twice) == 4",
    ],
)
def test_sealed(source: str) -> None:
    assert examine(source, surroundings()).reason == ""


@pytest.mark.parametrize(
    ("source", "reason"),
    [
        ("%time f(1)", "magics"),
        ("!ls\nassert f(1)", "magics"),
        ("return 1 +", "no Python"),
        ("global data", "variables of the notebook"),
        ("del f", "changes `f`"),
        ("data = 3\nassert f(1)", "changes `data`"),
        ("data.append(3)\nassert f(1)", "changes `data`"),
        ("data[0] = 3\nassert f(1)", "changes `data`"),
        ("f.calls = 0\nassert f(1)", "changes `f`"),
        ("class B: pass\nassert f(B())", "defines a class"),
        ("await f(1)", "awaits"),
        ("try:\n    f(1)\nexcept:\n    pass", "catches an exception"),
        ("try:\n    f(1)\nexcept NameError:\n    pass", "catches an exception"),
        ("try:\n    f(1)\nexcept BaseException:\n    pass", "catches an exception"),
        ("try:\n    f(1)\nexcept Account:\n    pass", "catches an exception"),
        ("import pytest\nwith pytest.raises(Account):\n    f(1)", "none of Python's own"),
        ("with open('a') as file:\n    assert f(file)", "`open`"),
        ("with np.errstate(all='raise'):\n    f(1)", "uses `with`"),
        ("import os\nassert f(os.getcwd())", "module `os`"),
        ("import sklearn\nassert f(1)", "only the learner's kernel has"),
        ("from os.path import *\nassert f(1)", "no Python that can stand in a function"),
        ("assert plt.gca()", "only the learner's kernel has"),
        ("assert check(f(1))", "a cell of the notebook defines"),
        ("assert f.__name__ == 'f'", "`__name__`"),
        ("np.random.seed(1)\nassert f(1)", "random numbers"),
        ("import random\nassert f(random.random())", "random numbers"),
        ("assert f(np.loadtxt('a'))", "files"),
        ("assert f(1) is f(1)", "same object"),
        ("assert isinstance(f(1), Account)", "no plain data"),
        ("assert callable(f)", "`callable`"),
        ("assert hasattr(f(1), 'a')", "`hasattr`"),
        ("assert str(f(1)) == '1'", "the text"),
        ("assert f'{f(1)}' == '1'", "into a text"),
        ("assert Account() == Account()", "compare objects"),
        ("a = Account()\nassert a == 1", "compare objects"),
        ("a = Account()\nassert sorted([a])", "`sorted` with objects"),
        ("a = Account()\nassert (a + a).b", "calculate"),
        ("x = [1]\nassert f(x) == x", "looks at `x` again"),
        ("x = [1]\nassert f((x, 1)) and x", "looks at `x` again"),
        ("x = [1]\nfor n in range(2):\n    assert f(x)", "looks at `x` again"),
        ("f(data)\nassert data == [1, 2]", "looks at `data` again"),
        ("assert globals()", "`globals`"),
        ("assert get_ipython()", "`get_ipython`"),
        ("assert input()", "`input`"),
        ("assert learner", "`learner`"),
    ],
)
def test_not_sealed(source: str, reason: str) -> None:
    assert reason in examine(source, surroundings()).reason


@pytest.mark.parametrize(
    ("source", "sent"),
    [
        ("x = [1]\nassert f(x) == x", "x = learner.send([1])\nassert f(x) == learner.value(x)"),
        (
            "x = np.ones(3)\nf(x, k=x)\nassert x[0]",
            "x = learner.send(np.ones(3))\nf(x, k=x)\nassert learner.value(x)[0]",
        ),
        (
            "for x in [[1]]:\n    f(x)\n    assert x",
            "for x in [[1]]:\n    x = learner.send(x)\n    f(x)\n    assert learner.value(x)",
        ),
        ("x = f(1)\nassert f(x) == sum(x)", "x = learner.send(f(1))\nassert f(x) == sum(learner.value(x))"),
    ],
)
def test_what_may_be_changed_is_sent(source: str, sent: str) -> None:
    assert with_sent(source, {"x"}, {"f"}) == sent


def test_what_is_looked_at_again_is_sent_and_nothing_else() -> None:
    found = examine("x = [1]\ny = [2]\nassert f(x) == x and f(y)", surroundings(), may_send=True)
    assert (found.reason, found.sent) == ("", ("x",))


@pytest.mark.parametrize(
    "source",
    [
        "x = open\nassert f(x) == x",
        "x = iter([1])\nassert f(x) == x",
        "x, y = [1], 2\nassert f(x) == x",
        "x = [1]\nx += [2]\nassert f(x) == x",
        "x = [1]\nx.append(2)\nassert f(x) == x",
        "for x, y in {}.items():\n    assert f(x) == x",
    ],
)
def test_what_cannot_be_sent_is_not(source: str) -> None:
    assert examine(source, surroundings(), may_send=True).reason


def test_names_and_imports_of_a_test() -> None:
    found = examine("assert np.isclose(f(x), math.pi) and len(y)", surroundings())
    assert found.names == ("f", "x", "y")
    assert found.imports == ("import math", "import numpy as np")


def test_huge_and_deep_code_is_left_to_the_kernel() -> None:
    assert examine("(" * 10_000, surroundings()).reason
    assert examine(f"assert {'-' * 100_000}1", surroundings()).reason
