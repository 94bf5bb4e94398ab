"""`openjupyter regrade`: after a corrected test, see what would change for whom, and then change it."""

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click
from rich.console import Console

from openjupyter_service.cli.regrade_tables import moment, print_comparison, print_list, record
from openjupyter_service.cli.site import CommandSite, json_option, open_site, settings_option

if TYPE_CHECKING:
    from openjupyter_service.grading.regrade import Regrading
    from openjupyter_service.store import Regrade


@click.command()
@click.argument("course", required=False)
@click.argument("exercise", required=False)
@click.option("--dry-run", is_flag=True, help="Only tell what would change; this is what happens without --apply.")
@click.option("--apply", "is_applied", is_flag=True, help="Change it, after a question, and send what changed.")
@click.option("--never-lower", is_flag=True, help="Whoever would lose keeps what they have.")
@click.option("--yes", is_flag=True, help="Do not ask.")
@click.option("--list", "is_list", is_flag=True, help="List regrades.")
@click.option("--drop", metavar="ID", type=int, help="Throw a regrade away: nothing changes.")
@json_option
@settings_option
def regrade(
    course: str | None,
    exercise: str | None,
    dry_run: bool,
    is_applied: bool,
    never_lower: bool,
    yes: bool,
    is_list: bool,
    drop: int | None,
    as_json: bool,
    settings: Path | None,
) -> None:
    """Grade EXERCISE of COURSE anew for everybody, and tell who gains and who loses before anything is sent.

    The running service grades, after learners' own submissions. A regrade that is there already goes on, also after
    Ctrl-C. Nothing that counts changes without --apply.
    """
    _check_usage(course, exercise, is_list, drop, is_applied, dry_run)
    with open_site(settings) as site:
        from openjupyter_service.grading.regrade import Regrading

        regrading = Regrading(site.settings, site.store)
        if is_list:
            _list(regrading, as_json)
        elif drop is not None:
            regrading.drop(drop)
            click.echo(f"regrade {drop} is dropped: nothing has changed, and nothing is sent")
        else:
            assert course is not None and exercise is not None
            _regrade(site, regrading, course, exercise, is_applied, never_lower, yes, as_json)


def _check_usage(
    course: str | None, exercise: str | None, is_list: bool, drop: int | None, is_applied: bool, dry_run: bool
) -> None:
    if is_list + (drop is not None) + (course is not None) != 1 or (course is None) != (exercise is None):
        raise click.UsageError("name a course and an exercise, or give --list, or --drop ID")
    if is_applied and dry_run:
        raise click.UsageError("--apply changes scores, and --dry-run does not: choose one")


def _list(regrading: "Regrading", as_json: bool) -> None:
    found = [(each, regrading.progress(each.id)) for each in regrading.all()]
    if as_json:
        click.echo(json.dumps([record(each, progress) for each, progress in found], indent=2))
    elif not found:
        click.echo("there are no regrades; `openjupyter regrade COURSE EXERCISE` begins one")
    else:
        print_list(found)


def _regrade(
    site: CommandSite,
    regrading: "Regrading",
    course: str,
    exercise: str,
    is_applied: bool,
    never_lower: bool,
    yes: bool,
    as_json: bool,
) -> None:
    from openjupyter_service.cli.regrade_watch import watch
    from openjupyter_service.store import RegradeState

    there = regrading.open(course, exercise)
    if there is not None:
        begun = f"begun {moment(there.created_at)}"
        click.echo(f"going on with regrade {there.id}, {begun}; for a fresh one: --drop {there.id}", err=True)
        if regrading.is_outdated(there):
            click.echo(f"{course} has been published anew since: regrade {there.id} has its older tests", err=True)
    found = there or regrading.begin(course, exercise)
    if found.state is RegradeState.APPLYING:
        regrading.go_on_applying(found.id)  # as it was decided, by whoever did
        _show(regrading, found.id, as_json)
        return
    watch(site.settings, regrading, found.id)
    if not is_applied:
        _show(regrading, found.id, as_json, never_lower)
        if not as_json:
            _say_how(found, never_lower)
        return
    if not as_json:
        _show(regrading, found.id, as_json, never_lower)
    if not yes:
        click.confirm(_question(regrading, found.id, never_lower), abort=True, err=True)
    regrading.apply(found.id, never_lower)
    if as_json:
        _show(regrading, found.id, as_json)
        return
    changed = [each for each in regrading.compare(found.id).learners if each.gains or each.loses]
    sent = sum(each.places for each in changed if each.after is not None)
    click.echo(f"applied: {len(changed)} learners have another score; scores to send: {sent}")


def _show(regrading: "Regrading", regrade_id: int, as_json: bool, never_lower: bool = False) -> None:
    comparison = regrading.compare(regrade_id, never_lower)
    found = regrading.get(regrade_id)
    if as_json:
        values: dict[str, Any] = record(found, regrading.progress(regrade_id), comparison)
        click.echo(json.dumps(values, indent=2))
    else:
        print_comparison(Console(soft_wrap=False), found, comparison)


def _question(regrading: "Regrading", regrade_id: int, never_lower: bool) -> str:
    comparison = regrading.compare(regrade_id, never_lower)
    return f"change the scores of {len(comparison.gains)} learners who gain and {len(comparison.losses)} who lose?"


def _say_how(found: "Regrade", never_lower: bool) -> None:
    again = f"openjupyter regrade {found.course} {found.exercise} --apply"
    click.echo("Nothing has changed yet. To change it:")
    click.echo(f"  {again}{' --never-lower' if never_lower else ''}")
    if not never_lower:
        click.echo(f"  {again} --never-lower      whoever would lose keeps what they have")
    click.echo(f"  openjupyter regrade --drop {found.id}      to throw it away")
