"""`openjupyter course add`, `edit` and `remove`."""

from pathlib import Path
from typing import Any

import click

from openjupyter_service.cli.course_form import HALVES, build, check_data_set, value_options
from openjupyter_service.cli.course_secrets import (
    FORGETTABLE,
    generate_deploy_keys,
    host_of,
    missing_keys,
    read_secrets,
    without,
    without_others_secrets,
)
from openjupyter_service.cli.course_show import webhook_address
from openjupyter_service.cli.platform_form import is_interactive, new_secret
from openjupyter_service.cli.site import CommandSite, open_site, settings_option
from openjupyter_service.courses import CourseSecrets, FollowedCourse

_LOCAL = ("localhost", "127.0.0.1", "::1")
_FAREWELL = """\
{name} is followed no longer: learners cannot open or pull it, launches of its links fail, and its tokens and keys are
forgotten here; take the deploy keys and the webhook away at the Git host, too. What was handed in keeps its reports and
scores, and can still be graded with the versions it was made for. Learners keep their files. What was fetched stays in
{folder}.
Add it again under the same name, and it goes on with the versions it had."""


@click.command()
@click.argument("name")
@value_options
@settings_option
def add(name: str, settings: Path | None, **given: Any) -> None:
    """Follow the course NAME in Git repositories elsewhere.

    Give --public and --private, and for repositories that not everybody can read a token or deploy key in a file (- for
    standard input); on a terminal, tokens are asked for. The first version is published once it was fetched and its
    tests were found sound.
    """
    for half in HALVES:
        if not given[f"{half}_url"]:
            raise click.UsageError(f"give --{half} with the address of the repository of the {half} half")
    with open_site(settings) as site:
        course = build(name, given)
        check_data_set(site, course)
        secrets = read_secrets(course, given, CourseSecrets())
        secrets, keys = _with_keys(course, secrets, given)
        secrets = secrets.model_copy(update={"webhook_secret": _new_webhook_secret()})
        site.courses.add(course, secrets)
        _warn_of_http(course, secrets)
        click.echo(f"{name} is added, and is fetched at once by the running service.")
        _show_keys(keys, name)
        _show_webhook(site, name, secrets)
        click.echo(f"\nSee how it goes: openjupyter course sync {name} --wait")


@click.command()
@click.argument("name")
@value_options
@click.option("--no-datasets", is_flag=True, help="It has no data set any more.")
@click.option("--new-webhook-secret", is_flag=True, help="Make a new one and print it; the old one ends at once.")
@click.option("--forget", multiple=True, type=click.Choice(FORGETTABLE), help="A secret to forget; may be repeated.")
@settings_option
def edit(name: str, new_webhook_secret: bool, forget: tuple[str, ...], settings: Path | None, **given: Any) -> None:
    """Change what the options name of the followed course NAME, and fetch it at once."""
    with open_site(settings) as site:
        old = site.followed(name)
        course = build(name, given, old)
        check_data_set(site, course)
        before = site.courses.secrets(name)
        kept = without_others_secrets(old, course, before)
        secrets = read_secrets(course, given, without(kept, forget))
        secrets, keys = _with_keys(course, secrets, given)
        if new_webhook_secret:
            secrets = secrets.model_copy(update={"webhook_secret": _new_webhook_secret()})
        if (course, secrets) == (old, before):
            raise click.UsageError("say by options what to change; nothing of this is new")
        site.courses.replace(course, secrets)
        _warn_of_http(course, secrets)
        click.echo(f"{name} is changed, and is fetched at once by the running service.")
        if kept != before:
            click.echo("A half has moved to another host: what opened it at the old one was forgotten.", err=True)
        _show_keys(keys, name)
        if new_webhook_secret:
            _show_webhook(site, name, secrets)


@click.command()
@click.argument("name")
@click.option("--yes", is_flag=True, help="Do not ask.")
@settings_option
def remove(name: str, yes: bool, settings: Path | None) -> None:
    """Follow the course NAME no longer. Nobody's work is deleted."""
    from openjupyter_service.exercises.places import CoursePlaces

    with open_site(settings) as site:
        site.followed(name)
        click.echo(_FAREWELL.format(name=name, folder=CoursePlaces(site.settings.data_dir, name).root))
        if not yes:
            if not is_interactive():
                raise click.UsageError("say --yes to remove it")
            click.confirm(f"Remove {name}?", abort=True)
        site.courses.remove(name)
    click.echo(f"{name} is removed")


def _with_keys(
    course: FollowedCourse, secrets: CourseSecrets, given: dict[str, Any]
) -> tuple[CourseSecrets, dict[str, str]]:
    """The secrets with new deploy keys, where they were asked for, and the public keys by address."""
    keys: dict[str, str] = {}
    if given["generate_deploy_key"]:
        secrets, keys = generate_deploy_keys(course, secrets)
    missing_keys(course, secrets)
    return secrets, keys


def _warn_of_http(course: FollowedCourse, secrets: CourseSecrets) -> None:
    for half in HALVES:
        url = getattr(course, half).url
        if url.startswith("http://") and getattr(secrets, f"{half}_token") and host_of(url) not in _LOCAL:
            click.echo(f"note: {url} is not https; whoever is on the way there can read the token", err=True)


def _new_webhook_secret() -> Any:
    from pydantic import SecretStr

    return SecretStr(new_secret())


def _show_keys(keys: dict[str, str], name: str) -> None:
    for url, key in keys.items():
        click.echo(
            f"\nDeploy key for {url}: add it there, for reading alone (settings of the repository, deploy keys). It is "
            f"not shown again.\n{key}\n"
        )
    if keys:
        click.echo(f"Until it is there, fetching fails. Then: openjupyter course sync {name} --wait")


def _show_webhook(site: CommandSite, name: str, secrets: CourseSecrets) -> None:
    assert secrets.webhook_secret is not None
    click.echo(
        "\nSo that a push is published at once, add a webhook for pushes to both repositories, with this secret, which "
        f"is not shown again:\n  address  {webhook_address(site, name)}\n"
        f"  secret   {secrets.webhook_secret.get_secret_value()}\n  content  application/json"
    )
    if not site.tool.is_public:
        click.echo(f"note: {site.tool.hub_url} is not https; for a Git host elsewhere set public_url", err=True)
