"""`openjupyter course`: courses that are followed in Git repositories elsewhere."""

import json
from pathlib import Path

import click
from rich.console import Console
from rich.markup import escape
from rich.table import Table

from openjupyter_service.cli.course_change import add, edit, remove
from openjupyter_service.cli.course_show import (
    findings,
    half,
    local_record,
    moment,
    pair,
    record,
    state,
    version_record,
    webhook_address,
)
from openjupyter_service.cli.course_sync import sync
from openjupyter_service.cli.report import plain
from openjupyter_service.cli.site import CommandSite, json_option, open_site, settings_option
from openjupyter_service.courses import FollowedCourse


@click.group()
def course() -> None:
    """Courses from a Git host: follow them, see what is published, and why something is not."""


@course.command("list")
@json_option
@settings_option
def list_courses(as_json: bool, settings: Path | None) -> None:
    """List all courses, of the settings file and followed ones."""
    with open_site(settings) as site:
        local = [local_record(each) for each in site.settings.courses]
        followed = [record(site, each) for each in site.courses.all()]
    if as_json:
        click.echo(json.dumps([*local, *followed], indent=2))
        return
    if not local and not followed:
        click.echo("no courses yet; follow one with: openjupyter course add NAME --public URL --private URL")
        return
    table = Table("Name")
    for title in ("Public half", "Private half", "Published", "State"):
        table.add_column(title, overflow="fold")  # an address must be read whole
    for found in local:
        table.add_row(
            *(escape(plain(str(found[name]))) for name in ("name", "repository", "private")), "", "on this machine"
        )
    for found in followed:
        row = (found["name"], half(found["public"]), half(found["private"]), pair(found["published"]), state(found))
        table.add_row(*(escape(plain(cell)) for cell in row))
    Console(soft_wrap=False).print(table)


@course.command()
@click.argument("name")
@click.option(
    "--versions", "count", type=click.IntRange(0, 1000), default=5, show_default=True, help="How many versions."
)
@json_option
@settings_option
def show(name: str, count: int, as_json: bool, settings: Path | None) -> None:
    """Show the followed course NAME: where from, what is published, the last syncs, what checks have found."""
    with open_site(settings) as site:
        found = site.followed(name)
        if as_json:
            _print_json(site, found, count)
        else:
            _print(site, found, count)


def _print_json(site: CommandSite, found: FollowedCourse, count: int) -> None:
    values = record(site, found) | {
        "webhook": webhook_address(site, found.name),
        "secrets": _secrets(site, found.name),
        "versions": [version_record(each) for each in site.versions.of(found.name, limit=count)],
    }
    click.echo(json.dumps(values, indent=2))


def _print(site: CommandSite, found: FollowedCourse, count: int) -> None:
    values = record(site, found)
    sync, published = values["sync"], values["published"]
    known = [name.replace("_", " ") for name, is_set in _secrets(site, found.name).items() if is_set]
    served = f", served as {published['served_commit'][:12]}" if published else ""
    lines = {
        "public half": half(values["public"]),
        "private half": half(values["private"]),
        "secrets set": ", ".join(known) or "none",
        "webhook": webhook_address(site, found.name),
        "looked at": f"every {found.poll_seconds} s" if found.poll_seconds else "when it is told to",
        "internet": "yes" if found.internet else "no",
        "data set": str(found.datasets) if found.datasets is not None else "none",
        "state": state(values),
        "published": pair(published) + served,
        "last sync": _sync(sync["wanted_at"], sync["began_at"], sync["ended_at"]),
    }
    if sync["problem"]:
        lines["problem"] = sync["problem"]
    width = max(map(len, lines))
    for label, text in lines.items():
        click.echo(f"{label:{width}}  {plain(text)}")
    for version in site.versions.of(found.name, limit=count):
        when = moment(version.finished_at or version.started_at or version.created_at)
        click.echo(f"\nversion {version.id}: {version.state.value}, {when}: {pair(version_record(version))}")
        for line in findings(version):
            click.echo(f"  {line}")


def _secrets(site: CommandSite, name: str) -> dict[str, bool]:
    """Which secrets are set."""
    return {secret: value is not None for secret, value in site.courses.secrets(name)}


def _sync(wanted: float | None, began: float | None, ended: float | None) -> str:
    if began is None:
        return f"none yet, asked for {moment(wanted)}"
    text = f"began {moment(began)}, " + ("goes on" if ended is None or ended < began else f"ended {moment(ended)}")
    return text + (f"; another one asked for {moment(wanted)}" if wanted is not None and wanted > began else "")


for command in (add, edit, remove, sync):
    course.add_command(command)
