"""Following: what is due is fetched and checked, and neither a host nor a version that makes trouble stops the rest."""

import asyncio
import contextlib
import threading
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import Any

import pytest

from openjupyter_service.courses import CourseSecrets, FollowedCourse
from openjupyter_service.errors import RemoteError
from openjupyter_service.grading import follow, pauses
from openjupyter_service.grading.aside import running_aside
from openjupyter_service.grading.beside import Fault
from openjupyter_service.grading.follow import Follower, fetch_into
from openjupyter_service.store import CourseVersion, VersionState
from tests.unit.grading.check.course import GRADING_CELL, notebook
from tests.unit.grading.course import until
from tests.unit.grading.upstream import WRONG, Faulty, Site


@pytest.fixture
def site(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Site]:
    monkeypatch.setattr(follow, "LOOK_SECONDS", 0.05)
    monkeypatch.setattr(pauses, "FIRST_SECONDS", 0.1)
    site = Site(tmp_path)
    yield site
    site.store.close()


@contextlib.asynccontextmanager
async def following(follower: Follower) -> AsyncIterator[Follower]:
    async with running_aside(follower.run):
        yield follower


def newest(site: Site, state: VersionState) -> Any:
    def found() -> CourseVersion | None:
        version = next(iter(site.versions.of("python", 1)), None)
        return version if version is not None and version.state is state else None

    return found


async def test_pushes_are_followed(site: Site) -> None:
    told: list[tuple[str, VersionState]] = []
    good, _ = site.upstream.push()
    async with following(site.follower(lambda course, version: told.append((course.name, version.state)))) as follower:
        await until(newest(site, VersionState.PUBLISHED))
        await until(lambda: site.pulled() == good)
        site.upstream.push(solution=WRONG)
        await asyncio.to_thread(site.courses.want_sync, "python")
        follower.wake()
        await until(newest(site, VersionState.REFUSED))
        assert site.pulled() == good
        site.upstream.push(starter=notebook("mean = None", GRADING_CELL))
        await asyncio.to_thread(site.courses.want_sync, "python")
        mended = await until(newest(site, VersionState.PUBLISHED))
        await until(lambda: site.pulled() == mended.served_commit)
        await until(lambda: len(told) == 3)
    assert [state for _, state in told] == [VersionState.PUBLISHED, VersionState.REFUSED, VersionState.PUBLISHED]
    sync = site.courses.sync("python")
    assert sync.problem is None and sync.synced_at is not None
    follower.wake()  # does nothing any more


async def test_a_host_that_is_away_is_told_of_and_asked_again(site: Site, tmp_path: Path) -> None:
    site.upstream.push()
    site.upstream.folder.rename(tmp_path / "away")
    async with following(site.follower()):
        problem = await until(lambda: site.courses.sync("python").problem)
        assert "host/public" in problem
        (tmp_path / "away").rename(site.upstream.folder)
        await until(newest(site, VersionState.PUBLISHED))
        assert site.courses.sync("python").problem is None


async def test_a_host_that_hangs_holds_up_no_other_course(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(follow, "SYNCS_AT_ONCE", 1)
    monkeypatch.setattr(follow, "SLOW_SECONDS", 0.1)
    monkeypatch.setattr(follow, "SYNC_SECONDS", 0.2)
    site.upstream.push()
    site.courses.add(site.upstream.course("a-hanging-one"), CourseSecrets())
    answer, asked = threading.Event(), []

    def fetch(course: FollowedCourse, secrets: CourseSecrets) -> tuple[str, str]:
        if course.name != "python":
            asked.append(course.name)
            answer.wait(30)
        return fetch_into(site.data_dir)(course, secrets)

    follower = Follower(site.courses, site.versions, site.gate(), fetch)
    async with following(follower):
        await until(newest(site, VersionState.PUBLISHED))
        problem = await until(lambda: site.courses.sync("a-hanging-one").problem)
        assert "took more than" in problem
        await asyncio.to_thread(site.courses.want_sync, "a-hanging-one")
        await asyncio.sleep(0.3)
        assert asked == ["a-hanging-one"], "two fetches into one mirror"
        assert follower.is_syncing("a-hanging-one")
        answer.set()
        await until(lambda: len(asked) > 1)


async def test_what_cannot_be_checked_waits_and_is_told_of(site: Site) -> None:
    site.upstream.push()
    grader = Faulty()
    grader.fault = Fault("the Docker engine failed: away")
    site.grade = grader
    async with following(site.follower()) as follower:
        assert await until(lambda: follower.trouble("python")) == "the Docker engine failed: away"
        assert site.newest().state in (VersionState.WAITING, VersionState.CHECKING)
        grader.fault = None
        await until(newest(site, VersionState.PUBLISHED))
        await until(lambda: follower.trouble("python") is None)


async def test_a_check_in_the_middle_is_put_back_at_the_end_and_begun_anew(site: Site) -> None:
    site.upstream.push()
    begun = threading.Event()

    class Endless(Faulty):
        async def __call__(self, *arguments: Any) -> Any:
            begun.set()
            await asyncio.sleep(1000)

    grade, site.grade = site.grade, Endless()
    async with following(site.follower()):
        await asyncio.to_thread(begun.wait, 20)
    assert site.newest().state is VersionState.WAITING
    assert site.versions.claim("python") is not None  # and as after kill -9, where nothing is put back
    site.grade = grade
    async with following(site.follower()):
        await until(newest(site, VersionState.PUBLISHED))
    assert len(site.versions.of("python")) == 1


async def test_what_the_store_says_is_published_is_moved_at_the_start(site: Site) -> None:
    site.upstream.push()
    assert await site.checked()
    published = site.pulled()
    site.upstream.push(starter=notebook("mean = None", GRADING_CELL))
    version = site.synced()
    assert await site.gate().check(site.course, version)
    later = site.pulled()
    # As if the process had died before its last step.
    (site.places.served / "refs/heads/main").write_text(published + "\n")
    site.courses.began_sync("python")
    async with following(site.follower()):
        await until(lambda: site.pulled() == later)


async def test_a_course_that_was_removed_is_followed_no_more(site: Site) -> None:
    site.upstream.push()
    fetched = threading.Event()
    removed = threading.Event()

    def fetch(course: FollowedCourse, secrets: CourseSecrets) -> tuple[str, str]:
        fetched.set()
        removed.wait(20)
        raise RemoteError("away")

    follower = Follower(site.courses, site.versions, site.gate(), fetch)
    async with following(follower):
        await asyncio.to_thread(fetched.wait, 20)
        await asyncio.to_thread(site.courses.remove, "python")
        fetched.clear()
        removed.set()
        await until(lambda: not follower.is_syncing("python"))
        await asyncio.sleep(0.3)
        assert not fetched.is_set()


async def test_both_halves_of_one_repository_are_at_one_commit(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, site: Site
) -> None:
    answers = iter(["1" * 40, "2" * 40, "2" * 40])
    monkeypatch.setattr(follow, "fetch", lambda *arguments: next(answers))
    url = "https://git.example.org/team/course.git"
    halves = {half: {"url": url, "folder": half} for half in ("public", "private")}
    course = FollowedCourse.model_validate({"name": "one", **halves})
    assert fetch_into(tmp_path)(course, CourseSecrets()) == ("2" * 40, "2" * 40)
