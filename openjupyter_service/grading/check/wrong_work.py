"""Wrong work must lose points: the author's variants and samples, else mutants of the solution."""

import asyncio
import json
from pathlib import PurePosixPath
from typing import Any

from openjupyter_service.exercises.course import Exercise
from openjupyter_service.exercises.file import Limits, Sample
from openjupyter_service.exercises.mutate import mutants
from openjupyter_service.grading.check.findings import Subject, WrongWork
from openjupyter_service.grading.check.right_work import is_full
from openjupyter_service.grading.check.trial import Files, Trial

MAX_MUTANTS = 12
MIN_TEST_SECONDS = 3.0
SCORE_TOLERANCE = 0.005
"""Scores in exercise.toml are written with few digits."""


async def check_samples(trial: Trial) -> None:
    """Grade each sample but the solution: it must get the score that is said of it."""

    async def check(path: str, score: float) -> None:
        files = trial.gather(Subject.WRONG_WORK, trial.exercise.folder / path)
        report = await trial.report(Subject.WRONG_WORK, files)
        if report is None:
            return
        trial.result.wrong_work.append(WrongWork("sample", path, report.score, not is_full(report)))
        if report.score is None or abs(report.score - score) > SCORE_TOLERANCE:
            got = "no score" if report.score is None else f"{report.score:.4g}"
            trial.result.error(
                Subject.WRONG_WORK,
                f"the sample {path} gets {got}, not {score:g}; mend it, the tests, or its score in exercise.toml",
            )

    await asyncio.gather(*(check(sample.path, sample.score) for sample in other_samples(trial.exercise)))


def other_samples(exercise: Exercise) -> list[Sample]:
    """The samples that are not the solution."""
    solution = exercise.solution_path()
    return [sample for sample in exercise.samples if exercise.folder / sample.path != solution]


async def check_variants(trial: Trial) -> None:
    """Grade each variant: it must lose points."""

    async def check(path: str) -> None:
        files = trial.gather(Subject.WRONG_WORK, trial.exercise.folder / path)
        report = await trial.report(Subject.WRONG_WORK, files)
        if report is None:
            return
        trial.result.wrong_work.append(WrongWork("variant", path, report.score, not is_full(report)))
        if is_full(report):
            trial.result.error(
                Subject.WRONG_WORK, f"the wrong variant {path} gets all points; add a test that notices what is wrong"
            )

    await asyncio.gather(*(check(variant.path) for variant in trial.exercise.variants))


async def check_mutants(trial: Trial, solution: Files, starter: Files | None) -> None:
    """Change the solution until a change loses points; nothing to do when other wrong work has lost some."""
    result = trial.result
    if any(work.lost_points for work in result.wrong_work):
        return
    tried = 0
    for change, files in changed_solutions(trial.exercise.notebook, trial.exercise.files, solution, starter or {}):
        if tried == MAX_MUTANTS or trial.broken:
            break
        tried += 1
        trial.expect(1)
        report = await trial.report(Subject.WRONG_WORK, files, limits=_short_limits(trial))
        if report is None:
            continue
        result.wrong_work.append(WrongWork("mutant", change, report.score, not is_full(report)))
        if not is_full(report):
            return
    if tried:
        result.error(
            Subject.WRONG_WORK,
            f"the solution was changed for the worse {tried} times, and no change lost a point; test more of it",
        )
    else:
        result.error(
            Subject.WRONG_WORK,
            "no wrong variant could be made of the solution; write one, and name it in exercise.toml as [[variants]]",
        )


def _short_limits(trial: Trial) -> Limits:
    """Limits by what the solution needs: a change may well make a loop endless, in every test."""
    limits, slowest = trial.exercise.limits, trial.result.slowest_test
    test_seconds = min(limits.test_seconds, max(MIN_TEST_SECONDS, 5 * slowest.seconds if slowest else 0))
    run_seconds = min(limits.run_seconds, 10 * test_seconds)
    return limits.model_copy(update={"test_seconds": test_seconds, "run_seconds": run_seconds})


def changed_solutions(notebook: str, modules: list[str], solution: Files, starter: Files) -> list[tuple[str, Files]]:
    """Wrong variants of a solution: what was changed, and the files. What a learner writes is changed first."""
    document = json.loads(solution[notebook])
    given = set(_code(json.loads(starter[notebook]))) if notebook in starter else set()
    cells = [index for index, cell in enumerate(document["cells"]) if cell["cell_type"] == "code"]
    places: list[tuple[str, int | None]] = [(notebook, index) for index in cells]
    places += [(name, None) for name in modules if name.endswith(".py")]
    texts = {
        place: document["cells"][place[1]]["source"]
        if place[1] is not None
        else solution[place[0]].decode("utf-8", "replace")
        for place in places
    }
    texts = {place: text if isinstance(text, str) else "".join(text) for place, text in texts.items()}
    own = [place for place in places if not _is_given(place, texts[place], given, starter)] or places
    found = []
    for mutant in mutants([texts[place] for place in own]):
        name, index = own[mutant.index]
        if index is None:
            where = f"{PurePosixPath(name).name}, line {mutant.line}"
            files = {**solution, name: mutant.source.encode()}
        else:
            where = f"code cell {cells.index(index) + 1}, line {mutant.line}"
            changed = [*document["cells"]]
            changed[index] = {**changed[index], "source": mutant.source}
            files = {**solution, notebook: json.dumps({**document, "cells": changed}).encode()}
        found.append((f"{where}: {mutant.change}", files))
        if len(found) == MAX_MUTANTS:
            break
    return found


def _code(document: dict[str, Any]) -> list[str]:
    return ["".join(cell["source"]) for cell in document["cells"] if cell["cell_type"] == "code"]


def _is_given(place: tuple[str, int | None], text: str, given: set[str], starter: Files) -> bool:
    """Is this cell or file in the starter just as it is here?"""
    name, index = place
    return text in given if index is not None else starter.get(name) == text.encode()
