"""`openjupyter platform`: which LMSes may launch, and what to paste into them."""

import json
from pathlib import Path
from typing import Any

import click
from rich.console import Console
from rich.markup import escape
from rich.table import Table

from openjupyter_service.cli.platform_change import add, edit, remove
from openjupyter_service.cli.platform_check import check
from openjupyter_service.cli.platform_form import PRODUCTS
from openjupyter_service.cli.platform_link import link
from openjupyter_service.cli.report import plain
from openjupyter_service.cli.site import CommandSite, json_option, open_site, settings_option
from openjupyter_service.lti.cartridge import canvas_key
from openjupyter_service.lti.products import PRODUCT_NAMES, speaks
from openjupyter_service.lti.setup import as_text, guide
from openjupyter_service.lti.steps import Values, Version
from openjupyter_service.platforms import Platform11, Platform13, Product


@click.group()
def platform() -> None:
    """Which LMSes may launch: add them, show what to paste where, prove the connection."""


@platform.command("list")
@json_option
@settings_option
def list_platforms(as_json: bool, settings: Path | None) -> None:
    """List all platforms, of the settings file and of the store."""
    with open_site(settings) as site:
        records = [record(site, found) for found in site.platforms.all()]
    if as_json:
        click.echo(json.dumps(records, indent=2))
        return
    if not records:
        click.echo("no platforms yet; add one with: openjupyter platform add")
        return
    table = Table("Name", "Title", "LMS", "LTI", "Known by", "Stands in")
    for found in records:
        known = found.get("consumer_key") or f"{found['issuer']}, client {found['client_id']}"
        row = (found["name"], found["title"], PRODUCT_NAMES[found["product"]], found["lti"], known, found["where"])
        table.add_row(*(escape(plain(str(cell))) for cell in row))
    Console(soft_wrap=False).print(table)


@platform.command()
@click.argument("name", required=False)
@click.option("--for", "product", type=click.Choice(PRODUCTS), help="Show what to paste into this kind of LMS.")
@click.option("--lti", "version", type=click.Choice(["1.1", "1.3"]), help="Version, where no NAME tells it.")
@click.option("--course", default="COURSE", help="Course in the custom parameters shown.")
@click.option("--exercise", default="EXERCISE", help="Exercise in the custom parameters shown.")
@click.option("--secret", is_flag=True, help="Show the shared secret of LTI 1.1, too.")
@json_option
@settings_option
def show(
    name: str | None,
    product: Product | None,
    version: Version | None,
    course: str,
    exercise: str,
    secret: bool,
    as_json: bool,
    settings: Path | None,
) -> None:
    """Show a platform, or with --for exactly what to paste into which field of its LMS.

    Without NAME, --for shows what an LMS must be told before it can be added.
    """
    if name is None and product is None:
        raise click.UsageError("give the name of a platform, or --for and a kind of LMS")
    with open_site(settings) as site:
        found = site.platform(name) if name else None
        if found and version and version != found.version:
            raise click.UsageError(f"{found.name} speaks LTI {found.version}; leave out --lti")
        if product is None:
            assert found is not None
            show_record(site, found, secret, as_json)
            return
        lti = found.version if found else version or ("1.3" if speaks(product, "1.3") else "1.1")
        if not speaks(product, lti):
            raise click.UsageError(f"{PRODUCT_NAMES[product]} speaks LTI 1.1 alone")
        steps = guide(product, lti, values_of(site, found, product, lti, course, exercise, secret))
    if as_json:
        click.echo(json.dumps([step_record(step) for step in steps.steps], indent=2))
    else:
        click.echo(as_text(steps), nl=False)


def values_of(
    site: CommandSite,
    found: Platform11 | Platform13 | None,
    product: Product,
    version: Version,
    course: str,
    exercise: str,
    secret: bool,
) -> Values:
    """What stands in the fields."""
    canvas = ""
    if (product, version) == ("canvas", "1.3"):
        from openjupyter_service.grading.tool_keys import signing_key
        from openjupyter_service.lti.tool_keys import public_jwk

        canvas = json.dumps(canvas_key(site.tool, public_jwk(signing_key(site.tool_keys))), indent=2)
    return Values(
        tool=site.tool,
        name=found.name if found else product if product != "other" else "NAME",
        course=course,
        exercise=exercise,
        consumer_key=found.consumer_key if isinstance(found, Platform11) else "KEY",
        secret=found.shared_secret() if secret and isinstance(found, Platform11) else "",
        canvas_json=canvas,
        is_registered=found is not None,
    )


def step_record(step: Any) -> dict[str, Any]:
    """A step as JSON."""
    fields = [{"label": field.label, "value": field.value, "choose": field.is_choice} for field in step.fields]
    return {"text": step.text, "fields": fields, "commands": list(step.commands)}


def record(site: CommandSite, found: Platform11 | Platform13) -> dict[str, Any]:
    """A platform as JSON, without its secret."""
    values: dict[str, Any] = {"name": found.name, "title": found.shown_title, "product": found.product}
    values |= {"lti": found.version, "private_network": found.private_network, "courses": found.courses or "all"}
    if isinstance(found, Platform11):
        values["consumer_key"] = found.consumer_key
    else:
        names = ("issuer", "client_id", "deployments", "authorization_url", "token_url", "jwks_url", "token_audience")
        values |= {name: getattr(found, name) for name in names}
    return values | {"where": "settings file" if site.platforms.is_configured(found.name) else "store"}


def show_record(site: CommandSite, found: Platform11 | Platform13, secret: bool, as_json: bool) -> None:
    """Print a platform."""
    values = record(site, found)
    if isinstance(found, Platform11):
        values["secret"] = found.shared_secret() if secret else None
    if as_json:
        click.echo(json.dumps(values, indent=2))
        return
    if values.get("secret", "") is None:
        values["secret"] = f"not shown; openjupyter platform show {found.name} --secret"
    if values["where"] == "settings file":
        values["where"] = f"settings file {site.path}: change it there, and restart the hub"
    width = max(map(len, values))
    for name, value in values.items():
        text = ", ".join(value) if isinstance(value, tuple) else {True: "yes", False: "no"}.get(value, str(value))
        click.echo(f"{name.replace('_', ' '):{width}}  {plain(text) or '–'}")
    click.echo(f"\nwhat to paste into the LMS: openjupyter platform show {found.name} --for {found.product}")


for command in (add, edit, remove, check, link):
    platform.add_command(command)
