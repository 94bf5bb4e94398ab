"""Gradings of checks: one at a time, after learners', and no verdict where the site cannot grade."""

import asyncio
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from openjupyter_service.errors import SandboxError
from openjupyter_service.exercises.course import Exercise
from openjupyter_service.grading import beside
from openjupyter_service.grading.beside import BesideLearners, Fault
from openjupyter_service.sandbox.engine import ImageMissing
from openjupyter_service.settings import GradingSettings
from tests.unit.grading.course import until


class PlayedEngine:
    """Has all images, until `fault` is set."""

    fault: SandboxError | None = None

    async def image_id(self, name: str) -> str:
        if self.fault is not None:
            raise self.fault
        return f"id of {name}"


class Played:
    """What takes the place of a session: counts who is graded at once, and waits for `go`."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.engine: Any = PlayedEngine()
        self.idle = True
        self.go = asyncio.Event()
        self.go.set()
        self.running = self.most = self.done = 0
        self.fault: Exception | None = None
        monkeypatch.setattr(beside, "grade", self.grade)
        monkeypatch.setattr(beside, "LOOK_SECONDS", 0.01)
        self.beside = BesideLearners(self.engine, GradingSettings(), lambda: self.idle)

    async def grade(self, *arguments: Any, **more: Any) -> Any:
        self.running += 1
        self.most = max(self.most, self.running)
        await self.go.wait()
        self.running -= 1
        self.done += 1
        if self.fault is not None:
            raise self.fault
        return SimpleNamespace(report="a report")

    async def ask(self, image: str | None = None) -> Any:
        exercise = Exercise(title="Means", name="mean", folder=Path("mean"), notebook="mean/mean.ipynb", image=image)
        return await self.beside.grader(())(exercise, {}, 1)


@pytest.fixture
async def played(monkeypatch: pytest.MonkeyPatch) -> Played:
    return Played(monkeypatch)


async def test_one_at_a_time(played: Played) -> None:
    assert await asyncio.gather(*(played.ask() for _ in range(4))) == ["a report"] * 4
    assert played.most == 1 and played.done == 4


async def test_learners_go_first(played: Played) -> None:
    played.idle = False
    asking = asyncio.create_task(played.ask())
    await asyncio.sleep(0.1)
    assert played.running == played.done == 0
    played.idle = True
    assert await asking == "a report"


async def test_a_busy_day_does_not_keep_courses_from_being_checked(
    played: Played, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(beside, "PATIENCE_SECONDS", 0.05)
    played.idle = False
    assert await played.ask() == "a report"


async def test_one_that_is_given_up_makes_room_for_the_next(played: Played) -> None:
    played.go.clear()
    first = asyncio.create_task(played.ask())
    await until(lambda: played.running)
    first.cancel()
    await asyncio.gather(first, return_exceptions=True)
    played.go.set()
    assert await played.ask() == "a report"


async def test_an_engine_that_is_away_is_a_fault_of_ours(played: Played) -> None:
    played.fault = played.engine.fault = SandboxError("the Docker engine failed: away")
    with pytest.raises(Fault, match="the Docker engine failed: away"):
        await played.ask()
    with pytest.raises(Fault):
        await played.beside.around()


async def test_a_missing_image_is_ours_unless_the_exercise_names_it(played: Played) -> None:
    played.fault = ImageMissing("a grading image is missing: own:1")
    with pytest.raises(ImageMissing):
        await played.ask("own:1")
    played.engine.fault = ImageMissing("a grading image is missing: judge")
    with pytest.raises(Fault, match="judge"):
        await played.ask()


async def test_containers_that_fail_on_an_engine_that_answers_are_told_to_the_check(played: Played) -> None:
    played.fault = SandboxError("the judge container ended early")
    with pytest.raises(SandboxError, match="ended early"):
        await played.ask()


async def test_what_all_gradings_depend_on(played: Played) -> None:
    first = await played.beside.around()
    assert "id of openjupyter-judge:latest" in first and first == await played.beside.around()
    other = BesideLearners(played.engine, GradingSettings(judge_memory="1G"), lambda: True)
    assert await other.around() != first
    more_workers = BesideLearners(played.engine, GradingSettings(workers=7, pool=3), lambda: True)
    assert await more_workers.around() == first
