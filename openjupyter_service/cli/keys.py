"""`openjupyter keys`: the tool's keys, with which it signs for LMSes of LTI 1.3."""

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import click
from rich.console import Console
from rich.table import Table

from openjupyter_service.cli.site import CommandSite, json_option, open_site, settings_option


@click.group()
def keys() -> None:
    """The tool's keys for LTI 1.3: list them, and change them without an LMS noticing."""


@keys.command("list")
@json_option
@settings_option
def list_keys(as_json: bool, settings: Path | None) -> None:
    """List the keys that are published, newest first. Private parts are never shown."""
    with open_site(settings) as site:
        records = _records(site)
        address = site.tool.jwks
    if as_json:
        click.echo(json.dumps(records, indent=2))
        return
    if not records:
        click.echo("no key yet; one is made when it is first needed, or now: openjupyter keys rotate --delay 0")
        return
    table = Table("Key id", "State", "Made", "Signs from", "Published until")
    for found in records:
        times = (_shown(found[name]) for name in ("created_at", "active_at", "expires_at"))
        table.add_row(found["kid"], found["state"], *times)
    Console(soft_wrap=False).print(table)
    click.echo(f"LMSes read them at {address}")


@keys.command()
@click.option(
    "--delay",
    type=click.FloatRange(0, 24 * 30),
    default=24,
    show_default=True,
    help="Hours until the new key signs, so that LMSes have read it by then; 0 = now, if the old one has leaked.",
)
@settings_option
def rotate(delay: float, settings: Path | None) -> None:
    """Make a new key. It is published at once and signs after the delay; older ones stay published for 30 days more."""
    from openjupyter_service.grading.tool_keys import rotate as rotate_keys

    with open_site(settings) as site:
        key = rotate_keys(site.tool_keys, delay_seconds=delay * 3600)
        click.echo(f"{key.kid} is published, and signs from {_shown(key.active_at)} on")
    click.echo("An LMS that was given the key itself and not the address needs the new one, once it signs.")


def _records(site: CommandSite) -> list[dict[str, Any]]:
    signing = site.tool_keys.signing()
    now = site.store.now()

    def state(key: Any) -> str:
        if signing and key.kid == signing.kid:
            return "signs"
        return "signs later" if key.active_at > now else "published only"

    return [
        {
            "kid": key.kid,
            "state": state(key),
            "created_at": key.created_at,
            "active_at": key.active_at,
            "expires_at": key.expires_at,
        }
        for key in site.tool_keys.published()
    ]


def _shown(moment: float | None) -> str:
    return "–" if moment is None else datetime.fromtimestamp(moment, UTC).strftime("%Y-%m-%d %H:%M UTC")
