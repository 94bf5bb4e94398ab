"""Every hostile notebook gets its verdict, learns nothing of the hidden tests, and harms no other submission."""

import json
import re
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from openjupyter_service.exercises.course import load_exercise
from openjupyter_service.exercises.file import Limits
from openjupyter_service.report import SCHEMA_PATH
from openjupyter_service.settings import GradingSettings
from tests.notebook_cases import HOSTILE, Case, load_case

from .background import Gradings, Work
from .conftest import SITE

pytestmark = pytest.mark.docker

FAMILIES = ("read", "forge", "survive", "exhaust", "escape", "confuse")
VERDICTS = {
    path.parent.name: tomllib.loads(path.read_text(encoding="utf-8")) for path in sorted(HOSTILE.glob("*/case.toml"))
}
HONEST = "honest"
CASES = [name for family in FAMILIES for name, verdict in VERDICTS.items() if verdict["family"] == family]

SECRETS = ("271828", "27182", "543656", "okapi", "604113", "wanted =", "learner.", "assert ")
"""Parts of what the tests hold and expect; the names of the tests and of their files are secret as well."""
TEST_NAME = re.compile(r"def (test_\w+)")
PATIENCE = 5
SCHEMA = json.loads(SCHEMA_PATH.read_text())


@pytest.fixture(scope="module")
def gradings(request: pytest.FixtureRequest, grading_settings: GradingSettings) -> Iterator[Gradings]:
    """Gradings of all cases that this run has chosen, the honest notebook after each family."""
    items = [item for item in request.session.items if item.module is request.module]  # type: ignore[attr-defined]
    chosen = [item.callspec.params for item in items if hasattr(item, "callspec")]
    works: dict[str, Work] = {}
    for family in FAMILIES:
        names = [each["case"] for each in chosen if "case" in each and VERDICTS[each["case"]]["family"] == family]
        works |= {name: _work(load_case(HOSTILE / name)) for name in names}
        if {"family": family} in chosen:
            works[f"after {family}"] = _work(load_case(HOSTILE / HONEST), tuple(names))
    with Gradings(grading_settings, f"{SITE}-hostile", works).running() as gradings:
        yield gradings


def _test_files(folder: Path) -> list[Path]:
    """The tests of a case: its own, else those of the exercise."""
    return list(folder.glob("test_*.py")) or list((HOSTILE / "exercise").glob("test_*.py"))


def _secrets(case: str) -> list[str]:
    files = _test_files(HOSTILE / case)
    names = [name for path in files for name in TEST_NAME.findall(path.read_text(encoding="utf-8"))]
    return [*SECRETS, *names, *(path.stem for path in files)]


def _work(case: Case, after: tuple[str, ...] = ()) -> Work:
    exercise = load_exercise(HOSTILE, "exercise")
    if _test_files(case.folder)[0].parent == case.folder:
        exercise = exercise.model_copy(update={"folder": case.folder})
    exercise = exercise.model_copy(update={"limits": _limits(exercise.limits, case.verdict)})
    return Work(exercise, case.notebook, after, case.verdict.get("runs", 1))


def _limits(limits: Limits, verdict: dict[str, Any]) -> Limits:
    """Little time only for cases that are to run out of it: the others' verdicts must not depend on a busy machine."""
    runs_out = "time limit" in json.dumps([verdict["status"], verdict.get("outcomes")])
    patience = 1 if runs_out else PATIENCE
    times = {name: patience * getattr(limits, name) for name in ("notebook_seconds", "test_seconds")}
    return limits.model_copy(update={**times, **verdict.get("limits", {})})


@pytest.mark.parametrize("case", CASES)
def test_hostile_notebook_gets_its_verdict(case: str, gradings: Gradings) -> None:
    wanted = VERDICTS[case]
    ended = gradings.result(case)
    assert ended.left == ()
    if wanted["status"] == "refused":
        assert ended.graded is None and wanted["refused"] in ended.refused
        return
    assert ended.graded is not None, ended.refused
    report = ended.graded.report
    learners = report.for_learner()
    assert _differences(wanted, learners) == [], (report, ended.graded.timings)
    text = json.dumps(learners, ensure_ascii=False).encode().decode()  # no half characters, which no client could read
    assert [secret for secret in _secrets(case) if secret in text] == []
    assert all(test["hint"] == "" for test in learners["tests"] if test["outcome"] == "passed")
    jsonschema.validate(report.model_dump(mode="json"), SCHEMA)
    assert ended.seconds < wanted.get("seconds", 40)


@pytest.mark.parametrize("family", FAMILIES)
def test_honest_work_after_each_family_has_full_marks(family: str, gradings: Gradings) -> None:
    graded = gradings.result(f"after {family}").graded
    assert graded is not None
    assert _differences(VERDICTS[HONEST], graded.report.for_learner()) == []


def _differences(wanted: dict[str, Any], report: dict[str, Any]) -> list[str]:
    """Where a report is not what a case says: several right answers are a list there."""
    outcomes = [test["outcome"] for test in report["tests"]]
    cell = (report["failing_cell"] or {}).get("number", 0)
    found = {"status": report["status"], "score": report["score"], "outcomes": outcomes, "failing_cell": cell}
    expected = {key: wanted[key] for key in found if key in wanted}
    expected["outcomes"] = wanted.get("outcomes", ["passed", "passed"] if wanted.get("score") == 1 else outcomes)
    return [f"{key}: {found[key]!r}, not {value!r}" for key, value in expected.items() if not _fits(found[key], value)]


def _fits(found: Any, wanted: Any) -> bool:
    if isinstance(found, list):
        return len(found) == len(wanted) and all(map(_fits, found, wanted))
    return found in wanted if isinstance(wanted, list) else bool(found == wanted)
