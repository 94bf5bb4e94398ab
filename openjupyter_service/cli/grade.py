"""`openjupyter grade`: grade one notebook in real containers, without a hub."""

import asyncio
import json
import os
import shlex
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import click
from rich.console import Console

from openjupyter_service.cli.options import grading_options, local_settings, without_overruled
from openjupyter_service.cli.report import print_report
from openjupyter_service.datasets import DataSet
from openjupyter_service.errors import ExerciseError, SandboxError
from openjupyter_service.exercises.course import EXERCISE_FILE, SOURCE_FILE, Exercise, load_exercise
from openjupyter_service.exercises.layout import public_half
from openjupyter_service.grading.local import LocalGrader, gather_files
from openjupyter_service.grading.session import Graded, Progress
from openjupyter_service.report import internal_error


@click.command()
@click.argument("exercise_dir", type=click.Path(exists=True, file_okay=False, path_type=Path))
@click.argument("notebook", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option(
    "--course",
    type=click.Path(exists=True, file_okay=False, path_type=Path),
    help="The public half; default: notebooks/ beside the private half, else the private half itself.",
)
@click.option("--seed", type=click.IntRange(0, 2**32 - 1), help="Seed of tests with random inputs; default: drawn.")
@grading_options
@click.option("--json", "as_json", is_flag=True, help="Print the whole report, the staff part included, as JSON.")
def grade(
    exercise_dir: Path,
    notebook: Path,
    course: Path | None,
    seed: int | None,
    as_json: bool,
    data_sets: tuple[DataSet, ...],
    **options: str | None,
) -> None:
    """Grade NOTEBOOK, and the exercise's files beside it, with the hidden tests of EXERCISE_DIR.

    Exit codes: 0 graded, whatever the score; 1 not graded; 2 usage.
    """
    exercise_dir = exercise_dir.resolve()
    if not (exercise_dir / EXERCISE_FILE).is_file() and (exercise_dir / SOURCE_FILE).is_file():
        raise click.UsageError(
            f"this exercise is not built yet; run openjupyter build {shlex.quote(str(exercise_dir))}"
        )
    if not (exercise_dir / EXERCISE_FILE).is_file():
        raise click.UsageError(f"there is no {EXERCISE_FILE} in {exercise_dir}; name the folder of an exercise")
    exercise = without_overruled(load_exercise(exercise_dir.parent, exercise_dir.name), options)
    public = course.resolve() if course else public_half(exercise)
    files = gather_files(exercise, notebook, public)
    try:
        grader = LocalGrader(local_settings(options), f"cli-{os.getpid()}", data_sets)
        graded = asyncio.run(_graded(grader, exercise, files, seed))
    except (ExerciseError, SandboxError) as error:
        if as_json:
            report = internal_error(str(error)).model_dump(mode="json")
            click.echo(json.dumps({**report, "timings": {}}, ensure_ascii=False))
        click.echo(_not_graded(exercise, error), err=True)
        sys.exit(1)
    report = graded.report.model_dump(mode="json")
    if as_json:
        click.echo(json.dumps({**report, "timings": graded.timings}))
    else:
        print_report(Console(), report)


async def _graded(grader: LocalGrader, exercise: Exercise, files: dict[str, bytes], seed: int | None) -> Graded:
    with _shown_progress() as progress:
        return await grader.grade(exercise, files, progress, seed)


@contextmanager
def _shown_progress() -> Iterator[Progress]:
    """Progress on standard error while a person looks at it, else nowhere."""
    console = Console(stderr=True)
    if not console.is_terminal:
        yield lambda event: None
        return
    with console.status("start …") as status:

        def show(event: dict[str, Any]) -> None:
            status.update(f"{event['step']} {event['done']} of {event['total']} …")

        yield show


def _not_graded(exercise: Exercise, error: Exception) -> str:
    """One sentence; what the tests themselves said of their fault comes below it."""
    text = str(error).strip()
    if isinstance(error, ExerciseError) and "\n" in text:
        return (
            f"openjupyter: not graded: the hidden tests of {exercise.name} are broken; "
            f"mend them in {exercise.folder} and grade again:\n{text}"
        )
    return f"openjupyter: not graded: {' '.join(text.split())}"
