"""Options of all commands that grade: images and runtime."""

from collections.abc import Callable, Mapping
from typing import Any

import click

from openjupyter_service.exercises.course import Exercise
from openjupyter_service.settings import GradingSettings

_DEFAULTS = GradingSettings()


def grading_options(command: Callable[..., Any]) -> Callable[..., Any]:
    """Give a command --sandbox-image, --judge-image and --runtime."""
    for option in (
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
