"""`openjupyter passback`: scores on their way to LMSes, and those that an LMS has refused."""

import json
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click
from rich.console import Console
from rich.markup import escape
from rich.table import Table

from openjupyter_service.cli.site import CommandSite, json_option, open_site, settings_option
from openjupyter_service.errors import NotFound

if TYPE_CHECKING:
    from openjupyter_service.store import OutboxItem

_STATES = ("pending", "sent", "failed", "superseded", "dropped")
_HIDDEN = ("subject", "sourcedid", "outcome_url", "lineitem_url", "lineitems_url", "scopes", "maximum")
_MANY = 100_000


@click.group()
def passback() -> None:
    """Scores on their way to LMSes: list them, send them now, or give them up."""


@passback.command("list")
@click.option("--state", type=click.Choice(_STATES), help="Only scores in this state; else waiting and failed ones.")
@click.option("--platform", help="Only scores for this platform.")
@click.option("--limit", type=click.IntRange(1, _MANY), default=100, show_default=True, help="How many at most.")
@json_option
@settings_option
def list_scores(state: str | None, platform: str | None, limit: int, as_json: bool, settings: Path | None) -> None:
    """List scores, newest first."""
    with open_site(settings) as site:
        items = _find(site, [state] if state else ["failed", "pending"], platform, limit)
    if as_json:
        click.echo(json.dumps([_record(item) for item in items], indent=2))
        return
    if not items:
        click.echo("no score waits, and none was refused" if state is None else f"no score is {state}")
        return
    table = Table("Id", "State", "Platform", "Course there", "Exercise", "Learner", "Score", "Tries", "When", "Why")
    for item in items:
        when = item.sent_at if item.sent_at is not None else item.next_attempt_at
        table.add_row(
            str(item.id), item.state.value, item.platform, escape(item.context_title),
            f"{item.course}/{item.exercise}", item.learner, f"{item.score:.2%}", str(item.attempts),
            datetime.fromtimestamp(when, UTC).strftime("%Y-%m-%d %H:%M:%S UTC"), escape(item.last_error or ""),
        )  # fmt: skip
    Console(soft_wrap=False).print(table)
    if any(item.state == "failed" for item in items):
        click.echo("Failed ones: mend the cause, then `openjupyter passback retry ID`, or `drop ID` to give one up.")


def _chosen(command: Any) -> Any:
    for option in (
        click.argument("ids", type=int, nargs=-1),
        click.option("--all", "everything", is_flag=True, help="All that wait or have failed, of --platform if given."),
        click.option("--platform", help="With --all: only scores for this platform."),
        click.option("--yes", is_flag=True, help="Do not ask."),
        settings_option,
    ):
        command = option(command)
    return command


@passback.command()
@_chosen
def retry(ids: tuple[int, ...], everything: bool, platform: str | None, yes: bool, settings: Path | None) -> None:
    """Send scores at once: those of the given IDS, or all that wait or have failed."""
    with open_site(settings) as site:
        items = _choose(site, ids, everything, platform, yes, "send now")
        count = site.outbox.retry_now([item.id for item in items])
    click.echo(f"{count} of {len(items)} will be sent at once, by the running service")
    if count < len(items):
        click.echo("For the others a newer score has been sent, or waits.")


@passback.command()
@_chosen
def drop(ids: tuple[int, ...], everything: bool, platform: str | None, yes: bool, settings: Path | None) -> None:
    """Give scores up: the LMS will not get them. Grading and report stay, and `retry` takes it back."""
    with open_site(settings) as site:
        items = _choose(site, ids, everything, platform, yes, "give up")
        count = site.outbox.drop([item.id for item in items])
    click.echo(f"{count} of {len(items)} given up")


def _choose(
    site: CommandSite, ids: tuple[int, ...], everything: bool, platform: str | None, yes: bool, what: str
) -> "list[OutboxItem]":
    """What was named, after a question where it is much.

    Raises:
        NotFound: there is no such score.
    """
    if everything == bool(ids):
        raise click.UsageError("name ids, which `openjupyter passback list` shows, or --all")
    if not everything:
        items = site.outbox.get(ids)
        if missing := set(ids) - {item.id for item in items}:
            raise NotFound(f"there is no score with id {min(missing)}; `openjupyter passback list` shows all")
        return items
    items = _find(site, ["failed", "pending"], platform, _MANY)
    if items and not yes:
        click.confirm(f"{what} {len(items)} scores?", abort=True, err=True)
    return items


def _find(site: CommandSite, states: list[str], platform: str | None, limit: int) -> "list[OutboxItem]":
    from openjupyter_service.store import PassbackState

    if platform is not None and not any(known.name == platform for known in site.platforms.all()):
        site.platform(platform)  # says which there are
    found = [item for state in states for item in site.outbox.list(PassbackState(state), platform, limit=limit)]
    return sorted(found, key=lambda item: -item.id)[:limit]


def _record(item: "OutboxItem") -> dict[str, Any]:
    return {name: value for name, value in asdict(item).items() if name not in _HIDDEN}
