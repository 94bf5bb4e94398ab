"""`openjupyter build`: learner's notebook, solution and tests of exercises that are written in one source notebook."""

import difflib
import sys
from pathlib import Path
from typing import NoReturn

import click

from openjupyter_service.authoring.build import Built, build_exercise
from openjupyter_service.authoring.layout import Sources, find_sources
from openjupyter_service.authoring.mistakes import SourceError
from openjupyter_service.authoring.write import Change, FileChange, WrittenByHand, plan_changes, write_changes
from openjupyter_service.cli.report import plain
from openjupyter_service.exercises.course import SOURCE_FILE
from openjupyter_service.exercises.layout import PRIVATE_HALF
from openjupyter_service.exercises.mistakes import ExerciseFileError, shown_path


@click.command()
@click.argument("course", type=click.Path(exists=True, file_okay=False, path_type=Path), default=".")
@click.option("--exercise", "names", multiple=True, help="Build this exercise alone; may be given several times.")
@click.option(
    "--public",
    type=click.Path(file_okay=False, path_type=Path),
    help="The public half; default: notebooks/ beside the private half, else the private half itself.",
)
@click.option("--overwrite", is_flag=True, help="Also overwrite files that were written or changed by hand.")
@click.option("--dry-run", is_flag=True, help="Write nothing; end with 1 if anything would change.")
def build(course: Path, names: tuple[str, ...], public: Path | None, overwrite: bool, dry_run: bool) -> None:
    """Build the exercises of COURSE that have a source.ipynb: what learners get, the solution, and the tests.

    COURSE is a folder with hidden_tests/, a private half, or one exercise. All is built, or nothing is written.

    Exit codes: 0 built; 1 something is wrong, or would change; 2 usage.
    """
    sources = _chosen(course, public, names)
    exercises = _built(sources)
    try:
        changes = plan_changes(exercises, overwrite)
    except WrittenByHand as error:
        _fail(error.sentences())
    if not dry_run:
        write_changes(changes)
    _print_changes(changes)
    for built in exercises:
        for note in built.notes:
            click.echo(plain(f"warning: {shown_path(built.source)}{note.place()}: {note.text}"), err=True)
    if dry_run and any(change.change is not Change.UNCHANGED for change in changes):
        click.echo("openjupyter: nothing was written; leave out --dry-run to make these changes", err=True)
        sys.exit(1)


def _chosen(course: Path, public: Path | None, names: tuple[str, ...]) -> Sources:
    """The sources that were asked for; wrong usage when there are none."""
    sources = find_sources(course, public)
    if sources is None:
        raise click.UsageError(
            f"there is no {SOURCE_FILE} in {course}/*/ nor in {course}/{PRIVATE_HALF}/*/; name the folder of a course, "
            "or make an exercise with openjupyter new exercise NAME"
        )
    for name in names:
        if name not in sources.names:
            nearest = difflib.get_close_matches(name, sources.names, 1)
            advice = f"did you mean {nearest[0]}?" if nearest else f"there are {', '.join(sources.names)}"
            raise click.UsageError(f"no exercise {name} in {sources.private} has a {SOURCE_FILE}; {advice}")
    chosen = [name for name in sources.names if name in names] or sources.names
    return Sources(sources.private, chosen, sources.public)


def _built(sources: Sources) -> list[Built]:
    """All exercises, built; or the command ends with every mistake that was found."""
    found: list[Built] = []
    sentences: list[str] = []
    for name in sources.names:
        try:
            found.append(build_exercise(sources.private / name, sources.public_of(name)))
        except (SourceError, ExerciseFileError) as error:
            sentences += error.sentences()
    if sentences:
        _fail(sentences)
    return found


def _print_changes(changes: list[FileChange]) -> None:
    for change in changes:
        if change.change is not Change.UNCHANGED:
            click.echo(plain(f"{change.change} {shown_path(change.path)}"))
    if same := sum(change.change is Change.UNCHANGED for change in changes):
        click.echo(f"unchanged: {same} file{'' if same == 1 else 's'}")


def _fail(sentences: list[str]) -> NoReturn:
    for sentence in sentences:
        click.echo(f"openjupyter: {plain(' '.join(sentence.split()))}", err=True)
    click.echo("openjupyter: nothing was written", err=True)
    sys.exit(1)
