"""`openjupyter admin-link`: the operator's way in."""

from pathlib import Path

import click

from openjupyter_service.cli.site import open_site, settings_option

TICKET_SECONDS = 600
PURPOSE = "admin"


@click.command("admin-link")
@settings_option
def admin_link(settings: Path | None) -> None:
    """Print a link that signs the operator in, once, within ten minutes."""
    with open_site(settings) as site:
        token = site.tickets.issue(PURPOSE, {}, TICKET_SECONDS)
        click.echo(f"{site.tool.hub_url}admin-login?ticket={token}")
    click.echo("It works once, within ten minutes. Whoever opens it administers this installation.", err=True)
