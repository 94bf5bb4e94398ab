"""Import from nbgrader: what is taken over, what the report says, what learners get."""

import json
from pathlib import Path
from typing import Any

import pytest

from openjupyter_service.errors import ExchangeError
from openjupyter_service.exchange.draft import Draft, write_drafts
from openjupyter_service.exchange.nbgrader import import_nbgrader
from openjupyter_service.exchange.notes import Kind, Note
from openjupyter_service.exercises.course import load_exercise
from openjupyter_service.grading.check.findings import ExerciseResult
from openjupyter_service.grading.check.hidden import note_hidden_files, read_public
from openjupyter_service.grading.check.sources import check_sources, hidden_tests
from tests.unit.exchange.percent import notebook_of

HERE = Path(__file__).parent / "nbgrader" / "kinds"
LAB = notebook_of((HERE / "lab.txt").read_text())


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "lab").mkdir()
    (tmp_path / "lab" / "lab.ipynb").write_text(json.dumps(LAB))
    (tmp_path / "lab" / "depths.csv").write_text("lake,depth\n")
    return tmp_path / "lab"


@pytest.fixture
def draft(folder: Path) -> Draft:
    (draft,) = import_nbgrader(folder)
    return draft


def sources(content: bytes | None) -> list[str]:
    assert content is not None
    return ["".join(cell["source"]) for cell in json.loads(content)["cells"]]


def test_learners_get_what_generate_assignment_makes(draft: Draft) -> None:
    release = json.loads((HERE / "release.ipynb").read_text())
    ours = [text for text in sources(draft.notebook) if "unittest" not in text and "openjupyter" not in text]
    theirs = ["".join(cell["source"]) for cell in release["cells"] if "nose" not in "".join(cell["source"])]
    assert ours == theirs


def test_learners_get_no_solution_and_no_hidden_test(draft: Draft) -> None:
    text = "\n".join(sources(draft.notebook))
    for hidden in (
        "mean([4])",
        "sum(values)",
        "SOLUTION",
        "HIDDEN",
        "One point for water",
        "in_order(given)",
    ):
        assert hidden not in text
    assert "assert mean([1, 2, 6]) == 3" in text
    assert "openjupyter.grade()" in sources(draft.notebook)[-1]
    tests = [
        cell for cell in json.loads(draft.notebook)["cells"] if "raises-exception" in cell["metadata"].get("tags", [])
    ]
    assert len(tests) == 13
    assert all(cell["metadata"]["editable"] is False for cell in tests)


def test_the_solution_holds_no_marks(draft: Draft) -> None:
    text = "\n".join(sources(draft.solution))
    assert "return sum(values) / len(values)" in text and "SOLUTION" not in text


def test_the_course_holds_a_sound_exercise(draft: Draft, tmp_path: Path) -> None:
    (folder,) = write_drafts([draft], tmp_path / "course")
    exercise = load_exercise(folder.parent, "lab")
    assert exercise.title == "A lab of many kinds"
    assert exercise.data == ["lab/depths.csv"]
    assert (tmp_path / "course/notebooks/lab/depths.csv").read_text() == "lake,depth\n"
    result = ExerciseResult("lab")
    check_sources(exercise, result)
    public = read_public(tmp_path / "course/notebooks")
    note_hidden_files(exercise, hidden_tests(exercise), public, result)
    assert [finding.text for finding in result.findings if finding.level == "error"] == []


def test_points_and_titles_are_the_original_ones(draft: Draft, tmp_path: Path) -> None:
    (folder,) = write_drafts([draft], tmp_path / "course")
    tests = {test.name.partition("::")[2]: test for test in hidden_tests(load_exercise(folder.parent, "lab"))}
    assert len(tests) == 13
    assert tests["test_mean_test"].title == "The mean of some numbers"
    assert tests["test_count_test"].title == "Words are counted, for part of the points"
    assert tests["test_table_test"].title == "Table test"
    assert "@pytest.mark.points(0.5)" in draft.tests["test_lab.py"].decode()


def test_what_can_be_sealed_is_sealed_and_the_rest_is_told(draft: Draft) -> None:
    tests = draft.tests["test_lab.py"].decode()
    heads = [head for head in tests.split("\n\n\n") if "def test_" in head]
    sealed = {head.partition("def test_")[2].partition("(")[0] for head in heads if "in_kernel" not in head}
    assert sealed == {"mean_test", "count_test", "table_test", "column_test", "account_test", "ratio_test", "sort_test"}
    told = {note.what: note.why for note in draft.notes.of(Kind.CHANGED) if "less sealed" in note.why}
    assert len(told) == 13 - len(sealed)
    for name, reason in {
        "mean-close": "`close`, which a cell of the notebook defines",
        "account-equal": "compare objects of the class `Account`",
        "greet-test": "module `io`",
        "roll-test": "random numbers",
        "ratio-again": "what another test defines",
        "ratio-uses": "magics",
    }.items():
        assert reason in told[f"the test “{name}”"], (name, told)


def test_what_is_graded_by_hand_is_told_as_dropped(draft: Draft) -> None:
    dropped = [note.what for note in draft.notes.of(Kind.DROPPED)]
    assert dropped == ["the cell “essay” (5 points)", "the cell “by-hand” (4 points)", "the cell “drawing” (3 points)"]


def test_tests_whose_variables_change_below_go_back(draft: Draft) -> None:
    told = [note for note in draft.notes.all if "run again" in note.why]
    assert [note.what for note in told] == ["the test “table-test”", "the test “ratio-again”"]


def test_a_release_has_no_solution_and_says_so(tmp_path: Path) -> None:
    (draft,) = import_nbgrader(HERE / "release.ipynb")
    assert draft.solution is None and draft.name == "release"
    assert any(note.what == "the solution" for note in draft.notes.of(Kind.DROPPED))
    write_drafts([draft], tmp_path)
    assert not (tmp_path / "hidden_tests/release/solution").exists()


def cell(source: str, kind: str = "code", **nbgrader: Any) -> dict[str, Any]:
    given = {"grade": True, "solution": False, "locked": True, "schema_version": 3, "grade_id": "a", "points": 1}
    found = {"cell_type": kind, "source": source, "metadata": {"nbgrader": {**given, **nbgrader}}}
    return found | ({"outputs": [], "execution_count": None} if kind == "code" else {})


def written(tmp_path: Path, *cells: dict[str, Any], **metadata: Any) -> Path:
    path = tmp_path / "Task 1.ipynb"
    path.write_text(json.dumps({"cells": list(cells), "metadata": metadata, "nbformat": 4, "nbformat_minor": 4}))
    return path


def test_the_name_is_made_of_the_file_or_given(tmp_path: Path) -> None:
    path = written(tmp_path, cell("assert f() == 1"))
    assert import_nbgrader(path)[0].name == "task-1"
    assert import_nbgrader(path, "Lakes & Rivers")[0].name == "lakes-rivers"
    assert import_nbgrader(path)[0].title == "Task 1"


def test_all_tests_can_be_asked_to_run_in_the_kernel(folder: Path) -> None:
    (draft,) = import_nbgrader(folder, in_kernel=True)
    assert draft.tests["test_lab.py"].decode().count("@pytest.mark.in_kernel") == 13


@pytest.mark.parametrize(
    ("cells", "notes"),
    [
        ([cell("assert x"), cell("### AUTOTEST squares(1)", grade_id="b")], ["AUTOTEST"]),
        ([cell("assert x"), cell("text", "markdown", grade_id="b")], ["no code"]),
        ([cell("assert x"), cell("assert (", grade_id="b")], ["less sealed: it is no Python"]),
    ],
)
def test_odd_cells_are_told(tmp_path: Path, cells: list[dict[str, Any]], notes: list[str]) -> None:
    (draft,) = import_nbgrader(written(tmp_path, *cells))
    for note in notes:
        assert any(note in each.why for each in draft.notes.all), draft.notes.all


@pytest.mark.parametrize(
    ("cells", "message"),
    [
        ([], "no autograded cell"),
        ([cell("x = 1", grade=False)], "no autograded cell"),
        ([cell("assert x", points=0)], "worth no points"),
        ([cell("### BEGIN HIDDEN TESTS\nassert x")], "has no end"),
        ([cell("### BEGIN HIDDEN TESTS\n### BEGIN HIDDEN TESTS\nassert x")], "begins inside another"),
        ([cell("### BEGIN SOLUTION\nx = 1", grade=False, solution=True), cell("assert x")], "has no end"),
    ],
)
def test_broken_notebooks_are_refused_with_a_reason(tmp_path: Path, cells: list[Any], message: str) -> None:
    with pytest.raises(ExchangeError, match=message):
        import_nbgrader(written(tmp_path, *cells))


@pytest.mark.parametrize("points", [True, -1, "many", None, 1e99])
def test_points_that_are_none_count_as_nothing(tmp_path: Path, points: Any) -> None:
    (draft,) = import_nbgrader(written(tmp_path, cell("assert x", points=points), cell("assert y", grade_id="b")))
    assert b"points(0)" in draft.tests["test_task_1.py"]


def test_points_that_are_text_are_points(tmp_path: Path) -> None:
    (draft,) = import_nbgrader(written(tmp_path, cell("assert x", points="2.5")))
    assert b"points(2.5)" in draft.tests["test_task_1.py"]


def test_a_notebook_of_another_language_is_refused(tmp_path: Path) -> None:
    path = written(tmp_path, cell("stopifnot(x)"), kernelspec={"name": "ir", "display_name": "R", "language": "R"})
    with pytest.raises(ExchangeError, match="a notebook of r; only those of Python"):
        import_nbgrader(path)


def test_a_folder_with_a_notebook_without_tests_tells_of_it(folder: Path) -> None:
    (folder / "notes.ipynb").write_text(json.dumps(notebook_of("# %%\nx = 1\n")))
    (draft,) = import_nbgrader(folder)
    assert Note(
        Kind.DROPPED, "the notebook notes.ipynb", "it has no autograded cell, and an exercise here has tests"
    ) in (draft.notes.all)


def test_nothing_is_overwritten(draft: Draft, tmp_path: Path) -> None:
    write_drafts([draft], tmp_path / "course")
    before = {path: path.read_bytes() for path in (tmp_path / "course").rglob("*") if path.is_file()}
    with pytest.raises(ExchangeError, match="is there already; remove it, or import under another --name"):
        write_drafts([draft], tmp_path / "course")
    assert {path: path.read_bytes() for path in (tmp_path / "course").rglob("*") if path.is_file()} == before


def test_two_exercises_of_one_name_are_refused(draft: Draft, tmp_path: Path) -> None:
    with pytest.raises(ExchangeError, match="two notebooks would become the exercise lab"):
        write_drafts([draft, draft], tmp_path / "course")
    assert not (tmp_path / "course").exists()


def test_an_exercise_whose_second_half_cannot_be_written_leaves_nothing(draft: Draft, tmp_path: Path) -> None:
    (tmp_path / "course").mkdir()
    (tmp_path / "course" / "notebooks").write_text("a file where the public half should be")
    with pytest.raises(OSError):
        write_drafts([draft], tmp_path / "course")
    left = [path.name for path in (tmp_path / "course").rglob("*") if path.name != "hidden_tests"]
    assert left == ["notebooks"]
