"""Options of all commands that grade: images, runtime, data set."""

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import click
from pydantic import TypeAdapter, ValidationError

from openjupyter_service.datasets import DataFolder, DataSet, data_set
from openjupyter_service.exercises.course import Exercise
from openjupyter_service.names import Name
from openjupyter_service.settings import GradingSettings

_DEFAULTS = GradingSettings()


def _data_sets(context: click.Context, option: click.Parameter, text: str | None) -> tuple[DataSet, ...]:
    """COURSE=DIRECTORY as data sets; none when not given."""
    if text is None:
        return ()
    name, _, folder = text.partition("=")
    try:
        course = TypeAdapter(Name).validate_python(name)
        found = data_set(course, TypeAdapter(DataFolder).validate_python(Path(folder).absolute()))
    except ValidationError as error:
        reason = error.errors()[0]["msg"].removeprefix("Value error, ")
        raise click.BadParameter(f"write COURSE=DIRECTORY: {reason}") from None
    if trouble := found.trouble():
        raise click.BadParameter(f"{found.source} {trouble}")
    return (found,)


def grading_options(command: Callable[..., Any]) -> Callable[..., Any]:
    """Give a command --sandbox-image, --judge-image and --runtime, and --datasets as `data_sets`."""
    for option in (
        click.option(
            "--datasets",
            "data_sets",
            metavar="COURSE=DIRECTORY",
            callback=_data_sets,
            help="The course's data set, as its setting `datasets` names it; it is read at /srv/data/COURSE.",
        ),
        click.option("--runtime", help="Docker runtime of the containers, such as runsc; default: the engine's."),
        click.option("--judge-image", help=f"Image that runs the hidden tests; default: {_DEFAULTS.judge_image}."),
        click.option(
            "--sandbox-image",
            help=f"Image that runs the notebook; default: the exercise's own, else {_DEFAULTS.sandbox_image}.",
        ),
    ):
        command = option(command)
    return command


def local_settings(options: Mapping[str, str | None]) -> GradingSettings:
    """Settings of gradings on this machine, with what the options say."""
    return GradingSettings(**{name: value for name, value in options.items() if value is not None})  # type: ignore[arg-type]


def without_overruled(exercise: Exercise, options: Mapping[str, str | None]) -> Exercise:
    """The exercise without its own image and runtime, where an option names another."""
    overruled = {"image": options.get("sandbox_image"), "runtime": options.get("runtime")}
    return exercise.model_copy(update={name: None for name, value in overruled.items() if value is not None})
