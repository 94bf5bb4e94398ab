"""`openjupyter new`: a course or an exercise that runs as it is."""

from collections.abc import Iterable
from pathlib import Path

import click

from openjupyter_service.authoring.new import FIRST_EXERCISE, new_course, new_exercise
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
    click.echo(f"Next: edit {folder}/hidden_tests/{FIRST_EXERCISE}/source.ipynb, then openjupyter build {folder}")


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
    edited = next((path for path in files if path.name == "source.ipynb"), None)
    if edited is not None:
        click.echo(f"Next: edit {shown_path(edited)}, then openjupyter build {folder}")
    else:
        click.echo(f"Next: edit these files, then openjupyter check {folder} --exercise {name}")


def _print_files(files: Iterable[Path]) -> None:
    for path in files:
        click.echo(f"made {shown_path(path)}")
