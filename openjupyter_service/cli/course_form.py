"""Make a followed course of what the options of `openjupyter course` say."""

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import click
from pydantic import ValidationError

from openjupyter_service.cli.site import CommandSite
from openjupyter_service.courses import Course, FollowedCourse
from openjupyter_service.datasets import data_set, holds

HALVES = ("public", "private")

_FILE = click.Path(path_type=Path, allow_dash=True)
_VALUES = (
    *(
        click.option(f"--{half}", f"{half}_url", metavar="URL", help=f"Repository of the {half} half.")
        for half in HALVES
    ),
    *(click.option(f"--{half}-branch", metavar="BRANCH", help="Its branch; default: main.") for half in HALVES),
    *(
        click.option(f"--{half}-folder", metavar="FOLDER", help="The half is this folder of it; default: all of it.")
        for half in HALVES
    ),
    *(
        click.option(f"--{half}-token-file", type=_FILE, metavar="FILE", help=f"Token for the {half} half, by https.")
        for half in HALVES
    ),
    *(
        click.option(
            f"--{half}-key-file",
            type=_FILE,
            metavar="FILE",
            help=f"Deploy key for the {half} half, by SSH; private part.",
        )
        for half in HALVES
    ),
    click.option("--generate-deploy-key", is_flag=True, help="Make deploy keys for halves by SSH that have none."),
    click.option("--status-token-file", type=_FILE, metavar="FILE", help="Token that may set commit statuses."),
    click.option(
        "--git-host",
        type=click.Choice(["auto", "github", "gitlab", "gitea", "bitbucket"]),
        help="Kind of the Git host, for commit statuses; auto = by its name, or by asking it.",
    ),
    click.option("--poll", type=int, metavar="SECONDS", help="Look there so often; 0 = never, default: 300."),
    click.option("--internet/--no-internet", default=None, help="May learners of this course reach the internet?"),
    click.option(
        "--datasets", type=click.Path(path_type=Path), metavar="FOLDER", help="Data set, read at /srv/data/NAME."
    ),
)


def value_options(command: Callable[..., Any]) -> Callable[..., Any]:
    """Give a command all options that `course` makes a course of."""
    for option in reversed(_VALUES):
        command = option(command)
    return command


def build(name: str, given: Mapping[str, Any], old: FollowedCourse | None = None) -> FollowedCourse:
    """The course, as the options say; what they do not is as in `old`.

    Raises:
        click.UsageError: a value is missing or wrong; the text says which
    """
    values: dict[str, Any] = old.model_dump() if old is not None else {"name": name}
    for half in HALVES:
        told = {part: given[f"{half}_{part}"] for part in ("url", "branch", "folder")}
        values[half] = values.get(half, {}) | {part: value for part, value in told.items() if value is not None}
    if given["poll"] is not None:
        values["poll_seconds"] = given["poll"]
    if given["git_host"] is not None:
        values["host"] = given["git_host"]
    if given["internet"] is not None:
        values["internet"] = given["internet"]
    if given["datasets"] is not None:
        values["datasets"] = given["datasets"].absolute()
    if given.get("no_datasets"):
        values["datasets"] = None
    try:
        return FollowedCourse.model_validate(values)
    except ValidationError as error:
        first = error.errors(include_input=False, include_url=False)[0]
        where = " ".join(str(part) for part in first["loc"]).replace("_", " ")
        text = first["msg"].removeprefix("Value error, ")
        raise click.UsageError(f"{where}: {text}" if where else text) from None


def check_data_set(site: CommandSite, course: FollowedCourse) -> None:
    """Refuse a data set that shows too much, or that learners cannot read.

    Raises:
        click.UsageError: it does; the text says why
    """
    from openjupyter_service.exercises.places import CoursePlaces

    if course.datasets is None:
        return
    others = [each for each in site.courses.all() if each.name != course.name]
    followed = []
    for each in [*others, course]:
        places = CoursePlaces(site.settings.data_dir, each.name)
        values = {"repository": places.served, "private": places.root, "datasets": each.datasets}
        followed.append(Course.model_validate({"name": each.name, **values}))
    try:
        site.settings.refuse_exposed_data([*site.settings.courses, *followed])
    except ValueError as error:
        raise click.UsageError(str(error)) from None
    if holds(course.datasets, site.path):
        raise click.UsageError(f"the settings file {site.path} lies in {course.datasets}, where learners would read it")
    if trouble := data_set(course.name, course.datasets).trouble():
        raise click.UsageError(f"datasets: {course.datasets} {trouble}")
