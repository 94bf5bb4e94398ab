"""Gradings of many notebooks in the background, a few at once, in warm pairs: a test waits for its own."""

import asyncio
import contextlib
import threading
import time
from collections.abc import AsyncIterator, Callable, Collection, Iterator
from concurrent.futures import Future
from dataclasses import dataclass, field
from typing import Any

import docker
from docker.errors import NotFound

from openjupyter_service.errors import InvalidSubmission, TooLarge
from openjupyter_service.exercises.course import Exercise
from openjupyter_service.grading.notebook import clean_notebook
from openjupyter_service.grading.session import Graded, grade
from openjupyter_service.sandbox.engine import SITE_LABEL, Engine
from openjupyter_service.sandbox.limits import PairSpec, pair_spec
from openjupyter_service.sandbox.pair import Containers, Pair
from openjupyter_service.sandbox.pool import Pool
from openjupyter_service.settings import GradingSettings

AT_ONCE = 3
GONE_SECONDS = 20.0


@dataclass(frozen=True)
class Work:
    """One notebook to be graded `runs` times, once the works named in `after` have ended."""

    exercise: Exercise
    notebook: bytes
    after: Collection[str] = ()
    runs: int = 1


@dataclass(frozen=True)
class Ended:
    """What came of it: a report or, for what is no notebook, the refusal; and what was left of its containers."""

    graded: Graded | None
    refused: str
    seconds: float
    left: tuple[str, ...]


@dataclass
class Watched:
    """Gives pairs of a pool, and remembers which containers and volumes they were."""

    containers: Containers
    names: list[tuple[str, str]] = field(default_factory=list)

    @contextlib.asynccontextmanager
    async def pair(self, spec: PairSpec) -> AsyncIterator[Pair]:
        async with self.containers.pair(spec) as pair:
            both = pair.sandbox._container, pair.judge._container
            self.names += [("container", name) for name in both]
            self.names += await asyncio.to_thread(_volumes, both)
            yield pair

    def left(self) -> tuple[str, ...]:
        """Those that are still there, after some time for the engine to remove them."""
        until = time.monotonic() + GONE_SECONDS
        client = docker.from_env()
        try:
            while left := tuple(f"{kind} {name}" for kind, name in self.names if _is_there(client, kind, name)):
                if time.monotonic() > until:
                    return left
                time.sleep(0.2)
            return ()
        finally:
            client.close()


class Gradings:
    """All works, begun in their order; `result` waits for one."""

    def __init__(self, settings: GradingSettings, site: str, works: dict[str, Work]) -> None:
        self._settings = settings
        self._site = site
        self._works = works
        self._ended: dict[str, Future[Ended]] = {name: Future() for name in works}
        self._over: Callable[[], object] = lambda: None
        self._thread = threading.Thread(target=lambda: asyncio.run(self._run()), name="gradings")

    @contextlib.contextmanager
    def running(self) -> Iterator["Gradings"]:
        """Works are graded inside this block; at its end nothing is left on the engine."""
        self._thread.start()
        try:
            yield self
        finally:
            self._over()
            self._thread.join()
        client = docker.from_env()
        try:
            filters: dict[str, Any] = {"label": f"{SITE_LABEL}={self._site}"}
            left = [*client.containers.list(all=True, filters=filters), *client.volumes.list(filters=filters)]
        finally:
            client.close()
        assert left == []

    def result(self, name: str) -> Ended:
        """What came of a work; raises what its grading raised."""
        return self._ended[name].result(timeout=600)

    async def _run(self) -> None:
        free = asyncio.Semaphore(AT_ONCE)
        first = next(iter(self._works.values())).exercise
        spec = pair_spec(self._settings, first.image, first.limits.memory_bytes, first.runtime)
        pool = Pool(Engine(self._site), spec, size=2, most=2)
        async with pool.running():
            tasks = [asyncio.create_task(self._work(name, pool, free)) for name in self._works]
            loop = asyncio.get_running_loop()
            self._over = lambda: loop.call_soon_threadsafe(lambda: [task.cancel() for task in tasks])
            await asyncio.gather(*tasks, return_exceptions=True)
            self._over = lambda: None

    async def _work(self, name: str, pool: Pool, free: asyncio.Semaphore) -> None:
        work, ended = self._works[name], self._ended[name]
        await asyncio.gather(*(asyncio.wrap_future(self._ended[other]) for other in work.after), return_exceptions=True)
        async with free:
            try:
                for _ in range(work.runs):
                    result = await self._grade(work, Watched(pool))
            except (Exception, asyncio.CancelledError) as error:
                ended.set_exception(error)
            else:
                ended.set_result(result)

    async def _grade(self, work: Work, containers: Watched) -> Ended:
        began = time.monotonic()
        try:
            files = {work.exercise.notebook: clean_notebook(work.notebook)}
        except (InvalidSubmission, TooLarge) as error:
            return Ended(None, str(error), time.monotonic() - began, ())
        graded = await grade(
            containers, self._settings, work.exercise, files, work.exercise.notebook, lambda event: None, seed=1
        )
        seconds = time.monotonic() - began
        return Ended(graded, "", seconds, await asyncio.to_thread(containers.left))


def _volumes(containers: Collection[str]) -> list[tuple[str, str]]:
    client = docker.from_env()
    try:
        mounts = [mount for name in containers for mount in client.api.inspect_container(name)["Mounts"]]
    finally:
        client.close()
    return list({("volume", mount["Name"]) for mount in mounts if mount.get("Type") == "volume"})


def _is_there(client: docker.DockerClient, kind: str, name: str) -> bool:
    try:
        client.api.inspect_container(name) if kind == "container" else client.api.inspect_volume(name)
    except NotFound:
        return False
    return True
