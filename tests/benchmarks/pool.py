"""The pool and exercises as benchmarks use them, without a hub."""

import asyncio
import contextlib
from collections.abc import AsyncIterator
from pathlib import Path

from openjupyter_service.exercises.course import Exercise, load_exercise
from openjupyter_service.grading.notebook import clean_notebook
from openjupyter_service.grading.session import Graded, grade
from openjupyter_service.sandbox.demand import Size
from openjupyter_service.sandbox.engine import Engine
from openjupyter_service.sandbox.limits import pair_spec
from openjupyter_service.sandbox.pair import Containers
from openjupyter_service.sandbox.pool import Pool
from openjupyter_service.settings import GradingSettings
from tests.benchmarks.alone import own_site

SETTINGS = GradingSettings()
ROOT = Path(__file__).resolve().parents[2]
MESSY = ROOT / "tests" / "messy"
HIDDEN_TESTS = ROOT / "hidden_tests"


def new_engine() -> Engine:
    """A connection whose containers are those of this process."""
    return Engine(own_site())


@contextlib.asynccontextmanager
async def warm_pool(size: Size, most: int = 8) -> AsyncIterator[Pool]:
    """A pool with pairs for ordinary exercises, ready."""
    pool = Pool(new_engine(), pair_spec(SETTINGS), size, most)
    async with pool.running():
        await wait_for_warm(pool, 1 if size == "adaptive" else size)
        yield pool


async def wait_for_warm(pool: Pool, count: int) -> None:
    """Until so many pairs wait."""
    while sum(pool.counts().values()) < count:  # noqa: ASYNC110  # it tells nobody when a pair is ready
        await asyncio.sleep(0.05)


def messy_exercise() -> Exercise:
    """The exercise of the messy notebooks: numpy and pandas, eight tests."""
    return load_exercise(MESSY, "exercise")


def warm_up_exercise() -> Exercise:
    """The warm-up of the sample course: the standard library alone, ten tests."""
    return load_exercise(HIDDEN_TESTS, "warm-up")


def submission(exercise: Exercise, notebook: bytes) -> dict[str, bytes]:
    """The files of a submission of a notebook as a learner saved it."""
    return {exercise.notebook: clean_notebook(notebook)}


async def grade_notebook(containers: Containers, exercise: Exercise, notebook: bytes) -> Graded:
    """Grade a notebook as a learner saved it."""
    files = submission(exercise, notebook)
    return await grade(containers, SETTINGS, exercise, files, exercise.notebook, lambda event: None, seed=1)
