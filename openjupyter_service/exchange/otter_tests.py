"""Otter's tests as data: test files in doctest (OK) and exception style, as files or in a notebook's metadata.

Test files are Python, and are read without running them. Points are dealt out as `TestFile.resolve_test_file_points`
of Otter 7 deals them.
"""

import ast
import textwrap
from dataclasses import dataclass, replace
from typing import Any

from openjupyter_service.errors import ExchangeError

Number = int | float


@dataclass(frozen=True)
class Case:
    """One test case: doctest text, or the source of a function whose parameters are names of the notebook.

    `points` is None where the case has none of its own. `function` is the function's name, empty for a doctest.
    """

    code: str
    hidden: bool = False
    points: Number | None = None
    function: str = ""
    failure_message: str = ""
    success_message: str = ""


@dataclass(frozen=True)
class Question:
    """The tests of one question. `module` is what a file in exception style has beside its cases."""

    name: str
    cases: list[Case]
    points: Number | list[Number | None] | None = None
    all_or_nothing: bool = False
    module: str = ""

    def case_points(self) -> list[Number]:
        """What each case is worth.

        Raises:
            ExchangeError: the points make no sense; the text says why
        """
        own = [case.points for case in self.cases]
        total = None if isinstance(self.points, list) else self.points
        if isinstance(self.points, list):
            if len(self.points) != len(own):
                raise ExchangeError(
                    f"the question {self.name} lists {len(self.points)} points and has {len(own)} test cases; "
                    "give it as many points as cases"
                )
            own = list(self.points)
        given: Number = sum(points for points in own if points is not None)
        open_cases = own.count(None)
        if total is not None and given > total:
            raise ExchangeError(
                f"the test cases of question {self.name} are worth {given:g} points, and the question {total:g}; "
                "mend one of them"
            )
        rest: Number = 0
        if total is not None and open_cases:
            rest = (total - given) / open_cases
        elif total is None and given == 0 and open_cases:
            rest = 1 / open_cases
        return [points if points is not None else rest for points in own]

    def public(self) -> "Question":
        """The question with its public cases alone."""
        return replace(self, cases=[case for case in self.cases if not case.hidden])


def question_of_spec(spec: Any, where: str) -> Question:
    """The question of a dict in OK format.

    Raises:
        ExchangeError: it is none, or uses what Otter itself refuses
    """
    try:
        name = str(spec["name"])
        (suite,) = spec["suites"]
        if suite.get("type", "doctest") != "doctest" or suite.get("setup") or suite.get("teardown"):
            raise ExchangeError(f"{where}: suites with setup, teardown or another type than doctest cannot be read")
        cases = [
            Case(
                textwrap.dedent(_text(case["code"])),
                bool(case.get("hidden", True)),
                _number(case.get("points")),
                failure_message=_text(case.get("failure_message") or ""),
                success_message=_text(case.get("success_message") or ""),
            )
            for case in suite["cases"]
        ]
        return Question(name, cases, _points(spec.get("points")), spec.get("all_or_nothing") is True)
    except (KeyError, TypeError, ValueError, AttributeError):
        raise ExchangeError(f"{where} is no test of Otter in OK format; make it anew with `otter assign`") from None


def question_of_file(content: bytes | str, where: str) -> Question:
    """The question of a test file in Python, of either style.

    Raises:
        ExchangeError: it is none
    """
    try:
        text = content if isinstance(content, str) else content.decode("utf-8-sig")
        tree = ast.parse(text)
    except (SyntaxError, ValueError, RecursionError, MemoryError) as error:
        raise ExchangeError(f"{where} is no Python ({error}); make it anew with `otter assign`") from None
    values = _constants(tree)
    if "test" in values:
        return question_of_spec(values["test"], where)
    cases = [case for node in tree.body if isinstance(node, ast.FunctionDef) and (case := _case(node, text))]
    if not cases or "name" not in values:
        raise ExchangeError(f"{where} is no test of Otter: it has neither `test` nor a function with @test_case")
    known = {"name", "points", "all_or_nothing", "OK_FORMAT"}
    module = [node for node in tree.body if not _is_otters(node, known)]
    return Question(
        str(values["name"]),
        cases,
        _points(values.get("points")),
        values.get("all_or_nothing") is True,
        "\n".join(ast.unparse(node) for node in module),
    )


def is_test_of_otter(content: bytes) -> bool:
    """May a Python file be one of Otter's tests?"""
    return b"OK_FORMAT" in content or (b"suites" in content and b"cases" in content)


def _constants(tree: ast.Module) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for node in tree.body:
        if isinstance(node, ast.Assign) and len(node.targets) == 1 and isinstance(node.targets[0], ast.Name):
            try:
                found[node.targets[0].id] = ast.literal_eval(node.value)
            except (ValueError, TypeError, MemoryError, RecursionError):
                continue
    return found


def _is_otters(node: ast.stmt, known: set[str]) -> bool:
    """Is it a part of the format, and nothing that a case may use?"""
    if isinstance(node, ast.FunctionDef):
        return _decorator(node) is not None
    if isinstance(node, ast.ImportFrom):
        return node.module is not None and node.module.startswith("otter")
    if isinstance(node, ast.Assign):
        return all(isinstance(target, ast.Name) and target.id in known for target in node.targets)
    return False


def _decorator(node: ast.FunctionDef) -> ast.Call | None:
    for decorator in node.decorator_list:
        call = decorator if isinstance(decorator, ast.Call) else None
        name = call.func if call else None
        if getattr(name, "id", getattr(name, "attr", "")) == "test_case":
            return call
    return None


def _case(node: ast.FunctionDef, text: str) -> Case | None:
    call = _decorator(node)
    if call is None:
        return None
    names = ("name", "points", "hidden", "success_message", "failure_message")
    given = dict(zip(names, call.args, strict=False))
    given |= {keyword.arg: keyword.value for keyword in call.keywords if keyword.arg}
    values = {name: value.value for name, value in given.items() if isinstance(value, ast.Constant)}
    lines = text.split("\n")[node.lineno - 1 : node.end_lineno]
    return Case(
        textwrap.dedent("\n".join(lines)),
        values.get("hidden") is True,
        _number(values.get("points")),
        node.name,
        _text(values.get("failure_message") or ""),
        _text(values.get("success_message") or ""),
    )


def _points(value: Any) -> Number | list[Number | None] | None:
    if isinstance(value, list | tuple):
        return [_number(item) for item in value]
    return _number(value)


def _number(value: Any) -> Number | None:
    if value is None:
        return None
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0 <= value < 1e9:
        raise ExchangeError(f"{str(value)[:50]!r} is no number of points; write one from 0 on")
    return value


def _text(value: Any) -> str:
    if isinstance(value, list):
        return "\n".join(map(_text, value))
    if not isinstance(value, str):
        raise ValueError("no text")
    return value


def doctest_of(source: str, output: str) -> str:
    """Code of a test cell with what it printed, as a doctest: what `otter assign` makes of it.

    Raises:
        SyntaxError: it is no Python
    """
    tree = ast.parse(source)
    for node in ast.walk(tree):
        for name in ("annotation", "returns"):
            if getattr(node, name, None) is not None and not isinstance(node, ast.AnnAssign):
                setattr(node, name, None)
    lines: list[str] = []
    for line in ast.unparse(tree).split("\n"):
        if line:
            goes_on = line.startswith((" ", "\t", "elif ", "else:", "finally:", "except"))
            lines.append(f"{'... ' if lines and goes_on else '>>> '}{line}")
    return "\n".join([*lines, *output.split("\n")])
