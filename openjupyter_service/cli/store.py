"""`openjupyter migrate`: bring the store's tables up to date."""

from pathlib import Path

import click

from openjupyter_service.settings import load_settings


@click.command()
@click.option("--settings", type=click.Path(path_type=Path), help="Settings file; default: OPENJUPYTER_SETTINGS.")
@click.option("--recount", is_flag=True, help="Count anew what pages of results show; nobody can write meanwhile.")
def migrate(settings: Path | None, recount: bool) -> None:
    """Create or migrate the store's tables. The hub and the service do the same when they start."""
    from openjupyter_service.store.engine import Store  # here, because other commands need no database, and it is slow

    store = Store(load_settings(settings).store_url)
    store.upgrade()
    if recount:
        store.rebuild(click.echo)
    store.close()
    click.echo("the store is up to date")
