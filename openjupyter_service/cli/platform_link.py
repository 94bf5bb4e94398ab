"""`openjupyter platform link`: a one-time link by which an LMS registers itself."""

from pathlib import Path

import click

from openjupyter_service.cli.platform_form import build
from openjupyter_service.cli.site import CommandSite, Unknown, open_site, settings_option
from openjupyter_service.lti.registration import RegistrationLink
from openjupyter_service.platforms import Platform13


@click.command()
@click.option(
    "--name", default="", help="Name of the platform; default: made from the LMS's host. A known name renews it."
)
@click.option("--title", default="", help="How learners know the LMS.")
@click.option("--course", default="", help="Course that links of this LMS lead to, unless they name another.")
@click.option("--private-network", is_flag=True, help="The LMS may have addresses of a private network, and http.")
@click.option("--hours", type=click.FloatRange(0.1, 24 * 14), default=24, show_default=True, help="How long it holds.")
@settings_option
def link(name: str, title: str, course: str, private_network: bool, hours: float, settings: Path | None) -> None:
    """Print a one-time link for the LMS's administrator (LTI Dynamic Registration: Moodle, Brightspace and others)."""
    with open_site(settings) as site:
        wanted = RegistrationLink(name=name, title=title, course=course, private_network=private_network)
        _check(site, wanted)
        token = site.tickets.issue("registration", wanted.model_dump(), hours * 3600)
        click.echo(site.tool.registration(token))
        if not site.tool.is_public:
            click.echo(f"note: {site.tool.hub_url} is not https; for an LMS elsewhere set public_url", err=True)
    click.echo(
        f"It can be used once, within {hours:g} hours. In Moodle: Site administration, Plugins, External tool, Manage "
        "tools, paste it into Tool URL, Add LTI Advantage. Whoever has it can connect an LMS: send it to its "
        "administrator alone.",
        err=True,
    )


def _check(site: CommandSite, wanted: RegistrationLink) -> None:
    """Refuse now what would fail when the administrator uses the link.

    Raises:
        click.UsageError: the name is none, or there is no such course.
        Unknown: the name is taken by a platform that cannot be renewed.
    """
    known = [course.name for course in site.settings.courses] + [course.name for course in site.courses.all()]
    if wanted.course and wanted.course not in known:
        raise click.UsageError(f"there is no course {wanted.course!r}; there are: {', '.join(known) or 'none yet'}")
    build("1.1", {"name": wanted.name or "any", "title": wanted.title, "consumer_key": "any", "secret": "any"})
    if not wanted.name:
        return
    if site.platforms.get(wanted.name) is not None and not isinstance(site.editable(wanted.name), Platform13):
        raise Unknown(f"{wanted.name} speaks LTI 1.1 and cannot be renewed by a link; give another --name")
