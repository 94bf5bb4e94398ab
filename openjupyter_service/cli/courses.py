"""`openjupyter publish`: put a folder's content into a course's repository."""

from pathlib import Path

import click

from openjupyter_service.exercises import repository


@click.command()
@click.argument("folder", type=click.Path(exists=True, file_okay=False, path_type=Path))
@click.argument("bare_repository", type=click.Path(path_type=Path))
@click.option("--branch", default="main", show_default=True)
def publish(folder: Path, bare_repository: Path, branch: str) -> None:
    """Commit FOLDER to BARE_REPOSITORY (made when missing), from which learners pull at their next launch."""
    click.echo(repository.publish(folder.resolve(), bare_repository.resolve(), branch))
