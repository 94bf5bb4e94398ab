"""All that grades in one process: workers, the sender of scores, who watches them, and who follows courses."""

import asyncio
import contextlib
import functools
import logging
import socket
from collections.abc import AsyncIterator

from openjupyter_service.grading.aside import running_aside
from openjupyter_service.grading.beside import BesideLearners
from openjupyter_service.grading.courses import SiteCourses
from openjupyter_service.grading.deliveries import Deliveries
from openjupyter_service.grading.follow import Follower, fetch_into
from openjupyter_service.grading.gate import Gate
from openjupyter_service.grading.hooks import Hooks
from openjupyter_service.grading.outbound import Outbound
from openjupyter_service.grading.passback import Sender
from openjupyter_service.grading.progress import Progress
from openjupyter_service.grading.regrade import Regrading
from openjupyter_service.grading.statuses import Statuses
from openjupyter_service.grading.worker import Worker
from openjupyter_service.language import chosen
from openjupyter_service.sandbox.engine import Engine
from openjupyter_service.sandbox.limits import pair_spec
from openjupyter_service.sandbox.pool import Pool
from openjupyter_service.secrets import site_secret
from openjupyter_service.settings import GradingSettings, Settings
from openjupyter_service.store.courses import Courses
from openjupyter_service.store.encryption import SecretBox
from openjupyter_service.store.engine import Store
from openjupyter_service.store.launches import Launches
from openjupyter_service.store.outbox import Outbox
from openjupyter_service.store.people import People
from openjupyter_service.store.platforms import Platforms
from openjupyter_service.store.queue import Queue
from openjupyter_service.store.submissions import Submissions
from openjupyter_service.store.tool_keys import ToolKeys
from openjupyter_service.store.trials import Trials
from openjupyter_service.store.versions import Versions

REGRADE_SECONDS = 10.0
"""How often the service looks for a regrade to apply by itself; the page wakes it at once."""

log = logging.getLogger(__name__)


class Grader:
    """Starts and stops together with the service."""

    def __init__(self, settings: Settings, store: Store) -> None:
        self.progress = Progress()
        grading = settings.grading
        # The ordinary exercise is one of the first course.
        self.courses = SiteCourses(settings, store)
        first = next(iter(self.courses.all()), None)
        data_sets = first.data_sets if first is not None else ()
        engine = Engine(settings.learner.network)
        self.pool = Pool(
            engine,
            pair_spec(grading, data_sets=data_sets),
            grading.pool,
            grading.pool_max,
            grading.pool_max_age_seconds,
        )
        box = SecretBox(site_secret(settings.data_dir, "store"))
        platforms, keys = Platforms(store, box, settings.platforms), ToolKeys(store, box)
        deliveries = Deliveries(platforms, keys, Launches(store), Outbound())
        self._sender = Sender(Outbox(store), deliveries.deliver)
        self._after_grading = asyncio.Event()
        self._regrading, self._decided = Regrading(settings, store), asyncio.Event()
        queue, trials, submissions = Queue(store), Trials(store), Submissions(store)
        people = People(store)

        def language_of(learner: str) -> str:
            person = people.get(learner)
            return chosen(person.locale if person is not None else None)

        # The same names after a restart, so that what a killed process held is known to be nobody's.
        self._workers = [
            Worker(
                f"{socket.gethostname()}/{number}",
                settings,
                self.courses,
                self.pool,
                queue,
                trials,
                submissions,
                self.progress,
                language_of,
            )
            for number in range(settings.grading.workers)
        ]
        beside = BesideLearners(engine, grading, lambda: any(worker.is_idle for worker in self._workers))
        versions = Versions(store)
        followed = Courses(store, box, [course.name for course in settings.courses])
        self.follower = Follower(
            followed,
            versions,
            Gate(settings.data_dir, versions, beside.grader, beside.around),
            fetch_into(settings.data_dir),
            Statuses(followed.secrets, functools.partial(_course_page, settings)),
        )
        self.hooks = Hooks(followed, self.follower.wake)

    def wake(self) -> None:
        """A submission was accepted, or a regrade was begun or is to be applied."""
        self._decided.set()
        for worker in self._workers:
            worker.wake()

    def resize_pool(self, grading: GradingSettings) -> None:
        """Keep as many warm containers as these settings say, from now on."""
        self.pool.resize(grading.pool, grading.pool_max)
        log.info("pool = %s, pool_max = %d from now on", grading.pool, grading.pool_max)

    @contextlib.asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        """Workers, sender and follower run inside this block; what they had claimed is graded after the next start."""
        tasks = [asyncio.create_task(worker.run(self._after_grading)) for worker in self._workers]
        tasks.append(asyncio.create_task(self._sender.run(self._after_grading)))
        tasks.append(asyncio.create_task(self._apply_regrades()))
        async with self.pool.running(), running_aside(self.follower.run):
            try:
                yield
            finally:
                for task in tasks:
                    task.cancel()
                await asyncio.gather(*tasks, return_exceptions=True)

    async def _apply_regrades(self) -> None:
        """End what a person, or a process that is no more, began to apply."""
        while True:
            self._decided.clear()
            try:
                if await asyncio.to_thread(self._regrading.go_on):
                    self._after_grading.set()
            except Exception:  # the store was away: what is not applied yet stays so until the next turn
                log.exception("a regrade could not be applied to its end")
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(REGRADE_SECONDS):
                    await self._decided.wait()


def _course_page(settings: Settings, name: str) -> str | None:
    """Address of a followed course's page; None where the site has no address that all browsers know."""
    return f"{settings.public_url.rstrip('/')}/services/openjupyter/courses/{name}" if settings.public_url else None
