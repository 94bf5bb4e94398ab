"""`openjupyter import` and `openjupyter export`: exercises from other tools, and for them."""

import json
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import click
from rich.console import Console
from rich.markup import escape

from openjupyter_service.cli.report import plain
from openjupyter_service.errors import ExchangeError
from openjupyter_service.exchange.draft import Draft, write_drafts
from openjupyter_service.exchange.nbgrader import import_nbgrader
from openjupyter_service.exchange.notes import Kind, Notes
from openjupyter_service.exchange.otter import import_otter
from openjupyter_service.exchange.proforma import import_proforma
from openjupyter_service.exchange.proforma_export import export_proforma
from openjupyter_service.exercises.course import EXERCISE_FILE, load_exercise
from openjupyter_service.exercises.layout import public_half

_COLOURS = {Kind.TAKEN: "green", Kind.CHANGED: "yellow", Kind.DROPPED: "red"}


@click.group("import")
def import_() -> None:
    """Make exercises of what other tools grade: nbgrader, Otter, ProFormA."""


def _import_options(command: Callable[..., Any]) -> Callable[..., Any]:
    for option in (
        click.argument("path", type=click.Path(exists=True, path_type=Path)),
        click.option(
            "--into",
            type=click.Path(file_okay=False, path_type=Path),
            default=".",
            help="The course: a folder with hidden_tests/ and notebooks/, made when missing; default: where you are.",
        ),
        click.option("--name", help="Name of the exercise; default: that of the notebook or task."),
        click.option("--in-kernel", is_flag=True, help="Run all tests in the learner's kernel, where none is sealed."),
        click.option("--json", "as_json", is_flag=True, help="Print the report as JSON."),
    ):
        command = option(command)
    return command


@import_.command("nbgrader")
@_import_options
def nbgrader(path: Path, into: Path, name: str | None, in_kernel: bool, as_json: bool) -> None:
    """Import PATH: a notebook of nbgrader, or a folder or zip archive of an assignment, source or release.

    Exit codes: 0 imported, and a report tells what was changed and dropped; 1 not imported; 2 usage.
    """
    _write(import_nbgrader(path, name, in_kernel), into, as_json)


@import_.command("otter")
@_import_options
def otter(path: Path, into: Path, name: str | None, in_kernel: bool, as_json: bool) -> None:
    """Import PATH: a source notebook of `otter assign`, or what it made: a folder or zip archive with tests.

    Exit codes: 0 imported, and a report tells what was changed and dropped; 1 not imported; 2 usage.
    """
    _write(import_otter(path, name, in_kernel), into, as_json)


@import_.command("proforma")
@_import_options
def proforma(path: Path, into: Path, name: str | None, in_kernel: bool, as_json: bool) -> None:
    """Import PATH: a task of ProFormA 2.0, 2.0.1 or 2.1, as XML or as a zip archive, also one of CodeOcean.

    Exit codes: 0 imported, and a report tells what was changed and dropped; 1 not imported; 2 usage.
    """
    _write(import_proforma(path, name, in_kernel), into, as_json)


@click.group("export")
def export() -> None:
    """Give exercises to other tools."""


@export.command("proforma")
@click.argument("exercise_dir", metavar="EXERCISE", type=click.Path(exists=True, file_okay=False, path_type=Path))
@click.option(
    "--course",
    type=click.Path(exists=True, file_okay=False, path_type=Path),
    help="The public half; default: notebooks/ beside the private half, else the private half itself.",
)
@click.option(
    "--output", type=click.Path(dir_okay=False, path_type=Path), help="The archive; default: NAME.zip where you are."
)
@click.option("--json", "as_json", is_flag=True, help="Print the report as JSON.")
def export_to_proforma(exercise_dir: Path, course: Path | None, output: Path | None, as_json: bool) -> None:
    """Export EXERCISE, a private folder, as a task of ProFormA 2.1: a zip archive that holds all of it.

    Tests and solution are in it. Exit codes: 0 exported; 1 not exported; 2 usage.
    """
    exercise_dir = exercise_dir.resolve()
    if not (exercise_dir / EXERCISE_FILE).is_file():
        raise click.UsageError(f"there is no {EXERCISE_FILE} in {exercise_dir}; name the folder of an exercise")
    exercise = load_exercise(exercise_dir.parent, exercise_dir.name)
    output = output or Path(f"{exercise.name}.zip")
    notes = Notes()
    content = export_proforma(exercise, course.resolve() if course else public_half(exercise), notes)
    try:
        with output.open("xb") as file:
            file.write(content)
    except FileExistsError:
        raise ExchangeError(f"{output} is there already; remove it, or name another file with --output") from None
    if as_json:
        click.echo(
            json.dumps({"file": str(output), "notes": [note.as_data() for note in notes.all]}, ensure_ascii=False)
        )
        return
    console = Console()
    console.print(f"[bold]{escape(exercise.name)}[/] {escape(f'in {output}')}", highlight=False, soft_wrap=True)
    print_notes(console, notes)


def _write(drafts: Sequence[Draft], into: Path, as_json: bool) -> None:
    folders = write_drafts(drafts, into)
    if as_json:
        found = [
            {"exercise": draft.name, "folder": str(folder), "notes": [note.as_data() for note in draft.notes.all]}
            for draft, folder in zip(drafts, folders, strict=True)
        ]
        click.echo(json.dumps({"exercises": found}, ensure_ascii=False))
        return
    console = Console()
    for draft, folder in zip(drafts, folders, strict=True):
        console.print(f"[bold]{escape(draft.name)}[/] {escape(f'in {folder}')}", highlight=False, soft_wrap=True)
        print_notes(console, draft.notes)
    names = " ".join(f"--exercise {draft.name}" for draft in drafts)
    console.print(f"See that all is sound: openjupyter check {into} {names}", highlight=False, soft_wrap=True)


def print_notes(console: Console, notes: Notes) -> None:
    """What was taken over, changed, and dropped, in this order."""
    for kind in Kind:
        for note in notes.of(kind):
            text = escape(plain(f"{note.what}: {note.why}" if note.why else note.what))
            console.print(f"  [{_COLOURS[kind]}]{kind}[/] {text}", highlight=False, soft_wrap=True)
