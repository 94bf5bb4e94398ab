"""`openjupyter platform add`, `edit` and `remove`."""

from collections.abc import Callable
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import click

from openjupyter_service.cli.platform_form import (
    PRODUCTS,
    Form,
    build,
    is_interactive,
    new_secret,
    read_secret,
)
from openjupyter_service.cli.site import open_site, settings_option
from openjupyter_service.lti.products import preset, sibling_address
from openjupyter_service.lti.setup import as_text, guide
from openjupyter_service.lti.steps import Values
from openjupyter_service.platforms import ANY_DEPLOYMENT, Platform11, Platform13

_VALUES = (
    click.option("--title", help="How learners know the LMS; default: its name."),
    click.option("--product", type=click.Choice(PRODUCTS), help="Kind of LMS."),
    click.option(
        "--base-url", help="Address of the LMS; the other addresses follow from it where the product has fixed ones."
    ),
    click.option("--issuer", help="LTI 1.3: issuer, or platform id."),
    click.option("--client-id", help="LTI 1.3: client id that the LMS gave."),
    click.option("--deployment", multiple=True, help="LTI 1.3: deployment id that may launch; may be repeated."),
    click.option("--any-deployment", is_flag=True, help="LTI 1.3: every deployment of this client id may launch."),
    click.option("--authorization-url", help="LTI 1.3: authentication request URL."),
    click.option("--token-url", help="LTI 1.3: access token URL."),
    click.option("--jwks-url", help="LTI 1.3: public keyset URL."),
    click.option("--token-audience", help="LTI 1.3: audience of token requests, where it is not the token URL."),
    click.option("--consumer-key", help="LTI 1.1: consumer key; one is made if it is not given."),
    click.option(
        "--secret-file",
        type=click.Path(path_type=Path, allow_dash=True),
        help="LTI 1.1: file with the shared secret, - for standard input; one is made if it is not given.",
    ),
    click.option(
        "--private-network/--public-network", default=None, help="May the LMS have addresses of a private network?"
    ),
    click.option(
        "--only-course",
        multiple=True,
        metavar="COURSE",
        help="The LMS may open this course alone; may be repeated. Its staff read hidden tests of what they link.",
    ),
)


_OF_13 = (
    *("issuer", "client_id", "deployment", "any_deployment", "remove_deployment", "authorization_url"),
    *("token_url", "jwks_url", "token_audience", "base_url"),
)
_OF_11 = ("consumer_key", "secret_file", "new_secret")
_FAREWELL = """\
Launches from {name} are refused from now on. Its people keep their accounts, files and reports, and nobody else ever
gets these accounts. Add it again under the same name with {identity} (or --same-lms, if the LMS gives
other values then), and all is as before."""
_MANY = 10_000


def _value_options(command: Callable[..., Any]) -> Callable[..., Any]:
    for option in reversed(_VALUES):
        command = option(command)
    return command


@click.command()
@click.option("--name", help="Short name; part of learners' identity, so it stays for ever.")
@click.option("--lti", type=click.Choice(["1.1", "1.3"]), help="Version; default: 1.3 where the LMS speaks it.")
@_value_options
@click.option("--same-lms", is_flag=True, help="A removed platform of this name was this LMS: it gets its people back.")
@settings_option
def add(same_lms: bool, settings: Path | None, **given: Any) -> None:
    """Add a platform. On a terminal, what is missing is asked for, with hints where in the LMS it stands."""
    with open_site(settings) as site:
        platform = Form(given, site.tool).platform()
        site.platforms.add(platform, same_lms)
        if not site.tool.is_public:
            click.echo(f"note: {site.tool.hub_url} is not https; for an LMS elsewhere set public_url", err=True)
        click.echo(f"{platform.name} is added. The hub knows it at once.")
        if isinstance(platform, Platform11):
            values = Values(site.tool, name=platform.name, consumer_key=platform.consumer_key, is_registered=True)
            click.echo(f"\n{as_text(guide(platform.product, '1.1', values))}", nl=False)
        else:
            click.echo(f"Prove the connection: openjupyter platform check {platform.name}")


@click.command()
@click.argument("name")
@_value_options
@click.option("--remove-deployment", multiple=True, help="LTI 1.3: deployment id that may launch no longer.")
@click.option("--all-courses", is_flag=True, help="The LMS may open every course.")
@click.option("--new-secret", is_flag=True, help="LTI 1.1: make a new shared secret; the old one ends at once.")
@click.option("--yes", is_flag=True, help="Do not ask whether it is the same LMS.")
@settings_option
def edit(name: str, yes: bool, settings: Path | None, **given: Any) -> None:
    """Change a platform: what the options name, or on a terminal without options everything, one by one."""
    with open_site(settings) as site:
        old = site.editable(name)
        if not any(value not in (None, (), False) for value in given.values()) and given["private_network"] is None:
            if not is_interactive():
                raise click.UsageError("say by options what to change")
            given |= _ask(old)
        new = build(old.version, _changed(old, given))
        if isinstance(old, Platform13) and isinstance(new, Platform13) and _host(old.issuer) != _host(new.issuer):
            _confirm_identity(name, old.issuer, new.issuer, yes)
        if new == old:
            click.echo(f"{name} is as it was")
            return
        site.platforms.replace(new)
    click.echo(f"{name} is changed. The hub knows it at once. Prove it: openjupyter platform check {name}")
    if given["new_secret"]:
        click.echo(f"The new secret, for the LMS: openjupyter platform show {name} --secret")


@click.command()
@click.argument("name")
@click.option("--yes", is_flag=True, help="Do not ask.")
@settings_option
def remove(name: str, yes: bool, settings: Path | None) -> None:
    """Remove a platform: nobody can launch from it any more. Nobody's work is deleted."""
    from openjupyter_service.store import PassbackState

    with open_site(settings) as site:
        known = site.editable(name)
        waiting = len(site.outbox.list(state=PassbackState.PENDING, platform=name, limit=_MANY))
        click.echo(_FAREWELL.format(name=name, identity=_identity(known)))
        if waiting:
            count = f"{waiting} or more" if waiting == _MANY else str(waiting)
            click.echo(f"Scores still on their way to it, which will not arrive: {count}.")
        if not yes:
            if not is_interactive():
                raise click.UsageError("say --yes to remove it")
            click.confirm(f"Remove {name}?", abort=True)
        site.platforms.remove(name)
    click.echo(f"{name} is removed")


def _changed(old: Platform11 | Platform13, given: dict[str, Any]) -> dict[str, Any]:
    """The fields of the new platform."""
    values = old.model_dump()
    told = {name: value for name, value in given.items() if value is not None}
    for option in ("title", "product", "private_network"):
        if option in told:
            values[option] = told[option]
    if told["only_course"] or told["all_courses"]:
        values["courses"] = told["only_course"]
    if isinstance(old, Platform11):
        _refuse(told, "LTI 1.1", _OF_13)
        if "consumer_key" in told:
            values["consumer_key"] = told["consumer_key"]
        if told["new_secret"] or "secret_file" in told:
            secret = new_secret() if told["new_secret"] else read_secret(told["secret_file"])
            values |= {"secret": secret, "secret_file": None}
        return values
    _refuse(told, "LTI 1.3", _OF_11)
    if "base_url" in told:
        known = preset(values["product"], told["base_url"], told.get("client_id") or old.client_id)
        for option in ("issuer", "authorization_url", "token_url", "jwks_url", "token_audience"):
            values[option] = getattr(known, option) or values[option]
    for option in ("issuer", "client_id", "authorization_url", "token_url", "jwks_url", "token_audience"):
        if option in told:
            values[option] = told[option]
    if values["product"] == "openedx" and ("token_url" in told) != ("jwks_url" in told):
        token_url, jwks_url = sibling_address(told.get("token_url", ""), told.get("jwks_url", ""))
        values |= {"token_url": token_url or old.token_url, "jwks_url": jwks_url or old.jwks_url}
    deployments = [*old.deployments, *told["deployment"], *([ANY_DEPLOYMENT] if told["any_deployment"] else [])]
    values["deployments"] = tuple(dict.fromkeys(one for one in deployments if one not in told["remove_deployment"]))
    return values


def _refuse(told: dict[str, Any], version: str, options: tuple[str, ...]) -> None:
    for option in options:
        if told.get(option):
            raise click.UsageError(f"this platform speaks {version}, which has no --{option.replace('_', '-')}")


def _ask(old: Platform11 | Platform13) -> dict[str, Any]:
    """Every field that can change, with its value as the default."""

    def ask(label: str, value: str) -> str:
        return str(click.prompt(label, default=value, err=True)).strip()

    answers: dict[str, Any] = {"title": ask("Title", old.title)}
    if isinstance(old, Platform11):
        return answers | {"consumer_key": ask("Consumer key", old.consumer_key)}
    for option in ("issuer", "client_id", "authorization_url", "token_url", "jwks_url"):
        answers[option] = ask(option.replace("_", " ").capitalize(), getattr(old, option))
    shown = ",".join(old.deployments)
    wanted = [one.strip() for one in ask("Deployment ids, with commas", shown).split(",") if one.strip()]
    answers["deployment"] = tuple(wanted)
    answers["remove_deployment"] = tuple(one for one in old.deployments if one not in wanted)
    return answers


def _confirm_identity(name: str, old: str, new: str, yes: bool) -> None:
    """Another issuer under the same name: its people would open other people's accounts, if it is not the same LMS."""
    if yes:
        return
    sentence = (
        f"The accounts of {name} belong to people of {old}. If {new} is the same LMS under a new address, that is "
        "right; for another LMS add a platform of its own"
    )
    if not is_interactive():
        raise click.UsageError(f"{sentence}. Say --yes if it is the same")
    click.confirm(f"{sentence}. Is it the same?", abort=True)


def _identity(platform: Platform11 | Platform13) -> str:
    """By which options it is known as the same again."""
    if isinstance(platform, Platform11):
        return f"--consumer-key {platform.consumer_key}"
    return f"--issuer {platform.issuer} --client-id {platform.client_id}"


def _host(issuer: str) -> str:
    return urlsplit(issuer).netloc or issuer
