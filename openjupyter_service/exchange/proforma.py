"""Import tasks of ProFormA: the learner's module becomes a notebook, and its tests run over what that defines."""

import ast
import re
from pathlib import Path, PurePosixPath

from openjupyter_service.errors import ExchangeError
from openjupyter_service.exchange.draft import Draft, exercise_name
from openjupyter_service.exchange.notebooks import Cell, plain_title, write_notebook
from openjupyter_service.exchange.notes import Notes
from openjupyter_service.exchange.proforma_cases import Rules, count_cases, imported_modules
from openjupyter_service.exchange.proforma_kept import draft_of_exported
from openjupyter_service.exchange.proforma_task import Task, TaskFile, TaskTest, read_task
from openjupyter_service.exchange.proforma_tests import rewrite
from openjupyter_service.exchange.reading import read_source

_UNIT_TESTS = ("unittest", "pytest", "python-unittest", "pyunit", "unit", "unit-test", "")
_HEADING = re.compile(r"^\s*(#\s|<h1)")


def import_proforma(path: Path, name: str | None = None, in_kernel: bool = False) -> list[Draft]:
    """The exercise of a task.

    Args:
        path: the task's XML file, a zip archive, or the archive's folder
        name: of the exercise
        in_kernel: run all tests in the learner's kernel

    Raises:
        ExchangeError: there is nothing to import, or it is broken
    """
    notes = Notes()
    task = read_task(read_source(path, notes), notes)
    chosen = exercise_name(name or task.title) if name or re.search(r"[a-zA-Z0-9]", task.title) else ""
    chosen = chosen or exercise_name(path.stem)
    if task.language and task.language.lower() not in ("python", "python3", "jupyter"):
        raise ExchangeError(f"the task is one of {task.language[:50]}; only those of Python can be imported")
    if task.settings is not None:
        return [draft_of_exported(task, name, notes)]
    return [_draft(task, chosen, in_kernel, notes)]


def _draft(task: Task, name: str, in_kernel: bool, notes: Notes) -> Draft:
    tested = {id for test in task.tests for id in test.files}
    solved = {id for ids in task.solutions for id in ids}
    test_files = {id for id in tested if _is_test(task.files[id])}
    theirs = _learners_files(task, test_files, solved)
    if not theirs:
        raise ExchangeError(
            "the task does not tell which Python file learners write: none can be edited, none is restricted to, and "
            "there is no model solution; add one of them"
        )
    in_notebook = len(theirs) == 1
    modules = frozenset(PurePosixPath(path).stem for path in theirs)
    tests = _tests(task, test_files, modules, in_notebook, in_kernel, notes)
    draft = Draft(name, plain_title(task.title) or name, b"", tests, notes=notes)
    solution = {task.files[id].path: task.files[id].content for id in (task.solutions[0] if task.solutions else [])}
    if len(task.solutions) > 1:
        notes.dropped(f"{len(task.solutions) - 1} more model solutions", "an exercise here has one; make them samples")
    template = {path: content for path, content in theirs.items() if content is not None}
    if in_notebook:
        (path,) = theirs
        draft.notebook = _notebook(task, _code(template.get(path)))
        draft.solution = _notebook(task, _code(solution[path])) if path in solution else None
        notes.changed(f"the file {path}", "learners write it in a cell of their notebook, whose names the tests use")
    else:
        draft.files = {path: template.get(path, b"") for path in theirs}
        imports = "\n".join(f"import {module}" for module in sorted(modules))
        draft.notebook = _notebook(task, imports)
        if set(theirs) <= set(solution):
            draft.solution, draft.solution_files = _notebook(task, imports), {path: solution[path] for path in theirs}
        notes.taken(f"{len(theirs)} files that learners write", "they hand them in with a notebook that imports them")
    if draft.solution is None:
        notes.dropped("the solution", "the task has no model solution; write one into the exercise's private folder")
    _add_other_files(task, draft, theirs, test_files, solved, notes)
    if task.internal_description:
        draft.tests["NOTES.md"] = task.internal_description.encode()
        notes.taken("the internal description", f"as hidden_tests/{name}/NOTES.md")
    return draft


def _learners_files(task: Task, test_files: set[str], solved: set[str]) -> dict[str, bytes | None]:
    """Python files that learners write, with their templates: those that can be edited, else those to be handed in,
    else those of the model solution."""
    edited = {
        file.path: file.content
        for id, file in task.files.items()
        if file.usage == "edit" and file.visible == "yes" and _is_python(file.path) and id not in test_files
    }
    if edited:
        return dict(edited)
    given = {
        file.path: file.content for id, file in task.files.items() if file.visible == "yes" and id not in test_files
    }
    handed_in = [path for path in task.submitted if _is_python(path)]
    written = [task.files[id].path for id in (task.solutions[0] if task.solutions else []) if id in solved]
    paths = handed_in or [path for path in written if _is_python(path)]
    return {path: given.get(path) for path in paths}


def _tests(
    task: Task, test_files: set[str], modules: frozenset[str], in_notebook: bool, in_kernel: bool, notes: Notes
) -> dict[str, bytes]:
    found: dict[str, bytes] = {}
    taken: set[str] = set()
    count, points = 0, 0.0
    helpers = _helpers(task, test_files)
    for test in task.tests:
        label = f"the test “{test.title or test.id}”"
        files = [task.files[id] for id in test.files if id in test_files]
        if reason := _why_not(test, files):
            notes.dropped(label, reason)
            continue
        weight = task.weights.get(test.id, 0.0) if task.weights else (1.0 if test.weight is None else test.weight)
        sources = {file.path: file.content.decode("utf-8-sig") for file in files}
        cases = sum(map(count_cases, sources.values()))
        for path, source in sources.items():
            used = {module for module in helpers if module in imported_modules(source)}
            rules = Rules(
                weight * count_cases(source) / cases,
                test.feedback or test.description,
                test.timeout,
                modules,
                frozenset() if in_notebook else modules,
                {module: helpers[module].decode("utf-8-sig", "replace") for module in used},
                in_kernel,
            )
            made = rewrite(source, _file_name(path, taken), f"{path} of a ProFormA task", rules, notes)
            found |= made.files
            count, points = count + made.cases, points + made.points
        if cases > 1 and weight:
            notes.changed(label, f"its weight of {weight:g} is dealt out to its {cases} cases in equal parts")
    for module, content in helpers.items():
        found[f"{module}.py"] = content
    if not any(path.startswith("test_") for path in found):
        reasons = "".join(f"; {note.what}: {note.why}" for note in notes.all if "test" in note.what)[:600]
        raise ExchangeError(f"the task has no unittest or pytest tests in Python that can be taken over{reasons}")
    if not points:
        raise ExchangeError("the tests of the task are worth no points; give them weights in its grading hints")
    notes.taken(f"{len(task.tests)} tests with {count} cases and {points:g} points")
    return found


def _why_not(test: TaskTest, files: list[TaskFile]) -> str:
    """Why a test cannot be taken over; empty if it can."""
    if test.type not in _UNIT_TESTS:
        return f"tests of the type “{test.type[:50]}” cannot run here; write it as a hidden test"
    if test.framework and not any(name in test.framework.lower() for name in ("unit", "pytest", "python")):
        return f"its framework is {test.framework[:50]}, which cannot run here"
    if not files:
        return "it has no file with unittest or pytest tests in Python"
    for file in files:
        try:
            ast.parse(file.content.decode("utf-8-sig"))
        except (SyntaxError, ValueError, RecursionError, MemoryError) as error:
            return f"{file.path} is no Python: {error}"
    return ""


def _is_test(file: TaskFile) -> bool:
    if not _is_python(file.path):
        return False
    try:
        return count_cases(file.content.decode("utf-8-sig")) > 0 or "unittest" in file.content.decode("utf-8-sig")
    except UnicodeDecodeError:
        return True


def _helpers(task: Task, test_files: set[str]) -> dict[str, bytes]:
    """Hidden modules of the grader that no learner writes: by name."""
    solved = {id for ids in task.solutions for id in ids}
    return {
        PurePosixPath(file.path).stem: file.content
        for id, file in task.files.items()
        if _is_python(file.path)
        and file.visible == "no"
        and file.used_by_grader
        and id not in test_files | solved
        and PurePosixPath(file.path).stem.isidentifier()
    }


def _add_other_files(
    task: Task, draft: Draft, theirs: dict[str, bytes | None], test_files: set[str], solved: set[str], notes: Notes
) -> None:
    helpers = set(_helpers(task, test_files))
    for id, file in task.files.items():
        if id in test_files or id in solved or file.path in theirs:
            continue
        if file.visible == "yes":
            draft.data[file.path] = file.content
            notes.taken(f"the file {file.path}", "learners get it as data")
        elif PurePosixPath(file.path).stem in helpers and _is_python(file.path):
            notes.taken(f"the file {file.path}", "it lies beside the tests")
        elif file.used_by_grader:
            draft.tests[file.path] = file.content
            notes.changed(
                f"the file {file.path}", "it lies beside the tests: one that reads it finds it there, by __file__"
            )
        else:
            notes.dropped(f"the file {file.path}", "neither learners nor tests use it")


def _notebook(task: Task, code: str) -> bytes:
    title = "" if _HEADING.match(task.description) else f"# {plain_title(task.title)}\n\n"
    return write_notebook([Cell("markdown", f"{title}{task.description}", "task"), Cell("code", code, "answer")])


def _code(content: bytes | None) -> str:
    return (content or b"").decode("utf-8-sig", "replace").rstrip("\n")


def _is_python(path: str) -> bool:
    return path.endswith(".py")


def _file_name(path: str, taken: set[str]) -> str:
    stem = re.sub(r"\W", "_", PurePosixPath(path).stem, flags=re.ASCII).strip("_").lower()
    base = stem if stem.startswith("test_") else f"test_{stem.removesuffix('_test').removesuffix('_tests') or 'task'}"
    name, number = base, 2
    while name in taken:
        name, number = f"{base}_{number}", number + 1
    taken.add(name)
    return name
