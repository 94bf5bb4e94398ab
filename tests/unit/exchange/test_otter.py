"""Import from Otter: what is taken over, what the report says, what learners get."""

import io
import json
import re
import zipfile
from pathlib import Path
from typing import Any

import pytest

from openjupyter_service.errors import ExchangeError
from openjupyter_service.exchange.draft import Draft, write_drafts
from openjupyter_service.exchange.notes import Kind
from openjupyter_service.exchange.otter import import_otter
from openjupyter_service.exchange.otter_solutions import for_learners, solved, without_ignored
from openjupyter_service.exchange.otter_tests import Case, Question, doctest_of, question_of_file
from openjupyter_service.exercises.course import load_exercise
from openjupyter_service.grading.check.findings import ExerciseResult
from openjupyter_service.grading.check.hidden import note_hidden_files, read_public
from openjupyter_service.grading.check.sources import check_sources, hidden_tests
from openjupyter_service.judge.kernel_tests import needed_sources
from tests.unit.exchange.percent import notebook_of

HERE = Path(__file__).parent / "otter"


def lab(name: str, folder: Path) -> Path:
    path = folder / "lab.ipynb"
    path.write_text(json.dumps(notebook_of((HERE / name / "lab.txt").read_text())))
    return path


@pytest.fixture
def draft(tmp_path: Path) -> Draft:
    (draft,) = import_otter(lab("doctests", tmp_path))
    return draft


def sources(content: bytes | None) -> list[str]:
    assert content is not None
    return ["".join(cell["source"]) for cell in json.loads(content)["cells"]]


@pytest.mark.parametrize("name", ["doctests", "exceptions"])
def test_learners_get_what_otter_assign_makes(name: str, tmp_path: Path) -> None:
    (draft,) = import_otter(lab(name, tmp_path))
    student = json.loads((HERE / name / "student.ipynb").read_text())
    theirs = ["".join(cell["source"]) for cell in student["cells"]]
    theirs = [text for text in theirs if "grader" not in text and "QUESTION" not in text and "double-check" not in text]
    ours = [text for text in sources(draft.notebook) if "is tested here" not in text and "openjupyter" not in text]
    assert ours == theirs


def test_hidden_cases_and_solutions_stay_private(draft: Draft) -> None:
    text = "\n".join(sources(draft.notebook))
    for hidden in ("x * x", "default_rng", "isclose", "Lakes are deep", "internal", "BEGIN", "SOLUTION"):
        assert hidden not in text
    tests = draft.tests["test_lab.py"].decode()
    for test in tests.split("\n\n\n"):
        if "def test_q1_2(" in test or "def test_q1_3(" in test:
            assert "reveal" not in test
        if "def test_q1_1(" in test:
            assert '@pytest.mark.reveal("diff")' in test


def test_the_solution_has_neither_marks_nor_prompts(draft: Draft) -> None:
    text = "\n".join(sources(draft.solution))
    assert "y = x * x\n    return y" in text and "rng_seed = 42" in text
    assert "SOLUTION" not in text and "..." not in text


def test_points_are_dealt_as_otter_deals_them(draft: Draft) -> None:
    tests = draft.tests["test_lab.py"].decode()
    assert tests.count("points(0.75)") == 2 and tests.count("points(1.5)") == 1
    assert tests.count(f"points({1 / 3!r})") == 3
    assert '@pytest.mark.hint("Is nine really nine?")' in tests


def test_the_course_holds_a_sound_exercise(draft: Draft, tmp_path: Path) -> None:
    (folder,) = write_drafts([draft], tmp_path / "course")
    exercise = load_exercise(folder.parent, "lab")
    assert exercise.title == "Lakes in Otter"
    result = ExerciseResult("lab")
    check_sources(exercise, result)
    note_hidden_files(exercise, hidden_tests(exercise), read_public(tmp_path / "course/notebooks"), result)
    assert [finding.text for finding in result.findings if finding.level == "error"] == []


def test_the_report_tells_what_was_dropped(draft: Draft) -> None:
    assert [note.what for note in draft.notes.of(Kind.DROPPED)] == [
        "the points of question essay (4)",
        "the success message of “q1 – 3”",
        "the setting requirements",
    ]
    assert any(note.what == "the seed 42" for note in draft.notes.of(Kind.CHANGED))


def test_files_beside_the_notebook_are_data(tmp_path: Path) -> None:
    (tmp_path / "lab").mkdir()
    lab("exceptions", tmp_path / "lab")
    (tmp_path / "lab" / "lakes.csv").write_text("lake\n")
    (tmp_path / "lab" / "requirements.txt").write_text("numpy\n")
    (draft,) = import_otter(tmp_path / "lab")
    assert set(draft.data) == {"lakes.csv"}
    assert any(note.what == "requirements.txt" for note in draft.notes.of(Kind.DROPPED))


def test_an_archive_of_the_autograder_is_looked_into(tmp_path: Path) -> None:
    student = (HERE / "exceptions" / "student.ipynb").read_bytes()
    inner = io.BytesIO()
    with zipfile.ZipFile(inner, "w") as archive:
        archive.writestr("otter_config.json", '{"seed": 3}')
        for path in (HERE / "exceptions" / "tests").glob("*.txt"):
            archive.writestr(f"tests/{path.stem}", path.read_text())
    (tmp_path / "dist").mkdir()
    (tmp_path / "dist" / "lab-autograder.zip").write_bytes(inner.getvalue())
    (tmp_path / "dist" / "lab.ipynb").write_bytes(student)
    (draft,) = import_otter(tmp_path / "dist")
    tests = draft.tests["test_lab.py"].decode()
    assert tests.count("@pytest.mark.points(") == 6 and "SEEDING" in tests
    assert tests.count("@pytest.mark.in_kernel") == 1
    assert any(note.what == "the solution" for note in draft.notes.of(Kind.DROPPED))


@pytest.mark.parametrize("name", ["doctests", "exceptions"])
def test_what_is_sent_to_the_kernel_needs_no_pytest(name: str, tmp_path: Path) -> None:
    """The learner's image does not have it."""
    (draft,) = import_otter(lab(name, tmp_path), in_kernel=True)
    source = draft.tests["test_lab.py"].decode()
    tests = re.findall(r"^def (test_q\w+)\(learner", source, re.MULTILINE)
    assert len(tests) > 5
    for test in tests:
        sent = [text for text in needed_sources(source, test) if not text.startswith(("import ", "from "))]
        assert len(sent) > 3 and not [text for text in sent if "pytest" in text]


def test_tests_are_read_from_a_notebooks_metadata(tmp_path: Path) -> None:
    student = json.loads((HERE / "doctests" / "student.ipynb").read_text())
    assert set(student["metadata"]["otter"]["tests"]) == {"q1", "q2", "q3", "q4", "q5"}
    (draft,) = import_otter(HERE / "doctests" / "student.ipynb", "lakes")
    assert draft.name == "lakes"
    assert any(note.what == "hidden test cases" for note in draft.notes.of(Kind.CHANGED))


@pytest.mark.parametrize(
    ("total", "own", "dealt"),
    [
        (None, [None, None], [0.5, 0.5]),
        (3, [None, None], [1.5, 1.5]),
        (3, [1, None, None], [1, 1, 1]),
        (None, [2, None], [2, 0]),
        (None, [0, None], [0, 1]),
        (None, [0, 0], [0, 0]),
        ([1, 2], [None, None], [1, 2]),
        ([1, None], [None, None], [1, 0]),
        (2, [2, None], [2, 0]),
        (4, [1, 1], [1, 1]),
    ],
)
def test_points_of_cases(total: Any, own: list[Any], dealt: list[float]) -> None:
    """Otter's TestFile.resolve_test_file_points gives the same."""
    question = Question("q", [Case("", points=points) for points in own], total)
    assert question.case_points() == dealt


@pytest.mark.parametrize(("total", "own"), [(1, [2]), ([1], [None, None])])
def test_points_that_make_no_sense_are_refused(total: Any, own: list[Any]) -> None:
    with pytest.raises(ExchangeError):
        Question("q", [Case("", points=points) for points in own], total).case_points()


@pytest.mark.parametrize(
    ("source", "stub", "solution"),
    [
        ("x = 1 # SOLUTION", "x = ...", "x = 1"),
        ("    return 1 # SOLUTION", "    ...", "    return 1"),
        ("a, b = 1, 2 # SOLUTION", "a, b = ...", "a, b = 1, 2"),
        ("t['a'] = 1 # SOLUTION", "t['a'] = ...", "t['a'] = 1"),
        (
            "  t.loc[a['b'], 'c'], x.y = 1, 2 #SOLUTION",
            "  t.loc[a['b'], 'c'], x.y = ...",
            "  t.loc[a['b'], 'c'], x.y = 1, 2",
        ),
        ("x += 1 # SOLUTION", "...", "x += 1"),
        ("f(x=1) # SOLUTION", "...", "f(x=1)"),
        ("x: int = 1 # SOLUTION", "...", "x: int = 1"),
        ("x = 1 # SOLUTION # for learners", "x = ...", "x = 1 # SOLUTION # for learners"),
        ("x = 1 # SOLUTION NO PROMPT", "", "x = 1"),
        ("# BEGIN SOLUTION\nx = 1\n# END SOLUTION\ny", "...\ny", "x = 1\ny"),
        ("# BEGIN SOLUTION NO PROMPT\nx = 1\n# END SOLUTION\ny", "y", "x = 1\ny"),
        ("# BEGIN SOLUTION NO PROMPT\nx\n# END SOLUTION\n# BEGIN PROMPT\ny = 2\n# END PROMPT", "y = 2", "x"),
        ("x = 1", "x = 1", "x = 1"),
    ],
)
def test_solutions_are_taken_out(source: str, stub: str, solution: str) -> None:
    assert (for_learners(source), solved(source)) == (stub, solution)


@pytest.mark.parametrize("source", ["# BEGIN SOLUTION\nx", "# END SOLUTION"])
def test_regions_must_match(source: str) -> None:
    with pytest.raises(ExchangeError, match="mend its regions"):
        for_learners(source)


@pytest.mark.parametrize("part", ["a[", "a[']']", "a[]", "a,", "a.b[c], ", "[", "]", "a[x]["])
def test_lines_that_would_take_a_pattern_for_ever(part: str) -> None:
    line = part * 20_000 + " # SOLUTION"
    assert for_learners(line) == "..."
    assert without_ignored(line) == line


def test_doctests_are_written_as_otter_writes_them() -> None:
    source = "if x:\n    y\nelse:\n    z\ntry:\n    a\nexcept E:\n    b\nf(1)"
    assert doctest_of(source, "2") == (
        ">>> if x:\n...     y\n... else:\n...     z\n>>> try:\n...     a\n... except E:\n...     b\n>>> f(1)\n2"
    )


@pytest.mark.parametrize(
    "content",
    [
        b"\xff\xfe",
        b"def (",
        b"x = 1",
        b"test = 3",
        b"test = {'name': 'q1'}",
        b"test = {'name': 'q', 'suites': [{'cases': [{'code': 3}]}]}",
        b"test = {'name': 'q', 'suites': [{'cases': [], 'setup': 'import os'}]}",
        b"test = {'name': 'q', 'suites': [{'cases': [{'code': '', 'points': True}]}]}",
        b"test = {'name': 'q', 'points': -1, 'suites': [{'cases': [{'code': ''}]}]}",
        b"name = 'q'",
        b"(" * 100_000,
    ],
)
def test_test_files_that_are_none_are_refused(content: bytes) -> None:
    with pytest.raises(ExchangeError):
        question_of_file(content, "tests/q.py")


def test_test_files_are_never_run(tmp_path: Path) -> None:
    witness = tmp_path / "run"
    content = f"open({str(witness)!r}, 'w')\nOK_FORMAT = True\ntest = dict(name='q', suites=[])\n"
    with pytest.raises(ExchangeError):
        question_of_file(content, "tests/q.py")
    assert not witness.exists()


RAW = "# %% [raw]\n# # "
CODE = "# %%\n"
BEGIN, END = f"{RAW}BEGIN QUESTION\n# name: q1\n", f"{RAW}END QUESTION\n"
TESTS = f"{RAW}BEGIN TESTS\n{CODE}f() == 1\n{RAW}END TESTS\n"


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (BEGIN + TESTS, "a block BEGIN QUESTION has no end"),
        (END, "ends a question block that has not begun"),
        (BEGIN + BEGIN + END, "begins a question block where none can begin"),
        (TESTS, "begins a tests block where none can begin"),
        (BEGIN + f"{RAW}BEGIN TESTS\n# %% [markdown]\n# text\n", "is no code"),
        (BEGIN + TESTS + END + BEGIN + TESTS + END, "without a name of its own"),
        (f"{RAW}BEGIN QUESTION\n{END}", "without a name of its own"),
        (f"{RAW}BEGIN QUESTION\n# [1, 2\n{END}", "is no YAML"),
        (f"{RAW}BEGIN QUESTION\n# - 1\n{END}", "has no keys"),
        (BEGIN + f"{RAW}BEGIN TESTS\n{CODE}f( ==\n{RAW}END TESTS\n" + END, "is no Python"),
        (BEGIN + END, "has no tests of Otter"),
        (f"{RAW}BEGIN QUESTION\n# name: q1\n# points: 0\n{TESTS}{END}", "worth no points"),
        (
            f"{RAW}ASSIGNMENT CONFIG\n# seed: {{variable: s, autograder_value: many}}\n{BEGIN}{TESTS}{END}",
            "no whole number",
        ),
        (f"{RAW}ASSIGNMENT CONFIG\n# tests: {{ok_format: false}}\n{BEGIN}{TESTS}{END}", "must be one function"),
    ],
)
def test_broken_sources_are_refused_with_a_reason(text: str, message: str, tmp_path: Path) -> None:
    (tmp_path / "lab.ipynb").write_text(json.dumps(notebook_of(text)))
    with pytest.raises(ExchangeError, match=message):
        import_otter(tmp_path / "lab.ipynb")


def test_a_yaml_bomb_is_refused_or_harmless(tmp_path: Path) -> None:
    bomb = "".join(f"# a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 9) if n else '1'}]\n" for n in range(12))
    (tmp_path / "lab.ipynb").write_text(json.dumps(notebook_of(f"{RAW}ASSIGNMENT CONFIG\n{bomb}{BEGIN}{TESTS}{END}")))
    (draft,) = import_otter(tmp_path / "lab.ipynb")
    assert len(draft.notes.all) < 30
