"""`openjupyter course sync`: ask the running service to fetch a course, and see what becomes of it."""

import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING

import click

from openjupyter_service.cli.course_show import findings, pair, version_record
from openjupyter_service.cli.report import plain
from openjupyter_service.cli.site import CommandSite, open_site, settings_option
from openjupyter_service.errors import CourseError

if TYPE_CHECKING:
    from openjupyter_service.store import CourseVersion

LOOK_SECONDS = 0.5
BEGIN_SECONDS = 60.0
"""A service that has not begun after this time does not run, or has much to do."""


@click.command()
@click.argument("name")
@click.option(
    "--wait", is_flag=True, help="Show progress until the newest version is published (exit code 0) or refused (1)."
)
@settings_option
def sync(name: str, wait: bool, settings: Path | None) -> None:
    """Ask the running service to fetch the followed course NAME now, and to publish it if it is sound."""
    with open_site(settings) as site:
        site.followed(name)
        site.courses.want_sync(name)
        if not wait:
            click.echo(f"{name} is fetched as soon as possible; see how it goes: openjupyter course show {name}")
            return
        _wait_for_fetch(site, name)
        version = _wait_for_check(site, name)
        click.echo(f"version {version.id} ({pair(version_record(version))}) is {version.state.value}")
        for line in findings(version):
            click.echo(f"  {line}")
        if version.state != "published":
            click.echo(
                "learners keep the last published one" if site.versions.published(name) else "nothing is published"
            )
    sys.exit(0 if version.state == "published" else 1)


def _wait_for_fetch(site: CommandSite, name: str) -> None:
    """Until a sync has ended that began after it was asked for.

    Raises:
        CourseError: it failed, or nobody began
    """
    wanted = site.courses.sync(name).wanted_at
    assert wanted is not None
    click.echo(f"{name}: waiting for the service", err=True)
    began, last = time.monotonic(), False
    while True:
        now = site.courses.sync(name)
        has_begun = now.synced_at is not None and now.synced_at >= wanted
        if has_begun and not last:
            click.echo(f"{name}: being fetched", err=True)
            last = True
        if has_begun and now.ended_at is not None and now.synced_at is not None and now.ended_at >= now.synced_at:
            break
        if not has_begun and time.monotonic() - began > BEGIN_SECONDS:
            raise CourseError(
                f"the service has not begun for {BEGIN_SECONDS:.0f} s; is the hub running (systemctl status "
                f"openjupyter)? {name} is fetched when it runs; nothing needs to be asked for again"
            )
        time.sleep(LOOK_SECONDS)
    if now.problem:
        raise CourseError(f"{name} cannot be fetched: {plain(now.problem)}")


def _wait_for_check(site: CommandSite, name: str) -> "CourseVersion":
    """The newest version, once it was published or refused."""
    told = None
    while True:
        version = next(iter(site.versions.of(name, limit=1)), None)
        if version is None:
            raise CourseError(f"{name} was fetched, and has no version; see the log of the service")
        if version.finished_at is not None:
            return version
        if told != (version.id, version.state):
            told = (version.id, version.state)
            words = {"waiting": "waits for its check", "checking": "is being checked"}[version.state]
            click.echo(f"{name}: version {version.id} ({pair(version_record(version))}) {words}", err=True)
        time.sleep(LOOK_SECONDS)
