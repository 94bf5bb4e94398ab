"""`openjupyter check`: is a course sound? Every exercise is graded with right, untouched and wrong work."""

import asyncio
import difflib
import json
import os
import shlex
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import click
from rich.console import Console
from rich.markup import escape
from rich.progress import BarColumn, MofNCompleteColumn, Progress, SpinnerColumn, TextColumn, TimeElapsedColumn
from rich.table import Table

from openjupyter_service.authoring.layout import find_sources
from openjupyter_service.cli.options import grading_options, local_settings, without_overruled
from openjupyter_service.cli.report import plain
from openjupyter_service.datasets import DataSet
from openjupyter_service.exercises.course import EXERCISE_FILE, Exercise
from openjupyter_service.exercises.layout import PRIVATE_HALF, CourseFolders, find_course
from openjupyter_service.grading.check.course import RUNS, Watch, check_course
from openjupyter_service.grading.check.findings import ExerciseResult, Level
from openjupyter_service.grading.check.trial import Files, GradeOne
from openjupyter_service.grading.local import LocalGrader
from openjupyter_service.report import Report

MAX_AT_ONCE = 4
"""Gradings at the same time, at most; never more than there are processors."""


@click.command()
@click.argument("course", type=click.Path(exists=True, file_okay=False, path_type=Path), default=".")
@click.option("--exercise", "names", multiple=True, help="Check this exercise alone; may be given several times.")
@click.option("--runs", type=click.IntRange(1, 100), default=RUNS, show_default=True, help="Gradings of each solution.")
@click.option(
    "--public",
    type=click.Path(exists=True, file_okay=False, path_type=Path),
    help="The public half; default: notebooks/ beside the private half, else the private half itself.",
)
@grading_options
@click.option("--json", "as_json", is_flag=True, help="Print all that was found as JSON.")
def check(
    course: Path,
    names: tuple[str, ...],
    runs: int,
    public: Path | None,
    as_json: bool,
    data_sets: tuple[DataSet, ...],
    **options: str | None,
) -> None:
    """Check the exercises of COURSE: a folder with hidden_tests/ and notebooks/, a private half, or one exercise.

    Exit codes: 0 all are sound; 1 something is wrong; 2 usage.
    """
    folders = _chosen(course, public, names)
    started = time.monotonic()
    with _shown_progress(folders.names) as watch:
        at_once = min(MAX_AT_ONCE, os.cpu_count() or 1)
        results = asyncio.run(check_course(folders, _grader(options, data_sets), watch, runs, at_once))
    sound = all(result.sound for result in results)
    if as_json:
        found = {
            "sound": sound,
            "course": str(folders.private),
            "seconds": round(time.monotonic() - started, 3),
            "exercises": [result.as_data() for result in results],
        }
        click.echo(json.dumps(found, ensure_ascii=False))
    else:
        _print_results(Console(), results)
    sys.exit(0 if sound else 1)


def _chosen(course: Path, public: Path | None, names: tuple[str, ...]) -> CourseFolders:
    """The course with the exercises that were asked for; wrong usage when there are none."""
    folders = find_course(course, public)
    sources = find_sources(course, public)
    if folders is None and sources is not None:
        raise click.UsageError(
            f"no exercise of {course} is built yet; run openjupyter build {shlex.quote(str(course))}"
        )
    if folders is None:
        raise click.UsageError(
            f"there is no {EXERCISE_FILE} in {course}/*/ nor in {course}/{PRIVATE_HALF}/*/; name the folder of a course"
        )
    for name in names:
        if name not in folders.names:
            nearest = difflib.get_close_matches(name, folders.names, 1)
            advice = f"did you mean {nearest[0]}?" if nearest else f"there are {', '.join(folders.names)}"
            raise click.UsageError(f"there is no exercise {name} in {folders.private}; {advice}")
    for name in sources.names if sources is not None and not names else ():
        if name not in folders.names:
            click.echo(
                f"warning: {name} has a source and is not built, so it is not checked; run openjupyter build", err=True
            )
    chosen = [name for name in folders.names if name in names] or folders.names
    return CourseFolders(folders.private, chosen, folders.public)


def _grader(options: dict[str, str | None], data_sets: tuple[DataSet, ...]) -> GradeOne:
    grader = LocalGrader(local_settings(options), f"cli-{os.getpid()}", data_sets)

    async def grade(exercise: Exercise, files: Files, seed: int) -> Report:
        return (await grader.grade(without_overruled(exercise, options), files, lambda event: None, seed)).report

    return grade


@contextmanager
def _shown_progress(names: list[str]) -> Iterator[Watch]:
    """A bar for each exercise on standard error while a person looks at it, else nothing."""
    console = Console(stderr=True)
    if not console.is_terminal:
        yield lambda name, done, total: None
        return
    columns = (
        SpinnerColumn(),
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
    )
    with Progress(*columns, console=console, transient=True) as progress:
        tasks = {name: progress.add_task(escape(name), total=None) for name in names}

        def watch(name: str, done: int, total: int) -> None:
            progress.update(tasks[name], completed=done, total=total)

        yield watch


def _print_results(console: Console, results: list[ExerciseResult]) -> None:
    table = Table("Exercise", "Solution", "Starter", "Wrong work", "Slowest test", "Result")
    for result in results:
        errors = sum(finding.level is Level.ERROR for finding in result.findings)
        warnings = len(result.findings) - errors
        outcome = "[green]sound[/]" if result.sound else f"[red]{_count(errors, 'error')}[/]"
        table.add_row(
            escape(result.name),
            " ".join(map(_score, result.solution_scores)) or "–",
            _score(result.starter_score),
            _wrong_work(result),
            _slowest(result),
            outcome + (f", {_count(warnings, 'warning')}" if warnings else ""),
        )
    console.print(table)
    for result in results:
        for finding in sorted(result.findings, key=lambda finding: finding.level is Level.WARNING):
            colour = "red" if finding.level is Level.ERROR else "yellow"
            text = escape(plain(finding.text))
            console.print(
                f"[{colour}]{finding.level}[/] {escape(result.name)}: {text}", highlight=False, soft_wrap=True
            )


def _score(score: float | None) -> str:
    return "–" if score is None else f"{score:.3g}"


def _count(number: int, word: str) -> str:
    return f"{number} {word}" + ("" if number == 1 else "s")


def _wrong_work(result: ExerciseResult) -> str:
    lost = sum(work.lost_points for work in result.wrong_work)
    kinds = dict.fromkeys(work.kind for work in result.wrong_work)
    return f"{lost} of {len(result.wrong_work)} lost points ({', '.join(kinds)})" if result.wrong_work else "–"


def _slowest(result: ExerciseResult) -> str:
    slowest: Any = result.slowest_test
    return f"{slowest.seconds:.2f} of {slowest.limit:g} s" if slowest else "–"
