"""Marks that are wrong, in any cell and any disguise: refused with cell and line, and never read in another way."""

from pathlib import Path

import pytest

from tests.unit.authoring.sources import SOUND, Course, built, code, raw, text

B, E = "### BEGIN SOLUTION", "### END SOLUTION"
HB, HE = "### BEGIN HIDDEN TESTS", "### END HIDDEN TESTS"


@pytest.mark.parametrize("kind", [code, text, raw])
@pytest.mark.parametrize(
    ("source", "line", "said"),
    [
        (f"x = 1\n{B}\nx = 2", 2, "### BEGIN SOLUTION is not closed; write ### END SOLUTION below it"),
        (f"x = 1\n{E}", 2, "closes what nothing opened; write ### BEGIN SOLUTION above it"),
        (f"{B}\nx = 1\n{B}\nx = 2\n{E}\n{E}", 3, "stands inside of what ### BEGIN SOLUTION opened in line 1"),
        (f"{B}\nx = 1\n{HB}\nx = 2\n{HE}\n{E}", 3, "write ### END SOLUTION before it"),
        (f"{HB}\nx = 1\n{B}\nx = 2\n{E}\n{HE}", 3, "write ### END HIDDEN TESTS before it"),
        (f"{B}\nx = 1\n{HE}", 3, "cannot close ### BEGIN SOLUTION of line 1"),
        (f"{E}\nx = 1\n{B}", 1, "closes what nothing opened"),
        (f"{B}\nx = 1\n{E}\n{E}", 4, "closes what nothing opened"),
        (f"x = 1\n{B}\n\n  \n{E}", 2, "there is nothing between"),
    ],
)
def test_marks_that_do_not_pair(tmp_path: Path, kind: object, source: str, line: int, said: str) -> None:
    (sentence,) = Course(tmp_path, *SOUND, kind(source)).refused()  # type: ignore[operator]
    assert f"), line {line}: " in sentence and sentence.startswith("cell 4 (“") and said in sentence


@pytest.mark.parametrize("kind", [code, text, raw])
@pytest.mark.parametrize(
    "line",
    [
        "### BEGIN SOLUTIONS",
        "### begin solution",
        "### Begin Solution",
        "###BEGIN_SOLUTION",
        "### BEGIN  SOLUTION",
        "### BEGIN SOLUTION:",
        "### BEGIN SOLUTION ###",
        "### BEGIN HIDDEN TEST",
        "### BEGIN HIDDEN-TESTS",
        "### begin hidden tests",
        "### START SOLUTION",
        "### STOP SOLUTION",
        "### END OF SOLUTION",
        "####### BEGIN SOLUTION",
        "BEGIN SOLUTION",
        "x = 1  ### BEGIN SOLUTION",
        '"""### BEGIN SOLUTION"""',
        "### BEGIN SOLUTION x = 1",
        "### BEGIN\u00a0SOLUTION",
        "### BEGIN\u200bSOLUTION",
        "### BE\u200dGIN SOLUTION",
        "\u2060### BEGIN SOLUTION",
        "### ＢＥＧＩＮ ＳＯＬＵＴＩＯＮ",
        "### BEGIN SOLUTION\u2028x = 1",
        "x = 1\x0c### BEGIN SOLUTION",
        "x = 1\x85### BEGIN SOLUTION",
        "x = 1\x0b### BEGIN SOLUTION",
        "\x0c### BEGIN SOLUTION",
        "<!-- BEGIN SOLUTION -->",
        "<!-- begin solution -->",
        "### BEGIN MARK-SCHEME",
        "x = 1  # begin solution",
        "### SOLUTION BEGIN",
        "# solution end",
        "### HIDDEN TESTS START",
        "> ### BEGIN SOLUTION",
        "- begin <!-- end of solution -->",
        "x = 1  # SOLUTION",
        "x = 1  # SOLUTION NO PROMPT",
        "# BEGIN TESTS",
        "# BEGIN QUESTION",
        "# END PROMPT",
    ],
)
def test_what_only_looks_like_a_mark(tmp_path: Path, kind: object, line: str) -> None:
    course = Course(tmp_path, *SOUND, kind(f"{line}\nx = 'SECRET'\n{E}"))  # type: ignore[operator]
    (sentence,) = course.refused()
    assert "looks like a mark and is none; write a mark alone on its line, such as ### BEGIN SOLUTION" in sentence
    assert "\u2028" not in sentence and sentence.startswith("cell 4 (“x = ")


@pytest.mark.parametrize(
    "words",
    [
        "In the end, solutions differ.",
        "Begin with the solution that you know.",
        "# The beginning: solutions of equations",
        "## Solution",
        "begin_solution = end_solution",
        "x = {'BEGIN': 'SOLVING'}",
        "# hidden tests try other cases, too",
        "# the solution begins here",
        "Solution: begin at the end.",
        "LEGEND SOLUTION",
    ],
)
def test_words_that_are_no_marks(tmp_path: Path, words: str) -> None:
    result = built(tmp_path, *SOUND, text(words), code(words))
    assert result.learner[2:] == [words, words]


@pytest.mark.parametrize("quote", ['"""', "'''", 'f"""', 'rb"""'])
def test_marks_inside_of_a_string(tmp_path: Path, quote: str) -> None:
    end = quote[-3:]
    (sentence,) = Course(tmp_path, *SOUND, code(f"x = {quote}\n{B}\nSECRET\n{E}\n{end}")).refused()
    assert "line 2: “### BEGIN SOLUTION” stands inside of a string; end the string first" in sentence
    (sentence,) = Course(tmp_path, *SOUND, code(f"{B}\nx = {quote}\n{E}\nSECRET{end}")).refused()
    assert "line 3: “### END SOLUTION” stands inside of a string" in sentence


def test_a_string_inside_of_marks_is_part_of_the_solution(tmp_path: Path) -> None:
    result = built(
        tmp_path, *SOUND, code(f'x = ""\n{B}\nx = """\n  SECRET\n"""\n{E}\ny = (\n    "a"\n    # c\n    "b"\n)')
    )
    assert result.learner[2] == 'x = ""\n# Your code here\ny = (\n    "a"\n    # c\n    "b"\n)'
    assert result.solution[2].startswith('x = ""\nx = """\n  SECRET\n"""\ny')


@pytest.mark.parametrize(
    ("source", "line", "said"),
    [
        (
            f"x = [\n    {B}\n    1,\n    {E}\n]",
            2,
            "without what is between the marks this cell is no valid Python for le",
        ),
        (f"if True:\n    {HB}\n    x = 1\n    {HE}", 2, "move the marks so that whole statements stand between them"),
        (f"try:\n    x = 1\n{B}\nfinally:\n    x = 2\n{E}", 3, "no valid Python for learners"),
        (f"{B}\nx = (\n{E}", 2, "this is no valid Python: '(' was never closed; mend it"),
        (f"def f():\n{B}\nreturn 1\n{E}", 3, "this is no valid Python: expected an indented block"),
        (f"x = 1 + \\\n{B}\n2\n{E}", 2, "this is no valid Python"),
        (f'{B}\nx = """\n{E}', 2, "this is no valid Python: unterminated triple-quoted string"),
        (f"{B}\nx = '\\N{{no}}'\n{E}", 2, "this is no valid Python"),
        (f"{B}\n" + "(" * 300 + ")" * 300 + f"\n{E}", None, "this is no valid Python"),
        (f"{B}\nx = " + "-" * 100_000 + f"1\n{E}", None, "this is too deeply nested for Python; write it in several"),
        (f"{B}\nx = " + "1 + " * 100_000 + f"1\n{E}", None, "this is too deeply nested for Python"),
    ],
)
def test_marks_that_break_the_code(tmp_path: Path, source: str, line: int | None, said: str) -> None:
    (sentence,) = Course(tmp_path, *SOUND, code(source)).refused()
    assert said in sentence
    assert line is None or f", line {line}: " in sentence


@pytest.mark.parametrize(
    ("cell", "said"),
    [
        (text(f"{HB}\nassert x\n{HE}"), "tests are code, and this is a markdown cell; make it a code cell"),
        (raw("x", "hidden-tests"), "tests are code, and this is a raw cell"),
        (text("x", "tests"), "give it the tag “private” if nobody but you should see it"),
        (code(f"{B}\nx = 1\n{E}", "hidden-tests"), "this cell is a test and cannot hold a solution, too"),
        (code(f"{B}\nx = 1\n{E}", "tests"), "write the solution in a cell of its own"),
        (code("%%bash\nls", "tests"), "a test must be Python; take the cell magic (%%) out"),
        (raw("x", "solution"), "a raw cell cannot be solved"),
        (code("x", "solution", "private"), "this cell has the tags “solution” and “private”; keep one of them"),
        *(
            (code("x", wrong), f"the tag “{wrong}” is none that build knows; did you mean “{right}”?")
            for wrong, right in {
                "Solution": "solution",
                "solutions": "solution",
                "soluton": "solution",
                "hidden_tests": "hidden-tests",
                "hidden test": "hidden-tests",
                "Hidden-Tests": "hidden-tests",
                "hiden-tests": "hidden-tests",
                "hidden": "hidden-tests",
                "test": "tests",
                "Private": "private",
            }.items()
        ),
    ],
)
def test_tags_that_cannot_be(tmp_path: Path, cell: dict[str, object], said: str) -> None:
    (sentence,) = Course(tmp_path, *SOUND, cell).refused()
    assert sentence.startswith("cell 4 (“") and said in sentence


def test_all_mistakes_at_once_in_their_order(tmp_path: Path) -> None:
    sentences = Course(tmp_path, code(E), *SOUND, code("x", "soluton"), text(B)).refused()
    assert [sentence.partition(" (")[0] for sentence in sentences] == ["cell 1", "cell 5", "cell 6"]
