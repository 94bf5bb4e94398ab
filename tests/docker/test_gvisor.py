"""Grading in gVisor: another kernel between learners' code and the machine's."""

import asyncio
import os

import docker
import pytest

from deploy import apt, gvisor
from openjupyter_service.exercises.course import load_exercise
from openjupyter_service.grading.local import gather_files
from openjupyter_service.grading.session import grade
from openjupyter_service.sandbox.engine import Engine
from openjupyter_service.sandbox.pair import FreshPairs
from openjupyter_service.settings import GradingSettings
from tests.docker.test_grading import PRIVATE, ROOT

from .conftest import SITE

pytestmark = pytest.mark.docker


@pytest.fixture(scope="module")
def runtime() -> str:
    client = docker.from_env()
    try:
        if gvisor.RUNTIME not in client.info()["Runtimes"] and not (os.geteuid() == 0 and apt.can_install()):
            pytest.skip("runsc is not there, and cannot be installed without root and apt-get")
        gvisor.set_up(client)
    finally:
        client.close()
    return gvisor.RUNTIME


@pytest.mark.parametrize("by", ["site", "exercise"])
def test_a_submission_is_graded_in_gvisor(runtime: str, grading_settings: GradingSettings, by: str) -> None:
    exercise = load_exercise(PRIVATE, "warm-up")
    if by == "exercise":
        exercise = exercise.model_copy(update={"runtime": runtime})
        settings = grading_settings
    else:
        settings = grading_settings.model_copy(update={"runtime": runtime})
    notebook = exercise.folder / "partial" / exercise.notebook_name
    files = gather_files(exercise, notebook, ROOT / "notebooks")
    seen: set[str] = set()

    async def graded_in() -> float | None:
        engine = Engine(SITE)
        grading = asyncio.create_task(
            grade(FreshPairs(engine), settings, exercise, files, exercise.notebook, lambda event: None)
        )
        client = docker.from_env()
        while not grading.done():
            for container in client.containers.list(filters={"label": f"openjupyter.site={SITE}"}):
                seen.add(container.attrs["HostConfig"]["Runtime"])
            await asyncio.sleep(0.2)
        client.close()
        return grading.result().report.score

    assert asyncio.run(graded_in()) == 0.5
    assert seen == {runtime}
