"""Source notebooks of `otter assign`: blocks of raw cells around questions, prompts, solutions and tests."""

import ast
import re
from dataclasses import dataclass, field
from typing import Any

import yaml

from openjupyter_service.errors import ExchangeError
from openjupyter_service.exchange.notebooks import Cell, Notebook, cell_id
from openjupyter_service.exchange.notes import Notes
from openjupyter_service.exchange.otter_solutions import for_learners, solved, without_ignored
from openjupyter_service.exchange.otter_tests import Case, Question, doctest_of

_MAX_CONFIG = 100_000
_BOUNDARY = re.compile(r"#\s+(begin|end)\s+(question|prompt|solution|tests)\s*", re.IGNORECASE)
_ASSIGNMENT = re.compile(r"#\s+assignment\s+config\s*", re.IGNORECASE)
_IGNORED = re.compile(r"(##\s*ignore\s*##\s*|#\s*ignore\s*)", re.IGNORECASE)
_BEGIN_CONFIG = re.compile(r'(?:.\s*=\s*)?""?"?\s*#\s*BEGIN\s*TEST\s*CONFIG', re.IGNORECASE)
_END_CONFIG = re.compile(r'""?"?\s*#\s*END\s*TEST\s*CONFIG', re.IGNORECASE)
ANSWER = "_Type your answer here, replacing this text._"
CHECK = "# {name} is tested here when you hand in your notebook."


@dataclass
class Assignment:
    """What a source or a generated assignment holds.

    `learner` and `solution` are the cells of both notebooks; `checks` the id of the cell at which each question is
    tested, by the question's name; `config` the assignment's own.
    """

    learner: list[Cell] = field(default_factory=list)
    solution: list[Cell] | None = None
    questions: list[Question] = field(default_factory=list)
    checks: dict[str, str] = field(default_factory=dict)
    config: dict[str, Any] = field(default_factory=dict)


def is_source(notebook: Notebook) -> bool:
    """Is it one that `otter assign` reads?"""
    cells = _unfenced(notebook.cells)
    return any(cell.kind == "raw" and (_boundary(cell) or _ASSIGNMENT.match(cell.source)) for cell in cells)


def read_source_notebook(notebook: Notebook, notes: Notes) -> Assignment:
    """Take a source notebook apart.

    Raises:
        ExchangeError: blocks that do not match, configurations that are none
    """
    reader = _Reader(notes)
    for index, cell in enumerate(_unfenced(notebook.cells)):
        reader.read(cell, index + 1)
    reader.finish()
    return reader.found


class _Reader:
    """Goes through the cells, and keeps in which blocks it is."""

    def __init__(self, notes: Notes) -> None:
        self.found = Assignment(solution=[])
        self._notes = notes
        self._blocks: list[str] = []
        self._config: dict[str, Any] = {}
        self._tests: list[tuple[Cell, str]] = []
        self._seen: set[str] = set()
        self._has_prompt = False

    def read(self, cell: Cell, number: int) -> None:
        where = f"cell {number}"
        if _IGNORED.match(cell.source):
            self._notes.dropped(where, "it is marked # IGNORE, as in Otter")
        elif cell.kind == "raw" and _ASSIGNMENT.match(cell.source):
            self.found.config |= read_config(cell.source, where)
        elif cell.kind == "raw" and (boundary := _boundary(cell)):
            kind, block = boundary
            self._begin(block, cell, where) if kind == "begin" else self._end(block, where)
        elif self._blocks[-1:] == ["tests"]:
            if cell.kind != "code":
                raise ExchangeError(f"{where} stands in a tests block and is no code; move it out of the block")
            self._tests.append((cell, where))
        else:
            self._add(cell)

    def finish(self) -> None:
        if self._blocks:
            raise ExchangeError(
                f"a block BEGIN {self._blocks[-1].upper()} has no end; add a raw cell # END {self._blocks[-1].upper()}"
            )

    def _begin(self, block: str, cell: Cell, where: str) -> None:
        if (block == "question") == bool(self._blocks) or len(self._blocks) > 1:
            raise ExchangeError(
                f"{where} begins a {block} block where none can begin; mend the blocks, as `otter assign` would ask"
            )
        self._blocks.append(block)
        self._has_prompt = self._has_prompt or block == "prompt"
        if block == "question":
            self._has_prompt = False
            self._config, self._tests = read_config(cell.source, where), []
            name = str(self._config.get("name", ""))[:100]
            if not name or name in self._seen:
                raise ExchangeError(f"{where} begins a question without a name of its own; give each question one")
            self._seen.add(name)
            self._config["name"] = name

    def _end(self, block: str, where: str) -> None:
        if self._blocks[-1:] != [block]:
            raise ExchangeError(f"{where} ends a {block} block that has not begun; mend the blocks")
        self._blocks.pop()
        if block == "question":
            self._end_question()

    def _end_question(self) -> None:
        name = self._config["name"]
        manual = self._config.get("manual") is True
        if self._tests:
            ok_format = _get(self.found.config, "tests", "ok_format") is not False
            cases = [case_of(cell, ok_format, where) for cell, where in self._tests]
            points = self._config.get("points")
            if isinstance(points, dict):
                points = points.get("each", 1) * len(cases)
            self.found.questions.append(Question(name, cases, points, self._config.get("all_or_nothing") is True))
            id = cell_id(f"{name}-check")
            self.found.checks[name] = id
            self._add(Cell("code", CHECK.format(name=name), id, {"editable": False, "deletable": False}))
        elif manual:
            self._notes.dropped(
                f"the points of question {name} ({self._config.get('points', 1)})",
                "it is graded by hand, which an exercise here is not; its text stays in the notebook",
            )
        else:
            self._notes.changed(f"the question {name}", "it has no tests, and stays in the notebook as text")

    def _add(self, cell: Cell) -> None:
        assert self.found.solution is not None
        source = without_ignored(cell.source)
        given = self._seeded(source, "student_value")
        source = self._seeded(source, "autograder_value")
        metadata = {key: value for key, value in cell.metadata.items() if key in ("tags", "editable", "deletable")}
        if self._blocks == ["question"]:
            metadata |= {"editable": False, "deletable": False}
        block = self._blocks[-1] if self._blocks else ""
        everywhere = self.found.config.get("solutions_in_all_cells") or self.found.config.get(
            "strip_solutions_from_all_cells"
        )
        if block == "prompt":
            self.found.learner.append(Cell(cell.kind, given, cell.id, metadata))
        elif block == "solution" and cell.kind == "markdown":
            self.found.solution.append(Cell(cell.kind, source, cell.id, metadata))
            if self._config.get("manual") is True and not self._has_prompt:
                self._has_prompt = True
                self.found.learner.append(Cell("markdown", ANSWER, cell.id))
        elif cell.kind == "code" and (block == "solution" or everywhere):
            self.found.solution.append(Cell("code", solved(source), cell.id, metadata))
            stub = for_learners(given)
            if stub.strip() or not source.strip():
                self.found.learner.append(Cell("code", stub, cell.id, metadata))
        else:
            self.found.learner.append(Cell(cell.kind, given, cell.id, metadata))
            self.found.solution.append(Cell(cell.kind, source, cell.id, metadata))

    def _seeded(self, source: str, key: str) -> str:
        """The code with a seed variable's value replaced, which is another one for learners than for grading."""
        variable, value = _get(self.found.config, "seed", "variable"), _get(self.found.config, "seed", key)
        if not isinstance(variable, str) or not variable.isidentifier() or type(value) is not int:
            return source
        return re.sub(rf"^([ \t]*){variable}[ \t]*=(?!=).*$", rf"\g<1>{variable} = {value}", source, flags=re.MULTILINE)


def case_of(cell: Cell, ok_format: bool, where: str) -> Case:
    """The test case of a cell in a tests block.

    Raises:
        ExchangeError: it is none; the text says why
    """
    lines = cell.source.split("\n")
    hidden = lines[0].lstrip().startswith("#") and bool(re.search(r"\bhidden\b", lines[0], re.IGNORECASE))
    config: dict[str, Any] = {}
    if _BEGIN_CONFIG.match(lines[0]):
        end = next((index for index, line in enumerate(lines) if _END_CONFIG.match(line)), len(lines) - 1)
        config, lines = read_config("\n".join(lines[1:end]), where), lines[end + 1 :]
    elif hidden:
        lines = lines[1:]
    source = "\n".join(lines)
    try:
        code, function = _code(source, ok_format, cell, where)
    except (SyntaxError, ValueError, RecursionError) as error:
        raise ExchangeError(f"the test in {where} is no Python ({error}); mend it") from None
    points = config.get("points")
    if points is not None and (isinstance(points, bool) or not isinstance(points, int | float) or points < 0):
        raise ExchangeError(f"the test in {where} has {str(points)[:50]!r} points; write a number from 0 on")
    return Case(
        code,
        config["hidden"] is True if "hidden" in config else hidden,
        points,
        function,
        str(config.get("failure_message") or ""),
        str(config.get("success_message") or ""),
    )


def _code(source: str, ok_format: bool, cell: Cell, where: str) -> tuple[str, str]:
    if ok_format:
        return doctest_of(source, _printed(cell)), ""
    body = ast.parse(source).body
    if not body or len(body) > 2 or not isinstance(body[0], ast.FunctionDef):
        raise ExchangeError(
            f"the test in {where} must be one function, and a call of it at most, since tests.ok_format is off"
        )
    return ast.unparse(body[0]), body[0].name


def _printed(cell: Cell) -> str:
    """What the author's run of a test cell printed and gave: the doctest's expected output."""
    found = ""
    for output in cell.outputs:
        if not isinstance(output, dict):
            continue
        found += _joined(output.get("text", ""))
        data = output.get("data")
        found += _joined(data.get("text/plain", "")) if isinstance(data, dict) else ""
    return found


def _joined(value: Any) -> str:
    return "".join(map(str, value)) if isinstance(value, list) else value if isinstance(value, str) else ""


def read_config(text: str, where: str) -> dict[str, Any]:
    """The YAML of a configuration; its first lines may be comments.

    Raises:
        ExchangeError: it is none
    """
    if len(text) > _MAX_CONFIG:
        raise ExchangeError(f"the configuration in {where} is longer than {_MAX_CONFIG:,} characters; shorten it")
    try:
        found = yaml.safe_load(text)
    except (yaml.YAMLError, RecursionError, ValueError):
        raise ExchangeError(f"the configuration in {where} is no YAML; mend it") from None
    if found is None:
        return {}
    if not isinstance(found, dict):
        raise ExchangeError(f"the configuration in {where} has no keys; write lines such as `name: q1`")
    return found


def _get(config: Any, *keys: str) -> Any:
    for key in keys:
        config = config.get(key) if isinstance(config, dict) else None
    return config


def _boundary(cell: Cell) -> tuple[str, str] | None:
    match = _BOUNDARY.match(cell.source.split("\n")[0])
    return (match[1].lower(), match[2].lower()) if match else None


def _unfenced(cells: list[Cell]) -> list[Cell]:
    """Configurations that stand in Markdown cells, between ```otter and ```, as the raw cells that they mean."""
    found: list[Cell] = []
    for cell in cells:
        if cell.kind != "markdown" or "```otter" not in cell.source:
            found.append(cell)
            continue
        for index, (kind, text) in enumerate(_parted(cell.source)):
            if text.strip():
                found.append(Cell(kind, text.strip("\n"), f"{cell.id[:50]}-{index}", cell.metadata))
    return found


def _parted(source: str) -> list[tuple[str, str]]:
    """The parts of a Markdown cell, each with its kind: a raw one is a configuration."""
    found: list[tuple[str, list[str]]] = [("markdown", [])]
    for line in source.split("\n"):
        kind = found[-1][0]
        if kind == "markdown" and line.strip() == "```otter":
            found.append(("raw", []))
        elif kind == "raw" and line.strip() == "```":
            found.append(("markdown", []))
        else:
            found[-1][1].append(line)
    if found[-1][0] == "raw":
        raise ExchangeError("a block ```otter has no end; write ``` below it")
    return [(kind, "\n".join(lines)) for kind, lines in found]
