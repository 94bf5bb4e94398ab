"""`openjupyter grade`: grade one notebook in real containers, without a hub."""

import asyncio
import json
import os
from pathlib import Path, PurePosixPath
from typing import Any

import click
from rich.console import Console
from rich.markup import escape
from rich.table import Table

from openjupyter_service.errors import ExerciseError
from openjupyter_service.exercises.course import Exercise, load_exercise
from openjupyter_service.grading import session
from openjupyter_service.report import Report
from openjupyter_service.sandbox.engine import Engine
from openjupyter_service.settings import GradingSettings


@click.command()
@click.argument("exercise_dir", type=click.Path(exists=True, file_okay=False, path_type=Path))
@click.argument("notebook", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option(
    "--course",
    type=click.Path(exists=True, file_okay=False, path_type=Path),
    help="The public half; default: the folder notebooks/ beside the private half.",
)
@click.option("--sandbox-image", default=GradingSettings().sandbox_image, show_default=True)
@click.option("--judge-image", default=GradingSettings().judge_image, show_default=True)
@click.option("--json", "as_json", is_flag=True, help="Print the whole report, the staff part included, as JSON.")
def grade(
    exercise_dir: Path, notebook: Path, course: Path | None, sandbox_image: str, judge_image: str, as_json: bool
) -> None:
    """Grade NOTEBOOK, and the exercise's files beside it, with the hidden tests of EXERCISE_DIR.

    Exit codes: 0 graded, whatever the score; 1 not graded; 2 usage.
    """
    exercise_dir = exercise_dir.resolve()
    exercise = load_exercise(exercise_dir.parent, exercise_dir.name)
    course = course or exercise_dir.parent.parent / "notebooks"
    files = gather_files(exercise, notebook, course)
    settings = GradingSettings(sandbox_image=sandbox_image, judge_image=judge_image)
    console = Console(stderr=True)
    with console.status("Starting …") as status:

        def progress(event: dict[str, Any]) -> None:
            status.update(f"{event['step']} {event['done']} of {event['total']} …")

        graded = asyncio.run(
            session.grade(Engine(f"cli-{os.getpid()}"), settings, exercise, files, exercise.notebook, progress)
        )
    if as_json:
        click.echo(json.dumps({**graded.report.model_dump(mode="json"), "timings": graded.timings}))
    else:
        _print_report(graded.report)


def gather_files(exercise: Exercise, notebook: Path, course: Path) -> dict[str, bytes]:
    """The submission's files by path in the course: those beside the notebook, else the course's own."""
    files = {exercise.notebook: notebook.read_bytes()}
    home = PurePosixPath(exercise.notebook).parent
    for name in [*exercise.files, *exercise.data]:
        path = PurePosixPath(name)
        beside = notebook.parent / path.relative_to(home) if path.is_relative_to(home) else None
        source = beside if beside is not None and beside.is_file() else course / name
        try:
            files[name] = source.read_bytes()
        except OSError:
            raise ExerciseError(
                f"{name} is neither beside the notebook nor in {course}; name it with --course"
            ) from None
    return files


def _print_report(report: Report) -> None:
    console = Console()
    score = "no score" if report.score is None else f"{report.points:g} of {report.max_points:g} points"
    console.print(f"{report.status}: {score}")
    if cell := report.failing_cell:
        console.print(f"code cell {cell.number}: {cell.error}: {cell.message}", markup=False)
    table = Table("Test", "Outcome", "Points", "Message")
    for test in report.tests:
        table.add_row(escape(test.title), test.outcome, f"{test.points:g}/{test.max_points:g}", escape(test.message))
    console.print(table)
