"""`openjupyter platform check`: prove that a platform is connected, or say in words why it is not."""

import asyncio
import json
import sys
from pathlib import Path
from typing import Any

import click
from rich.console import Console
from rich.markup import escape
from rich.table import Table

from openjupyter_service.cli.report import plain
from openjupyter_service.cli.site import CommandSite, json_option, open_site, settings_option
from openjupyter_service.lti.findings import Finding, check_platform11
from openjupyter_service.lti.platform_check import PlatformCheck
from openjupyter_service.platforms import Platform11

_MARKS = {True: "[green]✓[/]", False: "[red]✗[/]", None: "[yellow]?[/]"}


@click.command()
@click.argument("name")
@json_option
@settings_option
def check(name: str, as_json: bool, settings: Path | None) -> None:
    """Prove that a platform is connected: keys, access token, clock. Exit code 1 if something is wrong."""
    with open_site(settings) as site:
        findings = find(site, name)
    if as_json:
        click.echo(json.dumps([record(finding) for finding in findings], indent=2))
    else:
        print_findings(Console(soft_wrap=False), findings)
    if any(finding.ok is False for finding in findings):
        sys.exit(1)


def find(site: CommandSite, name: str) -> list[Finding]:
    """Try everything.

    Raises:
        Unknown: there is no such platform.
    """
    platform = site.platform(name)
    if isinstance(platform, Platform11):
        return check_platform11(platform, site.tool)
    from openjupyter_service.grading.outbound import Outbound
    from openjupyter_service.grading.tool_keys import signing_key
    from openjupyter_service.lti.tool_keys import sign_jwt

    key = signing_key(site.tool_keys)

    async def run() -> list[Finding]:
        tool_check = PlatformCheck(platform, site.tool, Outbound(), lambda claims: sign_jwt(key, claims), key.kid)
        return await tool_check.run()

    return asyncio.run(run())


def record(finding: Finding) -> dict[str, Any]:
    """A finding as JSON; `ok` is null where nothing could be told."""
    return {"what": finding.what, "ok": finding.ok, "text": finding.text, "next_step": finding.next_step}


def print_findings(console: Console, findings: list[Finding]) -> None:
    """A line for each, and below it what to do."""
    table = Table(show_header=False, box=None)
    for finding in findings:
        text = escape(plain(finding.text))
        step = f"\n→ {escape(plain(finding.next_step))}" if finding.next_step and not finding.ok else ""
        table.add_row(_MARKS[finding.ok], finding.what, text + step)
    console.print(table)
