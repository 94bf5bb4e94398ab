"""Tests as plain statements: made into functions that the real judge runs against the solution and other work."""

from pathlib import Path
from typing import Any

import pytest

from tests.unit.authoring.sources import SOUND, TASK, TITLE, Course, Result, built, code, text
from tests.unit.judge.running import Namespace, run_judge

HB, HE = "### BEGIN HIDDEN TESTS", "### END HIDDEN TESTS"
STUB = "def mean(values):\n    raise NotImplementedError"


def hidden(source: str, *tags: str, **values: Any) -> dict[str, Any]:
    return code(f"{HB}\n{source}\n{HE}", *tags, **values)


def outcomes(folder: Path, result: Result, notebook: str | None = None) -> dict[str, tuple[str, float]]:
    """Outcome of each test, and what it is worth, by the real judge, for the solution or another notebook."""
    source = "\n".join(each for each in result.solution if not each.startswith("#")) if notebook is None else notebook
    folder.mkdir(exist_ok=True)
    judged = run_judge(folder, {"test_means.py": result.tests}, Namespace(source))
    return {name: (record["outcome"], record["points"]) for name, record in judged.tests.items()}


def test_nbgraders_cells_become_tests(tmp_path: Path) -> None:
    visible = "numbers = [1, 2, 6]\nassert mean(numbers) == 3"
    result = built(
        tmp_path,
        text(TITLE),
        code(TASK),
        text("## The *usual* way"),
        code(f"{visible}\n{HB}\n# points: 2.5\n# hint: Add, then “divide”.\nassert mean([0.5, 1]) == 0.75\n{HE}"),
        hidden("try:\n    mean([])\n    assert False, 'no error'\nexcept ValueError:\n    pass"),
    )
    assert result.learner[3:] == [visible]
    assert result.tests == (
        "# Hidden tests of: Means\n\nimport pytest\n\n\n"
        "@pytest.mark.points(2.5)\n"
        '@pytest.mark.hint("Add, then “divide”.")\n'
        "def test_the_usual_way(learner):\n"
        '    """The usual way"""\n'
        '    mean = learner["mean"]\n\n'
        "    numbers = [1, 2, 6]\n"
        "    assert mean(numbers) == 3\n"
        "    assert mean([0.5, 1]) == 0.75\n\n\n"
        "@pytest.mark.points(1)\n"
        "def test_the_usual_way_2(learner):\n"
        '    """The usual way (2)"""\n'
        '    mean = learner["mean"]\n\n'
        "    try:\n"
        "        mean([])\n"
        "        assert False, 'no error'\n"
        "    except ValueError:\n"
        "        pass\n"
    )
    assert outcomes(tmp_path / "a", result) == {
        "test_the_usual_way": ("passed", 2.5),
        "test_the_usual_way_2": ("passed", 1),
    }
    careless = "def mean(values):\n    return sum(values) / len(values)"
    assert outcomes(tmp_path / "b", result, careless) == {
        "test_the_usual_way": ("passed", 2.5),
        "test_the_usual_way_2": ("error", 1),
    }
    assert [outcome for outcome, _ in outcomes(tmp_path / "c", result, STUB).values()] == ["error", "error"]
    assert [outcome for outcome, _ in outcomes(tmp_path / "d", result, "x = 1").values()] == ["failed", "failed"]


def test_nbgraders_metadata(tmp_path: Path) -> None:
    def nbgrader(**values: Any) -> dict[str, Any]:
        return {"nbgrader": {"grade_id": "cell-1", "locked": False, "schema_version": 3, **values}}

    result = built(
        tmp_path,
        text(TITLE),
        code(TASK, metadata=nbgrader(solution=True, grade=False)),
        code("assert mean([2]) == 2", metadata=nbgrader(grade=True, solution=False, points=3, grade_id="one number")),
        code("why = 'because'", metadata=nbgrader(grade=True, solution=True, points=5)),
        code("whole = 1", metadata=nbgrader(grade=False, solution=True)),
        text("Explain.", metadata=nbgrader(grade=False, solution=False, task=True, points=2)),
    )
    assert result.learner[2:] == ["assert mean([2]) == 2", "# Your code here", "# Your code here", "Explain."]
    assert outcomes(tmp_path / "a", result, result.solution[1]) == {"test_one_number": ("passed", 3)}
    assert [note.partition(": ")[2] for note in result.notes] == [
        "nbgrader has this cell graded by hand, and nobody does so here: it gives no points"
    ] * 2
    assert "nbgrader" not in result.public


@pytest.mark.parametrize(
    ("points", "told"), [(2, "2"), (2.0, "2"), (1 / 3, "0.3333333333333333"), (0, "0"), (True, "1")]
)
def test_nbgraders_points(tmp_path: Path, points: Any, told: str) -> None:
    metadata = {"nbgrader": {"grade": True, "solution": False, "points": points}}
    assert (
        f"@pytest.mark.points({told})\ndef test_means"
        in built(tmp_path, *SOUND, code("assert mean([1]) == 1", metadata=metadata)).tests
    )


@pytest.mark.parametrize("points", [-1, float("nan"), float("inf"), 10**400])
def test_points_that_are_none(tmp_path: Path, points: Any) -> None:
    metadata = {"nbgrader": {"grade": True, "solution": False, "points": points}}
    (sentence,) = Course(tmp_path, *SOUND, code("assert mean([1]) == 1", metadata=metadata)).refused()
    assert "nbgrader's points of this cell must be 0 or more, not" in sentence


def test_names_come_from_where_they_are(tmp_path: Path) -> None:
    result = built(
        tmp_path,
        *SOUND,
        code(
            "import math\nimport numpy as np, os.path\nfrom pandas import DataFrame as Table\nimport sklearn\n"
            "limit = 4\nvalues = [3, 1]\n\n\ndef max(values):\n    return 7\n\n\n"
            "def change():\n    global changed\n    changed = 1"
        ),
        hidden(
            "expected = math.sqrt(16)\nassert limit == expected\nassert np.isclose(max([1]), 7)\n"
            "values = sorted(values)\nassert values == [1, 3]\n"
            "assert [limit + n for n in range(2)] == [4, 5]\nassert (lambda limit: limit)(1) == 1\n"
            "class Own:\n    x = limit\nassert Own.x == 4\nassert len(Table({'a': [1]})) == 1\n"
            "for n in values:\n    assert n < limit + os.path.sep.count('x') + 1\nassert 0 < rng.random() < 1\n"
        ),
    )
    block = result.tests.partition("def test_means(")[2]
    assert block.startswith('learner, rng):\n    """Means"""\n    values = learner["values"]\n    limit = learner')
    assert '    max = learner["max"]\n\n    expected' in block
    assert result.tests.startswith(
        "# Hidden tests of: Means\n\nimport math\nimport numpy as np\nimport os.path\n"
        "from pandas import DataFrame as Table\n"
        "import pytest\n\n\n"
    )
    source = "import math, os.path\nlimit = 4\nvalues = [3, 1]\nmax = lambda values: 7\n" + result.solution[1]
    assert outcomes(tmp_path / "a", result, source)["test_means"] == ("passed", 1)


def test_strings_of_several_lines_stay_as_they_are(tmp_path: Path) -> None:
    result = built(
        tmp_path,
        *SOUND,
        hidden(
            'words = """a\n  b\n%c\n\n\n\n# points: 3\n"""\nassert len(words) == 24\nassert f"""{\n1}\n""" == "1\\n"'
        ),
    )
    assert "@pytest.mark.points(1)\ndef test_means" in result.tests
    assert outcomes(tmp_path / "a", result)["test_means"] == ("passed", 1)


def test_the_title_may_hold_anything(tmp_path: Path) -> None:
    titles = ['A "quoted" one', "back\\slash", "Ümläute – 平均", "test of it", "“”"]
    result = built(tmp_path, *SOUND, *(hidden(f"# title: {title}\nassert mean([1]) == 1") for title in titles))
    folder = tmp_path / "a"
    folder.mkdir()
    judged = run_judge(folder, {"test_means.py": result.tests}, Namespace(result.solution[1]))
    assert [record["title"] for record in judged.tests.values()][2:] == titles
    assert list(judged.tests)[2:] == ["test_a_quoted_one", "test_back_slash", "test_umlaute", "test_of_it", "test_task"]


def test_functions_helpers_and_statements_in_one_file(tmp_path: Path) -> None:
    result = built(
        tmp_path,
        *SOUND,
        hidden(
            "import math\nfrom math import (\n    pi,\n)\n\nSIDES = [3, 4]\n\n\n"
            "def hypotenuse(a, b):\n    return math.hypot(a, b)"
        ),
        hidden(
            "import math\n\n\ndef test_uses_a_helper(learner):\n    assert learner.mean([hypotenuse(*SIDES), pi]) > 4"
        ),
        hidden(
            "import unittest\n\n\nclass TestMore(unittest.TestCase):\n    def test_one(self):\n"
            "        self.assertEqual(self.learner.mean([4]), 4)"
        ),
    )
    assert result.tests.count("import math\n") == 1 and "from math import pi\n" in result.tests
    found = outcomes(tmp_path / "a", result)
    assert len(found) == 4 and set(found.values()) == {("passed", 1), ("passed", 2)}


@pytest.mark.parametrize(
    ("source", "said"),
    [
        ("assert mean([1]) == one", "line 2: no cell of the notebook defines `one`; define it, or mend the name"),
        ("%time mean([1])\nassert True", "line 2: a test cannot hold commands of IPython"),
        ("!ls\ndef test_x(learner): pass", "line 2: a test cannot hold commands of IPython"),
        (
            "assert await mean([1]) == 1",
            "cannot be made a test: 'await' outside async function; write it as a function",
        ),
        ("from math import *\nassert mean([1]) == 1", "cannot be made a test: import * only allowed at module level"),
        ("# points: two\nassert mean([1]) == 1", "line 2: points are a number of 0 or more, not 'two'"),
        ("# points: -1\nassert mean([1]) == 1", "line 2: points are a number of 0 or more"),
        ("# points: nan\nassert mean([1]) == 1", "line 2: points are a number of 0 or more"),
        ("# points: 1\n# points: 2\nassert mean([1]) == 1", "line 3: `points` is said twice in this test"),
        (
            "def test_y(learner):\n    assert mean([1]) == 1",
            "line 3: tests run apart from the notebook; write learner.mean",
        ),
        (
            "def test_y():\n    assert learner.mean([1])",
            "line 3: `learner` is a fixture; name it among the test's param",
        ),
        (
            "def test_y(learner):\n    assert np.isnan(learner.x)",
            "line 3: tests do not have what the notebook imports; ",
        ),
        ("def test_y(learner):\n    nothing_of_it()", "line 3: no test defines `nothing_of_it`; define or import it"),
        ("def test_y(learner): pass\nassert mean([1])", "line 3: this assert stands outside of the test functions"),
        ('"""Nothing."""', "there is nothing in this test; write an assert, or delete the cell"),
        ("# points: 2", "there is nothing in this test"),
        ("### AUTOTEST mean([1])", "line 2: nbgrader makes a test of “### AUTOTEST mean([1])” by running the solution"),
        ("### HASHED AUTOTEST mean([1]); 1", "and build runs nothing; write an assert in its place"),
        (
            "def test_mean(learner): pass",
            "`test_mean` is defined by the tests of cell 3 already; give one another name",
        ),
    ],
)
def test_tests_that_cannot_be(tmp_path: Path, source: str, said: str) -> None:
    (sentence,) = Course(tmp_path, *SOUND, code("import numpy as np"), hidden(source)).refused()
    assert sentence.startswith("cell 5 (“") and said in sentence


def test_a_text_at_the_beginning_is_the_title(tmp_path: Path) -> None:
    result = built(
        tmp_path,
        *SOUND,
        hidden('"""Check that it is right.\n\nMore words.\n"""\nassert mean([1]) == 1'),
        hidden('# title: Another\n"""Not this."""; assert mean([1]) == 1'),
    )
    assert '    """Check that it is right."""\n    mean = learner["mean"]\n\n    assert mean' in result.tests
    assert "More words" not in result.tests and '"""Another"""' in result.tests
    assert set(outcomes(tmp_path / "a", result).values()) == {("passed", 1), ("passed", 2)}


def test_a_helper_called_test_is_no_test(tmp_path: Path) -> None:
    """As nbgrader's users write them: a function that the cell itself calls."""
    other = "def test_it():\n    assert mean([6]) == 6\n\n\ntest_it()"
    helper = "def test_it(function, value):\n    assert function([value]) == value\n\n\ntest_it(mean, 4)"
    result = built(tmp_path, *SOUND, hidden(other), code(f"{helper}\n{HB}\nassert mean([5]) == 5\n{HE}"))
    assert result.learner[2:] == [helper]
    assert {name for name in outcomes(tmp_path / "a", result) if "means" in name} == {"test_means", "test_means_2"}


def test_names_that_a_test_sets_for_itself(tmp_path: Path) -> None:
    rate = code("rate = 0.19\nother = 1\n\n\ndef price(net):\n    return net * (1 + rate)")
    result = built(tmp_path, *SOUND, rate, hidden("rate = 0.07\nother = 2\nassert price(100) == 107 + other"))
    (note,) = result.notes
    assert note.startswith("cell 5 (") and "this test sets `rate` for itself" in note and "learner.rate = …" in note


def test_what_a_copy_does_not_tell(tmp_path: Path) -> None:
    """Tests of what a function does to its argument cannot be statements that run apart from it."""
    result = built(
        tmp_path,
        *SOUND,
        hidden("values = [1, 2]\nassert mean(values) == 1.5\nassert values == [1, 2]"),
        hidden("values = [1, 2]\nassert mean(values) == 1.5\nvalues = mean([3])\nassert values == 3"),
        hidden("values = [1, 2]\nassert values == [1, 2]\nassert mean(values) == len(values) - 0.5"),
    )
    (note,) = result.notes
    assert note.startswith("cell 4 (") and "`values` is passed as a copy" in note and "learner.send(values)" in note


def test_imports_that_mean_another_thing(tmp_path: Path) -> None:
    first = hidden("import os\nimport os.path\nimport numpy as np\n\n\ndef test_a(learner):\n    np.isnan(learner.x)")
    again = hidden("import os\nimport numpy as np\nfrom math import pi\n\n\ndef test_b(learner):\n    os, np, pi")
    assert "import os.path\n" in built(tmp_path, *SOUND, first, again).tests
    other = hidden("import numpy.linalg as np\n\n\ndef test_c(learner):\n    np.det(learner.x)")
    (sentence,) = Course(tmp_path, *SOUND, first, again, other).refused()
    assert (
        sentence.startswith("cell 6 (") and "`np` is numpy.linalg here and numpy in the tests of cell 4; " in sentence
    )


def test_headings_are_counted_where_they_are_used(tmp_path: Path) -> None:
    titled = hidden("# title: Mine\nassert mean([1]) == 1")
    assert '"""Means"""' in built(tmp_path, *SOUND, titled, hidden("assert mean([2]) == 2")).tests


def test_a_test_function_that_learners_would_see(tmp_path: Path) -> None:
    (sentence,) = Course(tmp_path, *SOUND, code("def test_y(learner):\n    pass", "tests")).refused()
    assert "learners would see this test function; put it between ### BEGIN HIDDEN TESTS" in sentence


def test_names_of_a_star_import_are_the_notebooks(tmp_path: Path) -> None:
    result = built(tmp_path, *SOUND, code("from math import *"), hidden("assert floor(mean([1, 2])) == 1"))
    assert '    floor = learner["floor"]\n' in result.tests


def test_cells_that_are_no_python_do_not_matter(tmp_path: Path) -> None:
    result = built(
        tmp_path, *SOUND, code("files = !ls"), code("%%bash\nls"), code("1 +"), hidden("assert files != mean([1])")
    )
    assert '    files = learner["files"]\n' in result.tests
