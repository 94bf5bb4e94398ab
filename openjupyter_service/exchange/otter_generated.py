"""What `otter assign` generates: notebooks that call Otter, with tests in their metadata or in files beside them."""

import re
from pathlib import PurePosixPath

from openjupyter_service.exchange.notebooks import Cell, Notebook, cell_id
from openjupyter_service.exchange.notes import Notes
from openjupyter_service.exchange.otter_source import CHECK, Assignment
from openjupyter_service.exchange.otter_tests import Question, is_test_of_otter, question_of_file, question_of_spec
from openjupyter_service.exchange.reading import Files

_CHECK = re.compile(r"""^\s*\w+\.check\(\s*["']([^"']+)["']\s*\)\s*;?\s*$""")
_CLIENT = re.compile(
    r"^\s*(?:import otter|from otter\b|\w+\s*=\s*otter\.Notebook\b|\w+\.(?:check_all|export)\()", re.MULTILINE
)
_CLOSING = re.compile(r"\s*(?:#.*\n\s*)*\w+\.(?:check_all|export)\(.*\)\s*")
_SUBMISSION = re.compile(r"\s*## Submission\s+Make sure you have run all cells")


def read_generated(notebook: Notebook, solution: Notebook | None, files: Files, notes: Notes) -> Assignment:
    """An assignment as `otter assign` generates it, from the notebook and the tests in it and beside it."""
    found = Assignment(learner=_without_client(notebook, {}))
    found.learner = _without_client(notebook, found.checks)
    if solution is not None:
        found.solution = _without_client(solution, {})
    else:
        notes.dropped("the solution", "there is none beside it; write one into the exercise's private folder")
    questions: dict[str, Question] = {}
    for source in (notebook, solution):
        told = source.metadata.get("otter") if source else None
        specs = told.get("tests") if isinstance(told, dict) else None
        for name, spec in specs.items() if isinstance(specs, dict) else ():
            where = f"the test {str(name)[:100]} in the notebook's metadata"
            questions[str(name)] = (
                question_of_file(spec, where) if isinstance(spec, str) else question_of_spec(spec, where)
            )
    names = sorted(files, key=lambda name: "autograder" in PurePosixPath(name).parts)  # with hidden cases, so it wins
    for name in names:
        if name.endswith(".py") and is_test_of_otter(files[name]):
            question = question_of_file(files[name], name)
            known = questions.get(question.name)
            if known is None or len(question.cases) >= len(known.cases):
                questions[question.name] = question
    found.questions = list(questions.values())
    if not any(case.hidden for question in found.questions for case in question.cases):
        notes.changed("hidden test cases", "there are none in it: if the original has some, import its source")
    return found


def _without_client(notebook: Notebook, checks: dict[str, str]) -> list[Cell]:
    """The cells without those that call Otter; a comment stays where a question is tested, and `checks` gets its id."""
    found: list[Cell] = []
    for cell in notebook.cells:
        if cell.kind == "code" and (match := _CHECK.match(cell.source)):
            id = cell_id(f"{match[1]}-check")
            checks.setdefault(match[1], id)
            comment = CHECK.format(name=match[1])
            found.append(Cell("code", comment, id, {"editable": False, "deletable": False}))
        elif _is_client(cell):
            continue
        else:
            kept = {key: value for key, value in cell.metadata.items() if key in ("tags", "editable", "deletable")}
            for name in _tests_of(cell):
                checks.setdefault(name, cell.id)
            found.append(Cell(cell.kind, cell.source, cell.id, kept))
    return found


def _is_client(cell: Cell) -> bool:
    """Does the cell set Otter up, or hand in with it?"""
    if cell.kind == "code":
        return bool(("otter" in cell.source and _CLIENT.search(cell.source)) or _CLOSING.fullmatch(cell.source))
    return cell.kind == "markdown" and bool(_SUBMISSION.match(cell.source))


def _tests_of(cell: Cell) -> list[str]:
    told = cell.metadata.get("otter")
    names = told.get("tests") if isinstance(told, dict) else None
    return [name for name in names if isinstance(name, str)] if isinstance(names, list) else []
