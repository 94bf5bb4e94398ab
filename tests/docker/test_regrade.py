"""A hidden test was wrong and is corrected: all are graded anew in real containers, and only what changed is sent."""

import asyncio
from pathlib import Path

import pytest

from openjupyter_service.grading.progress import Progress
from openjupyter_service.grading.regrade import Regrading
from openjupyter_service.grading.submit import submit
from openjupyter_service.grading.worker import Worker
from openjupyter_service.sandbox.engine import Engine
from openjupyter_service.sandbox.pair import FreshPairs
from openjupyter_service.settings import GradingSettings
from openjupyter_service.store import GradingState, RegradeState, Trials
from tests.unit.grading.course import make_site, notebook_text

from .conftest import SITE

pytestmark = pytest.mark.docker

TESTS = """
def test_one(learner):
    "The mean of one number"
    assert learner.mean([5]) == 5


def test_two(learner):
    "The mean of two numbers"
    assert learner.mean([1, 3]) == {expected}
"""
WORK = {
    "ada": "def mean(values):\n    return sum(values) / len(values)",
    "ben": "def mean(values):\n    return max(values)",
    "cleo": "def mean(values):\n    return None",
}


async def test_a_corrected_test_reaches_the_gradebook(tmp_path: Path, grading_settings: GradingSettings) -> None:
    site = make_site(tmp_path)
    settings = site.settings.model_copy(update={"grading": grading_settings})
    tests = site.private / "means" / "test_means.py"
    tests.write_text(TESTS.format(expected=3))
    regrading, numbers = Regrading(settings, site.store), {}
    for learner, source in WORK.items():
        site.launch(learner, url="https://lms.example/outcome")
        numbers[learner] = submit(site.courses, site.submissions, learner, site.body(notebook=notebook_text(source))).id

    def scores() -> dict[str, float | None]:
        found = {learner: site.submissions.get(number) for learner, number in numbers.items()}
        return {learner: each.score for learner, each in found.items() if each and each.state is GradingState.DONE}

    def pending() -> dict[str, float]:
        return {item.learner: item.score for item in site.outbox.due(4e9, 100)}

    async def wait(what: str, regrade: int = 0) -> None:
        async with asyncio.timeout(300):
            while not (len(scores()) == 3 if not regrade else regrading.get(regrade).state is RegradeState.READY):
                assert not worker.done(), what
                await asyncio.sleep(0.2)

    pairs, trials = FreshPairs(Engine(SITE)), Trials(site.store)
    each = Worker("host/0", settings, site.courses, pairs, site.queue, trials, site.submissions, Progress())
    worker = asyncio.create_task(each.run(asyncio.Event()))
    try:
        await wait("graded")
        assert scores() == pending() == {"ada": 0.5, "ben": 1.0, "cleo": 0.0}
        for item in site.outbox.due(4e9, 100):
            site.outbox.sent(item.id, 1.0)

        tests.write_text(TESTS.format(expected=2))
        regrade = regrading.begin("python", "means")
        await wait("graded anew", regrade.id)
    finally:
        worker.cancel()
        await asyncio.gather(worker, return_exceptions=True)
    assert scores() == {"ada": 0.5, "ben": 1.0, "cleo": 0.0} and pending() == {}

    found = regrading.compare(regrade.id)
    assert [(change.learner, change.before, change.after) for change in found.gains] == [("ada", 0.5, 1.0)]
    assert [(change.learner, change.before, change.after) for change in found.losses] == [("ben", 1.0, 0.5)]
    assert [change.learner for change in found.unchanged] == ["cleo"] and found.failed == []
    (test,) = found.tests
    assert (test.title, test.better, test.worse) == ("The mean of two numbers", 1, 1)

    regrading.apply(regrade.id, never_lower=False)
    assert scores() == {"ada": 1.0, "ben": 0.5, "cleo": 0.0}
    assert pending() == {"ada": 1.0, "ben": 0.5}
    site.store.close()
