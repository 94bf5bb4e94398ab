"""The worker and the versions of followed courses: each submission is graded with its own."""

import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from openjupyter_service.exercises.course import Exercise
from openjupyter_service.exercises.places import CoursePlaces
from openjupyter_service.grading import worker as module
from openjupyter_service.grading.session import Graded
from openjupyter_service.grading.submit import submit
from openjupyter_service.store.records import GradingState
from tests.unit.grading.course import CourseSite, make_site, until
from tests.unit.grading.followed import follow, new_version, prepared
from tests.unit.grading.working import GRADED, Clock, ended, later, send, working


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def site(tmp_path: Path, clock: Clock, monkeypatch: pytest.MonkeyPatch) -> Iterator[CourseSite]:
    monkeypatch.setattr(module, "POLL_SECONDS", 0.02)
    site = make_site(tmp_path, clock)
    yield site
    site.store.close()


async def test_a_submission_is_graded_with_the_version_that_it_was_made_for(
    site: CourseSite, monkeypatch: pytest.MonkeyPatch
) -> None:
    graded: list[tuple[str, bytes, dict[str, bytes]]] = []

    async def grade(exercise: Exercise, files: dict[str, bytes], *_: Any) -> Graded:
        graded.append((exercise.title, files["means/data.csv"], exercise.tests()))
        return GRADED

    follow(site.settings, site.store)
    body = site.body(course="genes")
    sent = [submit(site.courses, site.submissions, "ada", body)]
    new_version(site.settings, site.store, title="Second")
    sent.append(submit(site.courses, site.submissions, "ada", body))
    prepared(site.settings, "genes", "Never published")
    shutil.rmtree(CoursePlaces(site.settings.data_dir, "genes").root / "private")
    async with working(site, monkeypatch, grade):
        for submission in sent:
            await until(ended(site, submission))
    assert [(title, data) for title, data, _ in graded] == [("First", b"First\n"), ("Second", b"Second\n")]
    assert [b"'First'" in tests["test_means.py"] for _, _, tests in graded] == [True, False]


async def test_a_course_that_was_on_this_machine_when_something_was_handed_in(
    site: CourseSite, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It is followed now: graded with what is published."""
    seen: list[bytes] = []

    async def grade(exercise: Exercise, files: dict[str, bytes], *_: Any) -> Graded:
        seen.append(files["means/data.csv"])
        return GRADED

    submission = send(site)
    monkeypatch.setattr(site, "settings", site.settings.model_copy(update={"courses": []}))
    follow(site.settings, site.store, "python")
    async with working(site, monkeypatch, grade):
        await until(ended(site, submission))
    assert seen == [b"First\n"]


async def test_a_version_whose_files_are_lost_is_our_fault_not_the_learners(
    site: CourseSite, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def grade(*_: Any) -> Graded:
        raise AssertionError

    follow(site.settings, site.store)
    submission = submit(site.courses, site.submissions, "ada", site.body(course="genes"))
    shutil.rmtree(CoursePlaces(site.settings.data_dir, "genes").root)
    async with working(site, monkeypatch, grade):
        failed = await until(later(site, submission, clock))
    assert (failed.state, failed.score) == (GradingState.FAILED, None)
