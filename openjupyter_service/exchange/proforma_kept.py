"""A task that was exported here, read again: its files lie in it as in a course, exercise.toml in its meta-data."""

from pathlib import PurePosixPath

from openjupyter_service.errors import ExchangeError
from openjupyter_service.exchange.draft import Draft
from openjupyter_service.exchange.notes import Notes
from openjupyter_service.exchange.proforma_task import Task
from openjupyter_service.exercises.course import EXERCISE_FILE

PUBLIC, PRIVATE = "public", "private"


def draft_of_exported(task: Task, wanted: str | None, notes: Notes) -> Draft:
    """The exercise as it was exported; it keeps its name, which its files go by.

    Raises:
        ExchangeError: a part of it is missing
    """
    halves: dict[str, dict[str, bytes]] = {PUBLIC: {}, PRIVATE: {}}
    names: set[str] = set()
    for file in task.files.values():
        half, *rest = PurePosixPath(file.path).parts
        if half not in halves or len(rest) < 2:
            raise ExchangeError(
                f"the task was exported from here, and holds {file.path[:100]!r} besides; export it anew"
            )
        names.add(rest[0])
        halves[half]["/".join(rest[1:])] = file.content
    name = next(iter(names), "")
    if len(names) != 1 or f"{name}.ipynb" not in halves[PUBLIC]:
        raise ExchangeError("the task was exported from here, and its notebook is missing; export it anew")
    if EXERCISE_FILE in halves[PRIVATE]:
        raise ExchangeError(f"the task was exported from here, and holds an {EXERCISE_FILE} besides; export it anew")
    if wanted is not None and wanted != name:
        notes.changed(f"the name {wanted}", f"the exercise keeps its own, {name}: its paths go by it")
    notebook = halves[PUBLIC].pop(f"{name}.ipynb")
    notes.taken("the whole exercise", "it was exported from OpenJupyter, with its exercise.toml")
    return Draft(
        name, task.title, notebook, halves[PRIVATE], data=halves[PUBLIC], settings=task.settings or "", notes=notes
    )
