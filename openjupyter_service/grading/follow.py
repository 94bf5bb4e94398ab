"""Following courses: their repositories are fetched when it is time, and what came is checked, published or refused.

One process follows the courses of a site: what it held when it died is put back at the next start. With several of
them a version would need a lease, as gradings have.
"""

import asyncio
import contextlib
import logging
from collections.abc import Callable, Coroutine
from pathlib import Path
from typing import Any

from openjupyter_service.courses import CourseSecrets, FollowedCourse
from openjupyter_service.errors import NotFound, OpenJupyterError, RemoteError
from openjupyter_service.exercises.credentials import private_credential, public_credential
from openjupyter_service.exercises.places import CoursePlaces
from openjupyter_service.exercises.remote import fetch
from openjupyter_service.grading.aside import in_thread
from openjupyter_service.grading.beside import Fault
from openjupyter_service.grading.gate import Gate, Running
from openjupyter_service.grading.pauses import Pauses
from openjupyter_service.store.courses import Courses
from openjupyter_service.store.records import CourseVersion
from openjupyter_service.store.versions import Versions

LOOK_SECONDS = 3.0
"""How often it is looked for courses that are due; a webhook that this process receives wakes it at once."""
SYNCS_AT_ONCE = 4
SLOW_SECONDS = 90.0
"""A sync that takes longer is counted no more, so that hosts that hang hold up no other course."""
SYNC_SECONDS = 1500.0
"""One that takes longer than this has failed, though each of its steps is bounded; its course waits until it ends."""
LAST_TRY = 4
"""Gradings that fail for no known reason are held against the course after so many checks."""

log = logging.getLogger(__name__)

Fetch = Callable[[FollowedCourse, CourseSecrets], tuple[str, str]]
"""Fetches both halves and gives the commits they are at, public and private; blocks; RemoteError."""
Told = Callable[[FollowedCourse, CourseVersion], None]
"""Is told of a version after its verdict; blocks."""


def fetch_into(data_dir: Path) -> Fetch:
    """Fetches a course's halves into its mirrors below the site's data folder."""

    def fetch_halves(course: FollowedCourse, secrets: CourseSecrets) -> tuple[str, str]:
        places = CoursePlaces(data_dir, course.name)
        credential = public_credential(secrets)
        public = fetch(course.public, places.public_mirror, credential)
        private = fetch(course.private, places.private_mirror, private_credential(course, secrets))
        one = (course.public.url, course.public.branch) == (course.private.url, course.private.branch)
        if one and public != private:  # somebody has just pushed: both halves belong to that commit
            public = fetch(course.public, places.public_mirror, credential)
        return public, private

    return fetch_halves


class Follower:
    """Follows all courses of a site. `run` is one loop; all else may be called from any thread."""

    def __init__(
        self,
        courses: Courses,
        versions: Versions,
        gate: Gate,
        fetch: Fetch,
        told: Told = lambda course, version: None,
    ) -> None:
        self._courses = courses
        self._versions = versions
        self._gate = gate
        self._fetch = fetch
        self._told = told
        self._loop: asyncio.AbstractEventLoop | None = None
        self._wake = asyncio.Event()
        self._places = asyncio.Semaphore(SYNCS_AT_ONCE)
        self._syncing: dict[str, asyncio.Task[None]] = {}
        self._checking: dict[str, asyncio.Task[None]] = {}
        self._sync_pauses, self._check_pauses = Pauses(), Pauses()
        self._troubles: dict[str, str] = {}
        self._unsettled: set[str] = set()

    def wake(self) -> None:
        """A course may be due, or a version may wait."""
        loop = self._loop
        if loop is not None:
            with contextlib.suppress(RuntimeError):  # it has just ended
                loop.call_soon_threadsafe(self._wake.set)

    def running(self, course: str) -> Running | None:
        """How far the check of a course is; None when there is none."""
        return self._gate.running(course)

    def is_syncing(self, course: str) -> bool:
        """Are its repositories being fetched?"""
        return course in self._syncing

    def trouble(self, course: str) -> str | None:
        """Why a version of this course could not be checked yet, in words; None when nothing is wrong with that."""
        return self._troubles.get(course)

    async def run(self) -> None:
        """Follow until cancelled."""
        self._loop = asyncio.get_running_loop()
        try:
            await self._begin()
            while True:
                self._wake.clear()
                try:
                    await self._look()
                except Exception:  # the store was away, or a bug: neither may end this
                    log.exception("courses could not be looked after")
                with contextlib.suppress(TimeoutError):
                    async with asyncio.timeout(LOOK_SECONDS):
                        await self._wake.wait()
        finally:
            self._loop = None
            tasks = [*self._syncing.values(), *self._checking.values()]
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)

    async def _begin(self) -> None:
        """Put right what a process has left that ended in the middle."""
        while True:
            try:
                if released := await asyncio.to_thread(self._versions.release_all):
                    log.info("%d versions of courses are checked anew that an earlier process left", released)
                for course in await asyncio.to_thread(self._courses.all):
                    try:
                        await self._gate.settle(course.name)
                    except (OpenJupyterError, OSError) as error:
                        log.error("learners may get an older version of %s: %s", course.name, error)
                        self._unsettled.add(course.name)
                        self._check_pauses.failed(course.name)
                return
            except Exception:
                log.exception("following courses could not begin")
                await asyncio.sleep(LOOK_SECONDS)

    async def _look(self) -> None:
        followed = {course.name: course for course in await asyncio.to_thread(self._courses.all)}
        due = [course.name for course in await asyncio.to_thread(self._courses.due)]
        for name in dict.fromkeys([*due, *self._sync_pauses.ended()]):
            if name not in followed:
                self._sync_pauses.over(name)
            elif name not in self._syncing:
                self._start(self._syncing, name, self._sync(followed[name]))
        waiting = await asyncio.to_thread(self._versions.waiting)
        for name in dict.fromkeys([*waiting, *self._check_pauses.ended()]):
            if name not in followed:
                self._check_pauses.over(name)
            elif name not in self._checking and not self._check_pauses.holds(name):
                self._start(self._checking, name, self._check(followed[name]))

    def _start(self, tasks: dict[str, asyncio.Task[None]], name: str, coroutine: Coroutine[Any, Any, None]) -> None:
        def ended(task: asyncio.Task[None]) -> None:
            tasks.pop(name, None)
            if not task.cancelled() and (error := task.exception()) is not None:
                log.error("looking after %s failed", name, exc_info=error)
            self._wake.set()

        task = asyncio.create_task(coroutine)
        tasks[name] = task
        task.add_done_callback(ended)

    async def _sync(self, course: FollowedCourse) -> None:
        """Fetch both halves and note what they are at; what goes wrong is told in words, and tried again later."""
        name = course.name
        async with self._places:
            try:
                await asyncio.to_thread(self._courses.began_sync, name)
                secrets = await asyncio.to_thread(self._courses.secrets, name)
            except NotFound:  # it was just removed
                return
            fetching = asyncio.ensure_future(in_thread(self._fetch, course, secrets))
            await asyncio.wait({fetching}, timeout=SLOW_SECONDS)
        await asyncio.wait({fetching}, timeout=SYNC_SECONDS - SLOW_SECONDS)
        problem = await self._noted(course, fetching)
        if problem is None:
            self._sync_pauses.over(name)
        else:
            log.warning("%s could not be fetched: %s", name, problem)
            self._sync_pauses.failed(name)
        with contextlib.suppress(NotFound):
            await asyncio.to_thread(self._courses.ended_sync, name, problem)
        self._wake.set()
        # Two at once in the same mirror would be in each other's way.
        await asyncio.wait({fetching})

    async def _noted(self, course: FollowedCourse, fetching: asyncio.Future[tuple[str, str]]) -> str | None:
        """The problem in words, or None: then a new pair is in the store."""
        if not fetching.done():
            return f"fetching took more than {SYNC_SECONDS:.0f} s; is the Git host slow, or the repository very large?"
        try:
            commits = fetching.result()
        except RemoteError as error:
            return str(error)
        except OSError as error:
            return f"what was fetched could not be kept: {error.strerror or error}"
        except Exception:
            log.exception("fetching %s failed", course.name)
            return "the service has a fault; its log tells more"
        if await asyncio.to_thread(self._versions.add, course.name, *commits) is not None:
            log.info("%s is at a new version: %.10s and %.10s", course.name, *commits)
            self._check_pauses.over(course.name)  # what was wrong with the last one need not be wrong with this one
            self._troubles.pop(course.name, None)
        return None

    async def _check(self, course: FollowedCourse) -> None:
        """Check the version that waits, if there is one; without a verdict it waits again."""
        name = course.name
        version: CourseVersion | None = None
        try:
            if name in self._unsettled:
                await self._gate.settle(name)
                self._unsettled.discard(name)
            version = await asyncio.to_thread(self._versions.claim, name)
            if version is not None:
                is_last_try = self._check_pauses.failures(name) + 1 >= LAST_TRY
                published = await self._gate.check(course, version, is_last_try)
                log.info("version %d of %s is %s", version.id, name, "published" if published else "refused")
        except Exception as error:  # ours, whatever it is: no verdict
            expected = isinstance(error, Fault | OpenJupyterError | OSError)
            log.warning("no verdict on %s: %s", name, error, exc_info=not expected)
            self._troubles[name] = str(error) if expected else "the service has a fault; its log tells more"
            self._check_pauses.failed(name)
            self._unsettled.add(name)
        else:
            self._troubles.pop(name, None)
            self._check_pauses.over(name)
        finally:
            if version is not None:  # does nothing once there is a verdict
                await asyncio.shield(asyncio.to_thread(self._versions.release, version.id))
        if version is not None:
            await self._tell(course, version.id)

    async def _tell(self, course: FollowedCourse, version_id: int) -> None:
        version = await asyncio.to_thread(self._versions.get, version_id)
        if version is not None and version.finished_at is not None:
            try:
                await in_thread(self._told, course, version)
            except OpenJupyterError as error:
                log.warning("nobody could be told of version %d of %s: %s", version_id, course.name, error)
