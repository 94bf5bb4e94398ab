"""What the source of hidden tests says of them, without running it: titles, marks, and what is missing."""

import ast
import difflib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from openjupyter_service.errors import ExerciseError
from openjupyter_service.exercises.course import Exercise, is_test_file
from openjupyter_service.exercises.mistakes import shown_path
from openjupyter_service.grading.check.findings import ExerciseResult, Subject

OUR_MARKS = ("points", "hint", "reveal", "seconds", "in_kernel", "exact_types")
_PYTEST_MARKS = ("parametrize", "skip", "skipif", "xfail", "usefixtures", "filterwarnings", "asyncio")

Function = ast.FunctionDef | ast.AsyncFunctionDef


@dataclass(frozen=True)
class HiddenTest:
    """A test function as its source shows it; `name` as pytest's node id has it, without parameters."""

    path: str
    line: int
    name: str
    title: str
    marks: dict[str, ast.Call | None]
    source: str

    def seconds(self, default: float) -> float:
        """The time limit of the mark `seconds`, else the exercise's."""
        call = self.marks.get("seconds")
        value = call.args[0] if call and call.args else None
        number = value.value if isinstance(value, ast.Constant) else None
        return float(number) if isinstance(number, int | float) else default


def hidden_tests(exercise: Exercise) -> list[HiddenTest]:
    """All test functions and methods of an exercise, as far as its files are valid Python."""
    found: list[HiddenTest] = []
    for path, content in exercise.tests().items():
        if is_test_file(path):
            try:
                text = content.decode("utf-8-sig")
                found += _tests_of(path, ast.parse(text), text)
            except (SyntaxError, ValueError):
                continue
    return found


def check_sources(exercise: Exercise, result: ExerciseResult) -> None:
    """Note test files that are no Python, tests without title or hint, equal titles, and misspelt marks."""
    try:
        files = exercise.tests()
    except ExerciseError as error:
        result.error(Subject.TESTS, str(error))
        return
    for path, content in files.items():
        if path.endswith(".py"):
            try:
                ast.parse(content)
            except (SyntaxError, ValueError) as error:
                line = f", line {error.lineno}" if isinstance(error, SyntaxError) and error.lineno else ""
                reason = error.msg if isinstance(error, SyntaxError) else error
                result.error(Subject.TESTS, f"{shown_path(exercise.folder / path)}{line}: {reason}")
    tests = hidden_tests(exercise)
    _note_marks(exercise.folder, tests, result)
    _note_what_is_missing(exercise.folder, tests, result)


def _tests_of(path: str, tree: ast.Module, text: str) -> Iterator[HiddenTest]:
    marks = _module_marks(tree)
    for node in tree.body:
        if isinstance(node, Function) and node.name.startswith("test"):
            yield _test(path, node, node.name, marks, text)
        elif isinstance(node, ast.ClassDef):
            inner = {**marks, **_marks(node.decorator_list)}
            for method in node.body:
                if isinstance(method, Function) and method.name.startswith("test"):
                    yield _test(path, method, f"{node.name}::{method.name}", inner, text)


def _test(path: str, node: Function, name: str, marks: dict[str, ast.Call | None], text: str) -> HiddenTest:
    documentation = (ast.get_docstring(node) or "").strip()
    return HiddenTest(
        path=path,
        line=node.lineno,
        name=f"{path}::{name}",
        title=documentation.split("\n")[0],
        marks={**marks, **_marks(node.decorator_list)},
        source=ast.get_source_segment(text, node) or "",
    )


def _module_marks(tree: ast.Module) -> dict[str, ast.Call | None]:
    """Marks of `pytestmark = …`, which hold for the whole file."""
    for node in tree.body:
        if isinstance(node, ast.Assign) and any(ast.unparse(target) == "pytestmark" for target in node.targets):
            return _marks(node.value.elts if isinstance(node.value, ast.List | ast.Tuple) else [node.value])
    return {}


def _marks(expressions: list[ast.expr]) -> dict[str, ast.Call | None]:
    found: dict[str, ast.Call | None] = {}
    for expression in expressions:
        call = expression if isinstance(expression, ast.Call) else None
        words = ast.unparse(call.func if call else expression)
        for prefix in ("pytest.mark.", "mark."):
            if words.startswith(prefix):
                found[words.removeprefix(prefix)] = call
                break
    return found


def _note_marks(folder: Path, tests: list[HiddenTest], result: ExerciseResult) -> None:
    for test in tests:
        for mark in set(test.marks) - {*OUR_MARKS, *_PYTEST_MARKS}:
            where = f"{shown_path(folder / test.path)}, line {test.line}"
            if nearest := difflib.get_close_matches(mark, [*OUR_MARKS, *_PYTEST_MARKS], 1, 0.7):
                result.error(Subject.TESTS, f"{where}: there is no mark `{mark}`; did you mean `{nearest[0]}`?")


def _note_what_is_missing(folder: Path, tests: list[HiddenTest], result: ExerciseResult) -> None:
    def names(chosen: list[HiddenTest]) -> str:
        places = [
            f"{test.name.partition('::')[2]} ({shown_path(folder / test.path)}, line {test.line})" for test in chosen
        ]
        return ", ".join(places[:5]) + (f" and {len(places) - 5} more" if len(places) > 5 else "")

    if untitled := [test for test in tests if not test.title]:
        result.warn(
            Subject.TESTS,
            f"without a title for learners: {names(untitled)}; write it into the first line of the docstring",
        )
    if without_points := [test for test in tests if "points" not in test.marks]:
        result.warn(
            Subject.TESTS,
            f"worth 1 point because nothing else is said: {names(without_points)}; write @pytest.mark.points(…)",
        )
    if without_hint := [test for test in tests if "hint" not in test.marks]:
        result.warn(Subject.TESTS, f"without a hint: {names(without_hint)}; write @pytest.mark.hint(…)")
    titles = [test.title for test in tests if test.title]
    for title in sorted({title for title in titles if titles.count(title) > 1}):
        result.warn(
            Subject.TESTS,
            f"{titles.count(title)} tests are called “{title}”; learners cannot tell them apart: rename them",
        )
