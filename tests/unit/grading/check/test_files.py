"""What can be seen without running anything: titles, marks, kernels, and hidden files that learners can read."""

import json
import shutil
from pathlib import Path

import pytest

from openjupyter_service.authoring.new import new_course
from openjupyter_service.exercises.mistakes import shown_path
from openjupyter_service.grading.check.findings import ExerciseResult
from tests.unit.grading.check.course import (
    GRADING_CELL,
    SOLUTION,
    STARTER,
    TESTS,
    checked,
    errors,
    notebook,
    warnings,
    write,
    write_course,
)


async def test_tests_that_say_little_of_themselves(tmp_path: Path) -> None:
    tests = "def test_mean(learner):\n    pass\n\n\n\nclass TestMore:\n    def test_x(self, learner): pass\n"
    result = await checked(write_course(tmp_path, tests=tests))
    assert errors(result) == []
    found = warnings(result)
    assert [text.split(":")[0] for text in found] == [
        "without a title for learners",
        "worth 1 point because nothing else is said",
        "without a hint",
    ]
    for text in found:
        assert "test_mean (" in text and "test_mean.py, line 1)" in text
        assert "TestMore::test_x (" in text and "test_mean.py, line 7)" in text


async def test_marks_of_a_file_or_class_count(tmp_path: Path) -> None:
    tests = (
        "import pytest\npytestmark = [pytest.mark.points(2)]\n@pytest.mark.hint('h')\nclass TestAll:\n"
        "    def test_a(self, learner):\n        'Title'\n"
    )
    assert warnings(await checked(write_course(tmp_path, tests=tests))) == []


async def test_a_misspelt_mark_is_an_error(tmp_path: Path) -> None:
    (error,) = errors(await checked(write_course(tmp_path, tests=TESTS.replace("mark.hint", "mark.hints", 1))))
    assert "test_mean.py, line 5: there is no mark `hints`; did you mean `hint`?" in error


async def test_equal_titles(tmp_path: Path) -> None:
    tests = TESTS.replace("The mean of nothing", "The mean of some numbers")
    (warning,) = warnings(await checked(write_course(tmp_path, tests=tests)))
    assert warning.startswith("2 tests are called “The mean of some numbers”")


async def test_tests_that_are_no_python(tmp_path: Path) -> None:
    found = errors(await checked(write_course(tmp_path, tests="def test(:\n")))
    assert any("test_mean.py, line 1: invalid syntax" in error for error in found)


async def test_without_tests(tmp_path: Path) -> None:
    (write_course(tmp_path) / "hidden_tests/mean/test_mean.py").unlink()
    (error,) = errors(await checked(tmp_path))
    assert "has no test files; write its tests to" in error


async def test_a_starter_without_kernel_or_grading_cell(tmp_path: Path) -> None:
    found = warnings(await checked(write_course(tmp_path, starter=notebook(STARTER, kernel=False))))
    assert ["no kernel in its metadata" in found[0], "no grading cell" in found[1]] == [True, True]


@pytest.mark.parametrize(
    ("name", "what"),
    [
        ("mean/test_mean.py", "has the name of a hidden file"),
        ("deep/down/solution.ipynb", "has the name of a hidden file"),
        ("mean/exercise.toml", "has the name of a hidden file"),
        ("mean/source.ipynb", "has the name of a hidden file"),
        ("wrong.ipynb", "has the name of a hidden file"),
    ],
)
async def test_hidden_files_by_name(tmp_path: Path, name: str, what: str) -> None:
    write_course(tmp_path, toml='title = "Means"\n[[variants]]\npath = "wrong.ipynb"\n')
    write(tmp_path / "hidden_tests/mean", {"wrong.ipynb": notebook(STARTER)})
    write(tmp_path / "notebooks", {name: "something else"})
    (error,) = errors(await checked(tmp_path))
    assert error.startswith(f"{name} in the public half {what}; learners can read it: remove it")


async def test_hidden_files_by_content(tmp_path: Path) -> None:
    private, public = write_course(tmp_path) / "hidden_tests/mean", tmp_path / "notebooks/mean"
    write(private, {"truth.py": "EXPECTED = [1, 2, 3, 4, 5]\n", "helper/__init__.py": ""})
    shutil.copy(private / "truth.py", public / "utils.py")
    shutil.copy(private / "test_mean.py", public / "old.txt")
    # A copy of the solution with other ids and outputs is the solution all the same.
    copy = json.loads((private / "solution.ipynb").read_text())
    for cell in copy["cells"]:
        cell["id"] += "x"
    write(public, {"lecture.ipynb": json.dumps(copy), "__init__.py": ""})
    found = errors(await checked(tmp_path))
    assert [error.split(" ")[0] for error in found] == ["mean/lecture.ipynb", "mean/old.txt", "mean/utils.py"]
    for error, name in zip(found, ("solution.ipynb", "test_mean.py", "truth.py"), strict=True):
        assert "is the same as the hidden file" in error and name in error


async def test_a_source_in_the_public_half(tmp_path: Path) -> None:
    marked = notebook("x = 1\n    ### BEGIN SOLUTION\nx = 2\n### END SOLUTION")
    private, public = write_course(tmp_path) / "hidden_tests/mean", tmp_path / "notebooks/mean"
    write(private, {"source.ipynb": marked})
    assert errors(await checked(tmp_path)) == []
    write(public, {"copy.ipynb": marked, "other.ipynb": notebook("y = 1", "# BEGIN HIDDEN TESTS\ny = 2")})
    found = errors(await checked(tmp_path))
    assert [error.partition("; ")[0] for error in found] == [
        f"mean/copy.ipynb in the public half is the same as the hidden file {shown_path(private / 'source.ipynb')}",
        "mean/other.ipynb in the public half holds the mark # BEGIN HIDDEN TESTS, so that it was not built from its "
        "source",
    ]


@pytest.mark.parametrize("where", ["source", "output", "markdown", "text"])
async def test_a_test_pasted_into_a_public_file(tmp_path: Path, where: str) -> None:
    line = "    assert learner.mean([1, 2, 6]) == 3"
    cell = {"cell_type": "code", "id": "x", "metadata": {}, "source": [], "outputs": [], "execution_count": None}
    document = json.loads(notebook(STARTER, GRADING_CELL))
    if where == "source":
        document["cells"].append({**cell, "source": ["if False:\n", line]})
    elif where == "output":
        document["cells"].append({**cell, "outputs": [{"output_type": "stream", "name": "stdout", "text": [line]}]})
    elif where == "markdown":
        document["cells"].append({"cell_type": "markdown", "id": "x", "metadata": {}, "source": f"Try\n{line}"})
    write_course(tmp_path, starter=json.dumps(document))
    if where == "text":
        write(tmp_path / "notebooks", {"notes.md": f"```\n{line}\n```"})
    (error,) = errors(await checked(tmp_path))
    assert "holds text of the hidden test test_mean.py::test_mean" in error


async def test_what_learners_are_given_on_purpose_is_no_leak(tmp_path: Path) -> None:
    toml = 'title = "Means"\nsolution = "full"\nfiles = ["mean/a.py", "mean/b.py"]\ndata = ["mean/data.csv"]\n'
    private, public = write_course(tmp_path, toml=toml) / "hidden_tests/mean", tmp_path / "notebooks/mean"
    table = "a,b\n" + "1,2\n" * 10
    write(public, {"a.py": "# the same in the solution, long enough\n", "b.py": STARTER, "data.csv": table})
    write(private, {"data.csv": table, "full/mean.ipynb": notebook(SOLUTION)})
    write(private, {"full/a.py": "# the same in the solution, long enough\n", "full/b.py": SOLUTION})
    (private / "solution.ipynb").unlink()
    assert errors(await checked(tmp_path)) == []


async def test_exercise_toml_that_gives_hidden_files_away(tmp_path: Path) -> None:
    write(tmp_path / "mean", {"exercise.toml": 'title = "T"\ndata = ["mean/test_mean.py", "mean/solution.ipynb"]\n'})
    write(tmp_path / "mean", {"test_mean.py": TESTS, "solution.ipynb": notebook(SOLUTION, GRADING_CELL)})
    write(tmp_path / "mean", {"mean.ipynb": notebook(STARTER, GRADING_CELL)})
    found = errors(await checked(tmp_path))
    for name in ("mean/test_mean.py", "mean/solution.ipynb"):
        assert f"exercise.toml gives learners the hidden file {name}; take it out of the list" in found


async def test_a_source_that_was_changed_since_it_was_built(tmp_path: Path) -> None:
    new_course(tmp_path)
    source = tmp_path / "hidden_tests/first-steps/source.ipynb"
    before = source.read_text()
    assert "source" not in subjects(await checked(tmp_path))
    source.write_text(before.replace("Your function", "A function").replace("numbers up", "numbers"))
    result = await checked(tmp_path)
    (told,) = [finding.text for finding in result.findings if finding.subject == "source"]
    assert told == (
        f"{shown_path(source.parent / 'test_first_steps.py')} would change by a build of the source; "
        "run openjupyter build, and check again"
    )
    source.write_text(before.replace("### END SOLUTION", "### end solution"))
    result = await checked(tmp_path)
    (told,) = [finding.text for finding in result.findings if finding.subject == "source"]
    assert told.startswith("the source cannot be built, and its files are graded as they are: ")
    assert "“### end solution” looks like a mark and is none" in told


def subjects(result: ExerciseResult) -> set[str]:
    return {str(finding.subject) for finding in result.findings}
