"""Nothing that marks or tags hide reaches learners, wherever a source holds it."""

import base64
import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from openjupyter_service.authoring.build import build_exercise
from openjupyter_service.authoring.mistakes import SourceError
from tests.unit.authoring.sources import SOUND, Course, Result, built, code, raw, text

B, E = "### BEGIN SOLUTION", "### END SOLUTION"
HB, HE = "### BEGIN HIDDEN TESTS", "### END HIDDEN TESTS"
SECRET = "SECRET_31337"


def hidden_everywhere() -> dict[str, Any]:
    """What a cell may carry beside its source, the secret in all of it."""
    return {
        "metadata": {
            "tags": ["solution"],
            "nbgrader": {"solution": True, "grade": False, "grade_id": SECRET, "checksum": SECRET},
            "jupyter": {SECRET: SECRET},
            "slideshow": {"slide_type": SECRET},
            "name": SECRET,
            SECRET: f"{B}\n{SECRET}\n{E}",
        },
        "attachments": {f"{SECRET}.png": {"image/png": SECRET}, "a.png": {"text/plain": SECRET}},
        SECRET: SECRET,
    }


def test_what_a_cell_carries_beside_its_source(tmp_path: Path) -> None:
    outputs = [
        {"output_type": "stream", "name": "stdout", "text": [B, SECRET, E]},
        {"output_type": "execute_result", "data": {"text/html": SECRET}, "metadata": {SECRET: 1}, "execution_count": 3},
        {"output_type": "error", "ename": SECRET, "evalue": "", "traceback": [SECRET]},
    ]
    result = built(
        tmp_path,
        *SOUND,
        code(f"{SECRET} = 1", outputs=outputs, **hidden_everywhere()),
        text(f"{SECRET} ![](attachment:{SECRET}.png)", **hidden_everywhere()),
        text("![](attachment:a.png)", attachments=hidden_everywhere()["attachments"]),
        raw(f"a\n{B}\n{SECRET}\n{E}", attachments=hidden_everywhere()["attachments"]),
        code(f"{HB}\ndef test_x(learner):\n    assert learner.{SECRET} == 1\n{HE}", outputs=outputs),
        code("print('seen')", outputs=outputs),
        metadata={"kernelspec": {"name": f"{SECRET}\n", "display_name": "x"}, "title": SECRET, "authors": [SECRET]},
    )
    assert SECRET not in result.public
    assert f"{SECRET} = 1" in result.private and f"learner.{SECRET} == 1" in result.private


@pytest.mark.parametrize(
    "cell",
    [
        code("x = 1", "BEGIN SOLUTION"),
        text("![](attachment:BEGIN%20SOLUTION.png)", attachments={"BEGIN SOLUTION.png": {"image/png": "QUFB"}}),
        text(
            "![](attachment:a.svg)",
            attachments={"a.svg": {"image/svg+xml": base64.b64encode(f"<!--\n{B}\n-->".encode()).decode()}},
        ),
        text("![](attachment:a.svg)", attachments={"a.svg": {"image/svg+xml": [f"<!--\n{B}\n-->"]}}),
        code("x = 1", id="BEGIN_SOLUTION"),
    ],
)
def test_marks_where_none_can_be(tmp_path: Path, cell: dict[str, Any]) -> None:
    (sentence,) = Course(tmp_path, *SOUND, cell).refused()
    assert sentence.startswith("cell 4 (“") and "learners would get; take it out" in sentence


def test_titles_of_tests_are_what_learners_see_anyway(tmp_path: Path) -> None:
    """Titles are shown in reports: none may come from a cell that is hidden."""
    result = built(
        tmp_path,
        text("# Seen"),
        *SOUND[1:],
        text(f"## {SECRET}", "private"),
        text(f"## {SECRET}", "solution"),
        text(f"{B}\n## {SECRET}\n{E}"),
        code(f"{HB}\nassert mean([1]) == 1\n{HE}"),
    )
    assert '"""Seen"""' in result.tests and SECRET not in result.tests + result.toml


def test_a_title_of_the_exercise_is_seen_anyway(tmp_path: Path) -> None:
    assert built(tmp_path, text(f"# {SECRET}", "private"), *SOUND).toml == 'title = "Means"\n'


def test_hidden_tests_that_also_stand_elsewhere(tmp_path: Path) -> None:
    line = "    assert learner.mean([1, 2, 6]) == 3"
    (sentence,) = Course(tmp_path, *SOUND, text(f"For example:\n\n```\n{line}\n```")).refused()
    assert "line 6: this line of a hidden test also stands in cell 4, which learners see; change one" in sentence


def test_solutions_that_also_stand_elsewhere_are_told(tmp_path: Path) -> None:
    result = built(tmp_path, *SOUND, code("print(mean([1]))\n# return sum(values) / len(values)"))
    (note,) = result.notes
    assert note.startswith("cell 2 (“def mean(values):”), line 6: this line of the solution also stands in cell 4")
    assert built(tmp_path, *SOUND, code("mean([1, 2])")).notes == []


def test_the_starter_of_a_cell_that_is_solution_and_tests(tmp_path: Path) -> None:
    source = f"def f():\n    {B}\n    return '{SECRET}'\n    {E}\n{HB}\nassert f() == '{SECRET}'\n{HE}"
    result = built(tmp_path, *SOUND, code(source))
    assert result.learner[2] == "def f():\n    # Your code here\n    raise NotImplementedError"
    assert f"return '{SECRET}'" not in result.tests, "the test must not bring its own solution"
    assert f"    f = learner[\"f\"]\n\n    assert f() == '{SECRET}'" in result.tests


LINES = st.sampled_from(
    [B, E, B, E, HB, HE, f"    {B}", f"    {E}", "### BEGIN MARK SCHEME", "### END MARK SCHEME", '"""', "'''", "x = 1",
     "# a comment", "", "    y = 2", "def f():", "if x:", "### begin solution", f"x = 1 {B}", f"s = '{E}'", "%%bash",
     "%magic", "(", ")", "\\", f"{B}\r", f"{HE}\x0c"]
)  # fmt: skip
PAIRS = st.sampled_from([[B, E], [HB, HE], [B, "x = 1", E], ["def f():", "    y = 2"], [B, '"""', '"""', E], ["# a"]])
SOURCES = st.lists(PAIRS | PAIRS | PAIRS | LINES.map(lambda line: [line]), max_size=5).map(
    lambda parts: [line for part in parts for line in part]
)
KINDS = st.sampled_from(["code", "markdown", "raw"])
TAGS = st.lists(st.sampled_from(["solution", "hidden-tests", "tests", "private", "report"]), max_size=1)


def numbered(lines: list[str]) -> str:
    """The lines, with one of its own between any two that can be told from all others."""
    return "\n".join(f"{line}\nv{number} = 1" for number, line in enumerate(lines, 1))


def hidden_lines(kind: str, source: str, tags: list[str]) -> set[str]:
    """By the plainest reading of the marks: all between any BEGIN and the next END, and whole cells by their tags."""
    found: set[str] = set()
    opened = False
    for line in source.replace("\r", "\n").replace("\x0c", "\n").split("\n"):
        if "BEGIN" in line.upper() or "END " in line:
            opened = "BEGIN" in line.upper()
        elif line.startswith("v") and (opened or {"solution", "hidden-tests", "private"} & set(tags)):
            found.add(line)
    return found if not {"solution"} & set(tags) or not found else found - _outside(source)


def _outside(source: str) -> set[str]:
    """With marks in a cell that is tagged as a solution, what is outside of them is given on purpose."""
    if B not in source:
        return set()
    inside = hidden_lines("", source, [])
    return {line for line in source.split("\n") if line.startswith("v")} - inside


@settings(max_examples=400, deadline=None)
@given(st.lists(st.tuples(KINDS, SOURCES, TAGS), min_size=1, max_size=2))
def test_any_order_of_marks(
    tmp_path_factory: pytest.TempPathFactory, cells: list[tuple[str, list[str], list[str]]]
) -> None:
    """Whatever marks a source holds: it is refused, or learners get nothing of what stands between them."""
    root = tmp_path_factory.getbasetemp() / "any"
    wanted = []
    hidden: set[str] = set()
    for number, (kind, lines, tags) in enumerate(cells):
        source = numbered(lines).replace("v", f"v{number}_")
        wanted.append({"code": code, "markdown": text, "raw": raw}[kind](source, *tags))
        hidden |= hidden_lines(kind, source, tags)
    course = Course(root, *SOUND, *wanted)
    try:
        result = build_exercise(course.folder, course.public)
    except SourceError as error:
        assert error.sentences()
        return
    public = json.loads(result.files[course.notebook])
    seen = {line for cell in public["cells"] for line in "".join(cell["source"]).split("\n")}
    assert not hidden & seen


def test_the_check_of_any_order_looks_at_something(tmp_path: Path) -> None:
    source = numbered([B, E, HB, HE])
    assert hidden_lines("code", source, []) == {"v1 = 1", "v3 = 1"}
    result = Result(Course(tmp_path, *SOUND, code(source)))
    assert "v2 = 1" in result.learner[2] and "v1 = 1" not in result.learner[2]
