"""Grading in gVisor: both containers run under runsc, which is installed where this machine lets us."""

from pathlib import Path

import docker
import pytest

from deploy import gvisor
from deploy.errors import SetupError
from openjupyter_service.exercises.course import Exercise, load_exercise
from openjupyter_service.grading.local import gather_files
from openjupyter_service.grading.notebook import clean_notebook
from openjupyter_service.grading.session import Graded, grade
from openjupyter_service.sandbox.engine import SITE_LABEL, Engine
from openjupyter_service.sandbox.limits import pair_spec
from openjupyter_service.sandbox.pair import FreshPairs
from openjupyter_service.sandbox.pool import Pool
from openjupyter_service.settings import GradingSettings
from tests.notebook_cases import HOSTILE, TESTS, load_case

from .conftest import SITE

PRIVATE = TESTS.parent / "hidden_tests"
CASES = [
    "honest",
    "eats-memory",
    "endless-loop",
    "loops-in-a-test",
    "exits-in-a-test",
    "forks-without-end",
    "segfaults",
]
ALSO_RIGHT = {"forks-without-end": {"memory limit"}}
"""Each process costs gVisor's own kernel memory of the container, which may end before the time does."""

pytestmark = pytest.mark.docker


@pytest.fixture(scope="module")
def settings(grading_settings: GradingSettings, tmp_path_factory: pytest.TempPathFactory) -> GradingSettings:
    """Settings that ask for runsc."""
    try:
        gvisor.set_up(docker.from_env(), tmp_path_factory.mktemp("gvisor") / "gvisor.log")
    except SetupError as error:
        pytest.skip(str(error))
    return grading_settings.model_copy(update={"runtime": gvisor.RUNTIME})


async def run(settings: GradingSettings, exercise: Exercise, files: dict[str, bytes]) -> Graded:
    return await grade(FreshPairs(Engine(SITE)), settings, exercise, files, exercise.notebook, lambda event: None)


@pytest.mark.parametrize("name", ["warm-up", "cleaning"])
async def test_right_work_gets_full_points(settings: GradingSettings, name: str) -> None:
    exercise = load_exercise(PRIVATE, name)
    notebook = exercise.folder / "solution" / Path(exercise.notebook).name
    graded = await run(settings, exercise, gather_files(exercise, notebook, TESTS.parent / "notebooks"))
    assert (graded.report.status, graded.report.score) == ("correct", 1.0)


async def test_both_containers_run_under_gvisor_and_wait_warm(settings: GradingSettings) -> None:
    spec = pair_spec(settings)
    client = docker.from_env()
    pool = Pool(Engine(SITE), spec, 1)
    async with pool.running(), pool.pair(spec) as pair:
        assert pair.link is None
        containers = client.containers.list(filters={"label": f"{SITE_LABEL}={SITE}"})
        assert {container.attrs["HostConfig"]["Runtime"] for container in containers} == {"runsc"}
        assert len(containers) >= 2
    client.close()


@pytest.mark.parametrize("name", CASES)
async def test_hostile_work_gets_the_same_verdict(settings: GradingSettings, name: str) -> None:
    case, exercise = load_case(HOSTILE / name), load_exercise(HOSTILE, "exercise")
    graded = await run(settings, exercise, {exercise.notebook: clean_notebook(case.notebook)})
    assert graded.report.status in {case.verdict["status"], *ALSO_RIGHT.get(name, ())}
    assert graded.report.score == case.verdict["score"]
