"""`openjupyter publish`: put a folder's content into a course's repository."""

from pathlib import Path

import click

from openjupyter_service.errors import ExerciseError
from openjupyter_service.exercises import repository
from openjupyter_service.exercises.course import EXERCISE_FILE, SOURCE_FILE


@click.command()
@click.argument("folder", type=click.Path(exists=True, file_okay=False, path_type=Path))
@click.argument("bare_repository", type=click.Path(path_type=Path))
@click.option("--branch", default="main", show_default=True)
def publish(folder: Path, bare_repository: Path, branch: str) -> None:
    """Commit FOLDER to BARE_REPOSITORY (made when missing), from which learners pull at their next launch."""
    hidden_files = [path for name in (EXERCISE_FILE, SOURCE_FILE) for path in folder.rglob(name)]
    if hidden := min(hidden_files, default=None):
        raise ExerciseError(
            f"{folder} holds {hidden.relative_to(folder)}, and learners would get its tests and solution with it; "
            "publish a folder that has the notebooks alone"
        )
    click.echo(repository.publish(folder.resolve(), bare_repository.resolve(), branch))
