"""Import assignments of Otter-Grader: sources of `otter assign`, what it generates, and notebooks with tests."""

import json
from collections.abc import Iterable
from pathlib import Path, PurePosixPath
from typing import Any

from openjupyter_service.errors import ExchangeError
from openjupyter_service.exchange.draft import Draft, exercise_name
from openjupyter_service.exchange.notebooks import Notebook, plain_title, read_notebook, write_notebook
from openjupyter_service.exchange.notes import Notes
from openjupyter_service.exchange.otter_generated import read_generated
from openjupyter_service.exchange.otter_source import Assignment, is_source, read_source_notebook
from openjupyter_service.exchange.otter_tests import Question
from openjupyter_service.exchange.otter_written import write_question
from openjupyter_service.exchange.reading import Files, read_source, read_zip
from openjupyter_service.exchange.surroundings import Surroundings, changed_names
from openjupyter_service.exchange.written import WrittenTest, test_file

_CONFIG_FILE = "otter_config.json"
_GENERATED = ("autograder", "student")


def import_otter(path: Path, name: str | None = None, in_kernel: bool = False) -> list[Draft]:
    """The exercise of an assignment.

    Args:
        path: a source notebook, a notebook with tests in its metadata, a folder or zip archive with a notebook and
            `tests/`, or the folder that `otter assign` made
        name: of the exercise
        in_kernel: run all tests in the learner's kernel

    Raises:
        ExchangeError: there is nothing to import, or it is broken
    """
    notes = Notes()
    files = _with_archives(read_source(path, notes), notes)
    file, notebook, solution = _notebooks(files, path)
    if is_source(notebook):
        assignment = read_source_notebook(notebook, notes)
    else:
        assignment = read_generated(notebook, solution, files, notes)
    questions = [question for question in assignment.questions if question.cases]
    if not questions:
        raise ExchangeError(f"{file} has no tests of Otter; import the source notebook, or a folder with its tests/")
    seeding = _seeding(assignment, files, notes)
    tests = _tests(assignment, questions, seeding, in_kernel, notes)
    if not sum(test.points for test in tests):
        raise ExchangeError(f"the tests of {file} are worth no points; give its questions some")
    cases = sum(len(question.cases) for question in questions)
    worth = sum(test.points for test in tests)
    notes.taken(f"{len(questions)} questions with {cases} test cases and {worth:g} points")
    if any(not case.hidden for question in questions for case in question.cases):
        notes.changed(
            "public test cases", "they are no cells to run, but show learners what was called and expected (reveal)"
        )
    notes.changed(
        "cells that call Otter", "a locked comment stands where a question is tested; learners hand in to see it"
    )
    _note_config(assignment.config, notes)
    chosen = exercise_name(name or Path(file).stem)
    data = _data(files, assignment, notes)
    return [
        Draft(
            chosen,
            notebook.title(plain_title(str(assignment.config.get("name") or "")) or Path(file).stem),
            write_notebook(assignment.learner),
            {f"test_{chosen.replace('-', '_')}.py": test_file(f"the assignment {file} of Otter", tests)},
            write_notebook(assignment.solution) if assignment.solution is not None else None,
            data,
            notes=notes,
        )
    ]


def _with_archives(files: Files, notes: Notes) -> Files:
    """The files, and those of an autograder's archive among them, which `otter generate` made."""
    found = dict(files)
    for name, content in files.items():
        if name.endswith(".zip") and content.startswith(b"PK"):
            inner = read_zip(content, name, notes)
            if any(PurePosixPath(path).name == _CONFIG_FILE or path.startswith("tests/") for path in inner):
                folder = PurePosixPath(name).parent
                found |= {(folder / path).as_posix(): data for path, data in inner.items()}
                del found[name]
    return found


def _notebooks(files: Files, path: Path) -> tuple[str, Notebook, Notebook | None]:
    """The notebook to import, by its path, and a solved one beside it, where the folder is what `otter assign` made."""
    notebooks = {name: read_notebook(content, name) for name, content in files.items() if name.endswith(".ipynb")}
    for name, notebook in notebooks.items():
        if is_source(notebook):
            return name, notebook, None
    for name, notebook in notebooks.items():
        parts = PurePosixPath(name).parts
        if "student" in parts:
            twin = PurePosixPath(*("autograder" if part == "student" else part for part in parts)).as_posix()
            return name, notebook, notebooks.get(twin)
    if len(notebooks) == 1:
        return *notebooks.popitem(), None
    if notebooks:
        raise ExchangeError(f"{path} holds {len(notebooks)} notebooks, and none is a source of Otter; name one of them")
    raise ExchangeError(f"there is no notebook in {path}; put the one that its tests are for beside them")


def _tests(
    assignment: Assignment, questions: Iterable[Question], seeding: str, in_kernel: bool, notes: Notes
) -> list[WrittenTest]:
    cells = assignment.solution if assignment.solution is not None else assignment.learner
    surroundings = Surroundings()
    # What learners get as it is in the solution is given to them; without a solution, what they cannot edit.
    given = {
        (cell.id, cell.source)
        for cell in assignment.learner
        if assignment.solution is not None or cell.metadata.get("editable") is False
    }
    for cell in cells:
        if cell.kind == "code":
            surroundings.add(cell.source, is_given=(cell.id, cell.source) in given)
    found: list[WrittenTest] = []
    names: set[str] = set()
    for question in questions:
        written = write_question(question, surroundings, seeding, in_kernel, names, notes)
        id = assignment.checks.get(question.name)
        index = next((index for index, cell in enumerate(cells) if cell.id == id), None)
        later = [] if index is None else [cell.source for cell in cells[index + 1 :] if cell.kind == "code"]
        for test in written:
            changed = sorted(set(test.uses) & changed_names(later))
            if id is not None and (changed or seeding):
                test.above, test.including, test.seeding = id, True, seeding
            if id is not None and changed and not seeding:
                notes.changed(
                    f"the test “{test.title}”",
                    f"cells below it may change {', '.join(f'`{name}`' for name in changed[:5])}, so that the cells "
                    "above it are run again before it",
                )
        found += written
    return found


def _seeding(assignment: Assignment, files: Files, notes: Notes) -> str:
    """Code that seeds random numbers before each cell, as Otter does it; empty without a seed."""
    config = assignment.config
    variable, value = _in(config, "seed", "variable"), _in(config, "seed", "autograder_value")
    if value is None:
        variable, value = _in(config, "generate", "seed_variable"), _in(config, "generate", "seed")
    for name, content in files.items():
        if PurePosixPath(name).name == _CONFIG_FILE and value is None:
            try:
                told = json.loads(content)
            except (ValueError, RecursionError):
                raise ExchangeError(f"{name} is no JSON; make it anew with `otter assign`") from None
            variable, value = _in(told, "seed_variable"), _in(told, "seed")
    if value is None:
        return ""
    if type(value) is not int or not 0 <= value < 2**32:
        raise ExchangeError(f"the seed {str(value)[:50]!r} is no whole number from 0 on; mend it")
    notes.changed(
        f"the seed {value}",
        "each test runs the cells above it again, seeded before each of them as in Otter; the learner's own run is not",
    )
    if isinstance(variable, str) and variable.isidentifier():
        return f"{variable} = {value}"
    return (
        "import numpy as _numpy_to_seed, random as _random_to_seed\n"
        f"_numpy_to_seed.random.seed({value})\n_random_to_seed.seed({value})"
    )


def _in(config: Any, *keys: str) -> Any:
    for key in keys:
        config = config.get(key) if isinstance(config, dict) else None
    return config


def _data(files: Files, assignment: Assignment, notes: Notes) -> Files:
    """Files that the notebook reads: those that the configuration names, else all that are none of Otter's."""
    named = [str(name) for key in ("files", "student_files") for name in _listed(assignment.config.get(key))]
    found: Files = {}
    for name, content in files.items():
        parts = PurePosixPath(name).parts
        plain = PurePosixPath(*[part for part in parts if part not in ("dist", *_GENERATED)] or parts).as_posix()
        is_otters = (
            name.endswith((".ipynb", ".pdf", ".zip", ".otter"))
            or plain.split("/")[0] == "tests"
            or PurePosixPath(plain).name in (_CONFIG_FILE, "run_autograder", "run_otter.py", "setup.sh")
            or PurePosixPath(plain).name in ("requirements.txt", "environment.yml")
        )
        if plain in named or (not named and not is_otters):
            found[plain.removeprefix("files/")] = content
        elif PurePosixPath(plain).name in ("requirements.txt", "environment.yml"):
            notes.dropped(name, "what can be imported is a matter of the image; see `image` in exercise.toml")
    for name in named:
        if name not in found:
            notes.dropped(name, "the assignment names it, and it is not there; put it beside the notebook")
    if found:
        notes.taken(f"{len(found)} files beside the notebook", "learners get them as data")
    return found


def _listed(value: Any) -> list[Any]:
    return value if isinstance(value, list) else []


def _note_config(config: dict[str, Any], notes: Notes) -> None:
    """Keys of an assignment's configuration that mean nothing here."""
    known = {
        "name",
        "files",
        "student_files",
        "seed",
        "tests",
        "init_cell",
        "check_all_cell",
        "export_cell",
        "generate",
    }
    why = {
        "plugins": "plugins run code of theirs while grading",
        "requirements": "what can be imported is a matter of the image; see `image` in exercise.toml",
        "environment": "what can be imported is a matter of the image; see `image` in exercise.toml",
        "autograder_files": "put what tests read beside them",
        "show_question_points": "the report shows points",
    }
    for key in config:
        if key not in known and not key.startswith("strip_solutions"):
            notes.dropped(f"the setting {str(key)[:100]}", why.get(key, "it has no counterpart here"))
    generate = config.get("generate")
    for key in generate if isinstance(generate, dict) else ():
        if key not in ("seed", "seed_variable", "show_stdout", "show_hidden"):
            notes.dropped(f"the setting generate.{str(key)[:100]}", "it has no counterpart here")
