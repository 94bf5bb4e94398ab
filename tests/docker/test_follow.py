"""A followed course with the service's own pieces: pushed, checked in real containers, published, refused, mended."""

import asyncio
from pathlib import Path
from typing import Any

import docker
import pytest

from openjupyter_service.courses import CourseSecrets
from openjupyter_service.grading.grader import Grader
from openjupyter_service.sandbox.engine import SITE_LABEL
from openjupyter_service.secrets import site_secret
from openjupyter_service.settings import GradingSettings, LearnerSettings, Settings
from openjupyter_service.store import Courses, CourseVersion, SecretBox, Store, Submissions, Versions, VersionState
from tests.docker.conftest import SITE
from tests.unit.grading.check.course import GRADING_CELL, SOLUTION, TESTS, notebook
from tests.unit.grading.upstream import WRONG, Upstream, findings

pytestmark = pytest.mark.docker

MORE_TESTS = (
    TESTS
    + '''
@pytest.mark.points(1)
@pytest.mark.hint("The sum is the number itself.")
def test_one(learner):
    """The mean of one number"""
    assert learner.mean([4]) == 4
'''
)
SECONDS = 240
"""For what takes a few seconds on an idle machine."""


async def verdict(versions: Versions, number: int) -> CourseVersion:
    """The version of that number, from 1, once it is checked."""
    async with asyncio.timeout(SECONDS):
        while True:
            found = await asyncio.to_thread(versions.of, "python")
            if len(found) >= number and found[0].finished_at is not None:
                return found[0]
            await asyncio.sleep(0.2)


async def points(submissions: Submissions, submission: str) -> tuple[float, float]:
    """What a submission got, and of how many."""
    async with asyncio.timeout(SECONDS):
        while True:
            found = await asyncio.to_thread(submissions.get, submission)
            if found is not None and found.report is not None:
                return found.report["points"], found.report["max_points"]
            await asyncio.sleep(0.2)


async def test_a_course_is_followed(tmp_path: Path, grading_settings: GradingSettings) -> None:
    upstream, data_dir = Upstream(tmp_path / "host"), tmp_path / "data"
    grading = grading_settings.model_copy(update={"workers": 1, "pool": 0})
    settings = Settings(data_dir=data_dir, grading=grading, learner=LearnerSettings(network=SITE))
    store = Store(settings.store_url)
    store.upgrade()
    courses = Courses(store, SecretBox(site_secret(data_dir, "store")))
    versions, submissions = Versions(store), Submissions(store)
    grader = Grader(settings, store)
    upstream.push()
    courses.add(upstream.course(), CourseSecrets())

    def push(**changes: str) -> None:
        upstream.push(**changes)
        courses.want_sync("python")
        grader.follower.wake()

    def hand_in(version: CourseVersion) -> str:
        assert version.served_commit is not None
        content = notebook(SOLUTION, GRADING_CELL).encode()
        accepted = submissions.accept(
            learner="ada",
            course="python",
            exercise="mean",
            commit=version.served_commit,
            private_commit=version.private_commit,
            notebook_path="mean/mean.ipynb",
            files={"mean/mean.ipynb": content},
        )
        grader.wake()
        return accepted.id

    async with grader.running():
        first = await verdict(versions, 1)
        assert first.state is VersionState.PUBLISHED, first.report
        assert first.report is not None and first.report["exercises"][0]["solution_scores"] == [1, 1, 1]
        published = grader.courses.get("python")
        assert published is not None and published.pair is not None
        assert published.pair.private_commit == first.private_commit

        push(solution=WRONG)
        second = await verdict(versions, 2)
        assert second.state is VersionState.REFUSED
        assert any("the solution gets 1 of 2 points" in text for text in findings(second))
        assert grader.courses.get("python") == published

        push(tests=MORE_TESTS)
        third = await verdict(versions, 3)
        assert third.state is VersionState.PUBLISHED, third.report
        now = grader.courses.get("python")
        assert now is not None and now.pair is not None and now.pair.private_commit == third.private_commit

        earlier, later = hand_in(first), hand_in(third)
        assert await points(submissions, earlier) == (2, 2)
        assert await points(submissions, later) == (3, 3)
    store.close()


async def test_a_check_that_is_broken_off_leaves_nothing_and_is_made_anew(
    tmp_path: Path, grading_settings: GradingSettings
) -> None:
    upstream, data_dir = Upstream(tmp_path / "host"), tmp_path / "data"
    grading = grading_settings.model_copy(update={"workers": 1, "pool": 0})
    settings = Settings(data_dir=data_dir, grading=grading, learner=LearnerSettings(network=SITE))
    store = Store(settings.store_url)
    store.upgrade()
    upstream.push()
    Courses(store, SecretBox(site_secret(data_dir, "store"))).add(upstream.course(), CourseSecrets())
    versions = Versions(store)
    engine = docker.from_env()
    grader = Grader(settings, store)
    async with grader.running(), asyncio.timeout(SECONDS):
        while not await asyncio.to_thread(containers, engine):  # noqa: ASYNC110
            await asyncio.sleep(0.1)
    assert await asyncio.to_thread(containers, engine) == []
    assert [each.state for each in versions.of("python")] == [VersionState.WAITING]
    async with Grader(settings, store).running():
        assert (await verdict(versions, 1)).state is VersionState.PUBLISHED
    store.close()


def containers(engine: docker.DockerClient) -> list[Any]:
    """Grading containers of these tests that run."""
    return list(engine.containers.list(filters={"label": f"{SITE_LABEL}={SITE}"}))
