"""`openjupyter new`: a course or an exercise that runs as it is."""

import shlex
from collections.abc import Iterable
from pathlib import Path

import click

from openjupyter_service.authoring.new import FIRST_EXERCISE, new_course, new_exercise
from openjupyter_service.exercises.course import SOURCE_FILE
from openjupyter_service.exercises.layout import PRIVATE_HALF
from openjupyter_service.exercises.mistakes import shown_path


@click.group()
def new() -> None:
    """Make a new course, or a new exercise in one, that runs as it is."""


@new.command("course")
@click.argument("folder", type=click.Path(path_type=Path))
@click.option("--title", default="", help="What people read; default: the folder's name in words.")
def course(folder: Path, title: str) -> None:
    """Make a course in FOLDER, which must be missing or empty, with one small exercise to begin with."""
    _print_files(new_course(folder, title))
    source = folder / PRIVATE_HALF / FIRST_EXERCISE / SOURCE_FILE
    click.echo(f"Next: edit {shown_path(source)}, then openjupyter build {shlex.quote(str(folder))}")


@new.command("exercise")
@click.argument("name")
@click.option(
    "--course",
    "folder",
    type=click.Path(exists=True, file_okay=False, path_type=Path),
    default=".",
    help="The course's folder, or its private half; default: the working directory.",
)
@click.option("--title", default="", help="What people read; default: the name in words.")
@click.option("--without-source", is_flag=True, help="No source.ipynb: you write notebook, solution and tests apart.")
def exercise(name: str, folder: Path, title: str, without_source: bool) -> None:
    """Add the small exercise NAME (lower-case letters, digits, hyphens) to a course."""
    files = new_exercise(folder, name, title, with_source=not without_source)
    _print_files(files)
    edited = next((path for path in files if path.name == SOURCE_FILE), None)
    if edited is not None:
        click.echo(f"Next: edit {shown_path(edited)}, then openjupyter build {shlex.quote(str(folder))}")
    else:
        click.echo(f"Next: edit these files, then openjupyter check {shlex.quote(str(folder))} --exercise {name}")


def _print_files(files: Iterable[Path]) -> None:
    for path in files:
        click.echo(f"made {shown_path(path)}")
