"""What is built of a source: the learner's notebook, the solution, the tests, exercise.toml."""

import json
import os
import subprocess
import sys
import tomllib
from pathlib import Path
from typing import Any

import pytest

from openjupyter_service.exercises.course import load_exercise
from openjupyter_service.exercises.mistakes import ExerciseFileError
from tests.unit.authoring.sources import SOUND, TASK, TESTS, TITLE, Course, built, code, raw, text


def test_learners_get_a_stub_and_no_tests(tmp_path: Path) -> None:
    result = built(tmp_path)
    assert result.learner == [
        TITLE,
        'def mean(values):\n    """The mean."""\n    # Your code here\n    raise NotImplementedError',
    ]
    assert result.solution == [
        TITLE,
        'def mean(values):\n    """The mean."""\n    if not values:\n        raise ValueError("nothing has no mean")\n'
        "    return sum(values) / len(values)",
    ]
    assert result.toml == 'title = "Means"\n'
    assert result.tests.startswith("# Hidden tests of: Means\n\nimport pytest\n\n\n@pytest.mark.points(2)\n")
    assert "learner.mean([1, 2, 6]) == 3\n\n\ndef test_nothing(learner):" in result.tests
    assert result.notes == []


def test_what_is_built_is_an_exercise(tmp_path: Path) -> None:
    course = Course(tmp_path)
    for path, content in course.build().files.items():
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
    exercise = load_exercise(course.folder.parent, "means")
    assert exercise.title == "Means" and (course.public / exercise.notebook).is_file()
    assert list(exercise.tests()) == ["test_means.py"]  # neither source nor solution go to the judge
    assert exercise.solution_path() == course.folder / "solution.ipynb"


def test_the_same_source_gives_the_same_bytes(tmp_path: Path) -> None:
    first = Course(tmp_path / "a", *SOUND)
    second = Course(tmp_path / "b", *({**cell, "execution_count": 3, "outputs": ["x"]} for cell in SOUND))
    (second.folder / "solution.ipynb").write_text("{}")
    assert (
        list(first.build().files.values()) == list(first.build().files.values()) == list(second.build().files.values())
    )


def test_no_order_of_pythons_sets_is_in_the_bytes(tmp_path: Path) -> None:
    names = [f"name_{number}" for number in range(12)]
    course = Course(
        tmp_path,
        *SOUND,
        code("\n".join(f"import {module}" for module in ("os", "re", "json", "math", "ast"))),
        code("\n".join(f"{name} = 1" for name in names)),
        code(f"assert os and re and json and math and ast\nassert {' + '.join(names)} == 12", "hidden-tests"),
    )
    program = (
        "import sys, hashlib, pathlib\n"
        "from openjupyter_service.authoring.build import build_exercise\n"
        "built = build_exercise(*map(pathlib.Path, sys.argv[1:]))\n"
        "print(hashlib.sha256(b''.join(built.files.values())).hexdigest())"
    )
    found = {
        subprocess.run(
            [sys.executable, "-c", program, course.folder, course.public],
            env={**os.environ, "PYTHONHASHSEED": seed, "PYTHONPATH": str(Path(__file__).parents[3])},
            capture_output=True,
            text=True,
            check=True,
        ).stdout
        for seed in ("1", "2", "3")
    }
    assert len(found) == 1


def test_nothing_of_a_run_is_left(tmp_path: Path) -> None:
    output = {"output_type": "stream", "name": "stdout", "text": "SECRET"}
    ran = code("x = 1", outputs=[output], execution_count=9, metadata={"execution": {"iopub.status.busy": "SECRET"}})
    result = built(tmp_path, *SOUND, ran, metadata={"widgets": {"SECRET": 1}, "language_info": {"version": "SECRET"}})
    assert "SECRET" not in result.public + result.private
    for cell in json.loads(result.public)["cells"]:
        assert cell.get("outputs", []) == [] and cell.get("execution_count") is None


def test_cells_keep_their_ids_and_get_stable_ones(tmp_path: Path) -> None:
    def ids(*cells: dict[str, Any]) -> list[str]:
        return [cell["id"] for cell in json.loads(built(tmp_path, *cells).public)["cells"]]

    named = code("x = 1", id="mine")
    assert ids(named, *SOUND)[0] == "mine"
    before, after = ids(*SOUND), ids(code("x = 1"), *SOUND)
    assert after[1:] == before  # a cell more changes no other cell
    assert len(set(ids(code("x = 1"), code("x = 1"), code("y", id="a"), code("z", id="a"), *SOUND))) == 7
    assert all(len(each) <= 64 for each in ids(code("x", id="i" * 64), code("y", id="i" * 64), *SOUND))
    assert "not one" not in ids(code("x", id="not one"), *SOUND)


def test_ids_do_not_depend_on_what_is_hidden(tmp_path: Path) -> None:
    """Or a learner could try solutions until one gives the id."""
    other = code(TASK.replace("sum(values) / len(values)", "statistics.mean(values)"))
    assert built(tmp_path / "a").public == built(tmp_path / "b", text(TITLE), other, code(TESTS)).public


def test_of_metadata_what_learners_need(tmp_path: Path) -> None:
    metadata = {
        "tags": ["raises-exception", "report"],
        "editable": False,
        "deletable": "no",
        "jupyter": {"source_hidden": True, "outputs_hidden": "SECRET", "other": "SECRET"},
        "slideshow": {"slide_type": "slide"},
        "vscode": "SECRET",
    }
    kernel = {"name": "python3", "display_name": "Python 3.11", "language": "python", "path": "SECRET"}
    result = built(tmp_path, code("1 / 0", metadata=metadata), *SOUND, metadata={"kernelspec": kernel})
    notebook = json.loads(result.public)
    assert notebook["cells"][0]["metadata"] == {
        "tags": ["raises-exception", "report"],
        "editable": False,
        "jupyter": {"source_hidden": True},
        "slideshow": {"slide_type": "slide"},
    }
    assert notebook["metadata"]["kernelspec"] == {key: kernel[key] for key in ("name", "display_name", "language")}
    assert "SECRET" not in result.public + result.private


def test_a_grading_cell_is_not_doubled(tmp_path: Path) -> None:
    own = code("import openjupyter as oj\nimport openjupyter\nopenjupyter.grade()  # mine", id="own")
    cells = json.loads(Course(tmp_path, *SOUND, own).build().files[tmp_path / "notebooks/means/means.ipynb"])["cells"]
    assert [cell["id"] for cell in cells if "grade()" in "".join(cell["source"])] == ["own"]


@pytest.mark.parametrize(
    ("source", "stub"),
    [
        ("### BEGIN SOLUTION\nx = 1\n### END SOLUTION", "# Your code here"),
        ("x = 0\n### BEGIN SOLUTION\nx = 1\n### END SOLUTION\nprint(x)", "x = 0\n# Your code here\nprint(x)"),
        (
            "class A:\n    ### BEGIN SOLUTION\n    def f(self):\n        return 1\n    ### END SOLUTION",
            "class A:\n    # Your code here\n    pass",
        ),
        (
            "class A:\n    def f(self):\n### BEGIN SOLUTION\n        return 1\n### END SOLUTION\n    x = 1",
            "class A:\n    def f(self):\n        # Your code here\n        raise NotImplementedError\n    x = 1",
        ),
        (
            "if True:\n    ### BEGIN SOLUTION\n    x = 1\n    ### END SOLUTION",
            "if True:\n    # Your code here\n    pass",
        ),
        (
            "def f():\n    ### BEGIN SOLUTION\n    class B: pass\n    return B\n    ### END SOLUTION",
            "def f():\n    # Your code here\n    raise NotImplementedError",
        ),
        (
            "def f(a):\n    ## BEGIN SOLUTION\n    b = a\n    ## END SOLUTION\n    c = 2\n"
            "    # BEGIN SOLUTION  \n    return b + c\n    # END SOLUTION",
            "def f(a):\n    # Your code here\n    raise NotImplementedError\n    c = 2\n"
            "    # Your code here\n    raise NotImplementedError",
        ),
        ("%matplotlib inline\n### BEGIN SOLUTION\n!ls\n### END SOLUTION", "%matplotlib inline\n# Your code here"),
        ("%%bash\n### BEGIN SOLUTION\nls *\n### END SOLUTION", "%%bash\n# Your code here"),
        ("### BEGIN SOLUTION\r\nx = 1\r\n### END SOLUTION\r\ny = 2", "# Your code here\ny = 2"),
        ("### BEGIN SOLUTION\rx = 1\r### END SOLUTION\ry = 2", "# Your code here\ny = 2"),
    ],
)
def test_what_stands_in_place_of_a_solution(tmp_path: Path, source: str, stub: str) -> None:
    result = built(tmp_path, code(source), *SOUND)
    assert result.learner[0] == stub
    assert "Your code" not in result.solution[0] and "BEGIN" not in result.solution[0]


def test_whole_cells_by_their_tags(tmp_path: Path) -> None:
    result = built(
        tmp_path,
        *SOUND,
        code("answer = 42", "solution"),
        text("The answer is 42.", "solution"),
        text(
            "Why?\n### BEGIN SOLUTION\nBecause.\n### END SOLUTION\n### BEGIN MARK SCHEME\n1 point\n### END MARK SCHEME"
        ),
        text("A note to myself", "private"),
        code("import secrets_of_mine", "private"),
        code("def test_more(learner):\n    assert learner.answer == 42", "hidden-tests"),
    )
    assert result.learner[2:] == ["# Your code here", "*Your answer here.*", "Why?\n*Your answer here.*"]
    assert result.solution[2:] == ["answer = 42", "The answer is 42.", "Why?\nBecause.\n1 point"]
    assert "assert learner.answer == 42" in result.tests
    assert "of mine" not in result.public + result.private and "note to myself" not in result.public + result.private
    assert '"tags"' not in result.public


def test_pictures_of_what_is_seen_alone(tmp_path: Path) -> None:
    pictures = {"a.png": {"image/png": "QUFB"}, "b c.png": {"image/png": ["QkJC"]}, "d.png": {"image/png": "RERE"}}
    answer = "### BEGIN SOLUTION\n![d](attachment:d.png)\n### END SOLUTION"
    source = f"![a](attachment:a.png) ![b](attachment:b%20c.png)\n{answer}"
    result = built(tmp_path, text(source, attachments=pictures), *SOUND)
    assert json.loads(result.public)["cells"][0]["attachments"] == {
        "a.png": {"image/png": "QUFB"},
        "b c.png": {"image/png": "QkJC"},
    }
    assert "RERE" in result.private


def test_settings_in_a_raw_cell(tmp_path: Path) -> None:
    settings = '# exercise.toml\ntitle = "Means of all kinds"\nnotebook = "other/place.ipynb"\nsolution = "right"\n'
    course = Course(tmp_path, raw(settings + "[limits]\ntest_seconds = 2\n"), *SOUND)
    built = course.build()
    assert {path.relative_to(tmp_path).as_posix() for path in built.files} == {
        "hidden_tests/means/exercise.toml",
        "hidden_tests/means/test_means.py",
        "hidden_tests/means/right/place.ipynb",
        "notebooks/other/place.ipynb",
    }
    toml = tomllib.loads(built.files[course.folder / "exercise.toml"].decode())
    assert toml["title"] == "Means of all kinds" and toml["limits"] == {"test_seconds": 2}
    assert b"test_seconds" not in built.files[tmp_path / "notebooks/other/place.ipynb"]


def test_the_title_is_the_first_heading(tmp_path: Path) -> None:
    cells = [
        raw("# exercise.toml\n\n[limits]\ntest_seconds = 2"),
        text('```\n# code\n```\n## The *C#* “way” \\ "x" ##'),
    ]
    toml = tomllib.loads(built(tmp_path, *cells, code(TASK), code(TESTS)).toml)
    assert toml == {"title": 'The C# “way” \\ "x"', "limits": {"test_seconds": 2}}


def test_settings_written_by_hand_stay(tmp_path: Path) -> None:
    course = Course(tmp_path)
    (course.folder / "exercise.toml").write_text('title = "Mine"\nnotebook = "mine/mine.ipynb"\n')
    files = course.build().files
    assert course.folder / "exercise.toml" not in files and course.public / "mine/mine.ipynb" in files
    (course.folder / "exercise.toml").write_text("titel = 1\n")
    with pytest.raises(ExerciseFileError, match=r"exercise.toml, line 1: there is no key `titel`"):
        course.build()


@pytest.mark.parametrize(
    ("toml", "said"),
    [
        ("titel = 1", "cell 1 (“# exercise.toml”), line 2: there is no key `titel`; did you mean `title`?"),
        ("\n\n[limits]\nmemory = 3", "cell 1 (“# exercise.toml”), line 5: `memory` must be text in quotes"),
        ('title = "A"\nx = ', "cell 1 (“# exercise.toml”), line 3: this is not TOML"),
    ],
)
def test_a_mistake_in_settings_is_told_with_its_line(tmp_path: Path, toml: str, said: str) -> None:
    (sentence,) = Course(tmp_path, raw(f"# exercise.toml\n{toml}"), *SOUND).refused()
    assert sentence.startswith(said)


def test_tests_by_hand_beside_a_source(tmp_path: Path) -> None:
    course = Course(tmp_path, text(TITLE), code(TASK))
    assert "has no hidden tests; put some between" in course.refused()[0]
    (course.folder / "test_more.py").write_text("def test(learner): pass")
    assert not any(path.suffix == ".py" for path in course.build().files)


def test_tests_that_are_no_longer_in_the_source_go(tmp_path: Path) -> None:
    course = Course(tmp_path)
    path = course.folder / "test_means.py"
    path.write_bytes(course.build().files[path])
    course.write(text(TITLE), code(TASK))
    assert "has no hidden tests" in course.refused()[0]  # the built ones do not count
    (course.folder / "test_more.py").write_text("def test(learner): pass")
    assert course.build().removed == [path]


@pytest.mark.parametrize(
    ("cells", "said"),
    [
        ([raw("# exercise.toml\n"), raw("# exercise.toml\n"), *SOUND], "cell 1 holds exercise.toml already"),
        ([text("# exercise.toml\n"), *SOUND], "must be a raw cell"),
        ([code(TASK), code(TESTS)], "has no title; begin its first Markdown cell with one"),
        ([raw('# exercise.toml\ntitle = "T"'), code(TESTS, "hidden-tests")], "leaves nothing for learners"),
        ([raw('# exercise.toml\ntitle = "T"\nsolution = "source.ipynb"'), *SOUND], "another of its files"),
    ],
)
def test_sources_that_make_no_exercise(tmp_path: Path, cells: list[dict[str, Any]], said: str) -> None:
    (sentence,) = Course(tmp_path, *cells).refused()
    assert said in sentence


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"\xff", "is not UTF-8 text"),
        (b"{", "is not JSON"),
        (b"[" * 100_000, "is not JSON"),
        (b"[]", "is not a notebook of format 4"),
        (b'{"nbformat": 3, "cells": []}', "is not a notebook of format 4"),
        (b'{"nbformat": 4, "cells": {}}', "is not a notebook of format 4"),
        (b'{"nbformat": 4, "cells": [3]}', "cell 1: this is no cell"),
        (b'{"nbformat": 4, "cells": [{"cell_type": "code", "source": [1]}]}', "cell 1: this cell has no text"),
        (b'{"nbformat": 4, "cells": [{"cell_type": "code", "source": "a\\nb\\u0000"}]}', "cell 1, line 2: this line"),
        (b'{"nbformat": 4, "cells": [{"cell_type": "code", "source": "\\ud800"}]}', "cell 1, line 1: this line"),
        (b'{"nbformat": 4, "cells": [{"cell_type": "raw", "source": "", "metadata": {"tags": "x"}}]}', "the tags of"),
    ],
)
def test_files_that_are_no_source(tmp_path: Path, content: bytes, said: str) -> None:
    course = Course(tmp_path)
    (course.folder / "source.ipynb").write_bytes(content)
    (sentence,) = course.refused()
    assert said in sentence and sentence.count(";") >= 1  # there is a next step
