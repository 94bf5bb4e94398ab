"""All that grades in one process: workers, the sender of scores, and who watches them."""

import asyncio
import contextlib
import logging
import socket
from collections.abc import AsyncIterator

from openjupyter_service.grading.deliveries import Deliveries
from openjupyter_service.grading.outbound import Outbound
from openjupyter_service.grading.passback import Sender
from openjupyter_service.grading.progress import Progress
from openjupyter_service.grading.regrade import Regrading
from openjupyter_service.grading.worker import Worker
from openjupyter_service.language import chosen
from openjupyter_service.sandbox.engine import Engine
from openjupyter_service.sandbox.limits import pair_spec
from openjupyter_service.sandbox.pool import Pool
from openjupyter_service.secrets import site_secret
from openjupyter_service.settings import GradingSettings, Settings
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

REGRADE_SECONDS = 10.0
"""How often the service looks for a regrade to apply by itself; the page wakes it at once."""

log = logging.getLogger(__name__)


class Grader:
    """Starts and stops together with the service."""

    def __init__(self, settings: Settings, store: Store) -> None:
        self.progress = Progress()
        grading = settings.grading
        # The ordinary exercise is one of the first course.
        data_sets = settings.courses[0].data_sets if settings.courses else ()
        self.pool = Pool(
            Engine(settings.learner.network),
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
                self.pool,
                queue,
                trials,
                submissions,
                self.progress,
                language_of,
            )
            for number in range(settings.grading.workers)
        ]

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
        """Workers and sender run inside this block; what they had claimed is graded after the next start."""
        tasks = [asyncio.create_task(worker.run(self._after_grading)) for worker in self._workers]
        tasks.append(asyncio.create_task(self._sender.run(self._after_grading)))
        tasks.append(asyncio.create_task(self._apply_regrades()))
        async with self.pool.running():
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
