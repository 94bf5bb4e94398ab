"""The pages of results with 20,000 learners, 40 exercises and 10 submissions each: how long, and how many queries?"""

import asyncio
import statistics
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any, cast
from unittest.mock import patch

from jupyterhub.services.auth import HubOAuth
from sqlalchemy import Engine, event, text
from tornado.httpserver import HTTPServer
from tornado.netutil import bind_sockets
from tornado.simple_httpclient import SimpleAsyncHTTPClient

from openjupyter_service.grading.course_view import CourseView
from openjupyter_service.grading.courses import SiteCourses
from openjupyter_service.grading.grader import Grader
from openjupyter_service.grading.results import PAGE, ResultsView
from openjupyter_service.grading.staff import StaffView
from openjupyter_service.grading.staff_regrades import RegradeView
from openjupyter_service.store import Launches, Queue, Store, Submissions
from openjupyter_service.store.people import People
from openjupyter_service.web.app import make_app
from openjupyter_service.web.base import Site
from tests.benchmarks import results_seed
from tests.benchmarks.figures import Figure
from tests.benchmarks.results_seed import COURSE, TEACHER, exercise, learner

LEARNERS, EXERCISES, SUBMISSIONS = 20_000, 40, 10
RUNS = 11
GRADINGS = 200
COUNTING = "openjupyter_service.store.queue.note_graded", "openjupyter_service.store.launches.note_launch"
PREFIX = "/services/openjupyter/"
DIRECT = """
SELECT exercise, count(*), count(solved_at) FROM (
  SELECT s.exercise, s.learner, min(CASE WHEN g.status = 'correct' THEN s.created_at END) AS solved_at
  FROM submissions s JOIN gradings g ON g.submission_id = s.id
  WHERE g.state = 'done' AND s.course = :course AND EXISTS (
    SELECT 1 FROM placements p
    WHERE p.learner = s.learner AND p.course = s.course AND p.context_id = :context AND NOT p.is_staff)
  GROUP BY s.exercise, s.learner
) GROUP BY exercise
"""
"""Learners who have tried and solved each exercise, from gradings: a part of what the overview shows."""


class PlayedHub(HubOAuth):  # type: ignore[misc]
    """Everybody is the teacher."""

    def get_user(self, handler: Any, *, sync: bool = True) -> Any:
        """Without a hub to ask."""

        async def answer() -> dict[str, Any]:
            return {"kind": "user", "name": TEACHER, "admin": False, "scopes": list(self.access_scopes)}

        return answer()


class Pages:
    """The service's own application, on a free port of this process."""

    def __init__(self, folder: Path, store: Store) -> None:
        self.settings = results_seed.settings(folder, EXERCISES)
        hub = PlayedHub(
            api_token="a token",
            api_url="http://127.0.0.1:9/hub/api",
            access_scopes={"access:services"},
            oauth_client_id="service-openjupyter",
            base_url=PREFIX,
        )
        site = Site(
            self.settings,
            Submissions(store),
            cast(Grader, None),
            hub,
            StaffView(self.settings, store),
            People(store),
            SiteCourses(self.settings, store),
            Launches(store),
            cast(CourseView, None),
            RegradeView(self.settings, store),
            ResultsView(self.settings, store),
        )
        self.app = make_app(site, PREFIX)

    async def seconds(self, path: str, runs: int) -> tuple[float, int, int]:
        """Median of so many requests, SQL queries of the last one, and bytes of its answer."""
        server, client = HTTPServer(self.app), SimpleAsyncHTTPClient(force_instance=True, max_body_size=2**30)
        sockets = bind_sockets(0, "127.0.0.1")
        server.add_sockets(sockets)
        url = f"http://127.0.0.1:{sockets[0].getsockname()[1]}{PREFIX}{path}"
        taken, queries, size = [], 0, 0
        try:
            for _ in range(runs):
                started = time.perf_counter()
                with counted() as count:
                    answer = await client.fetch(url, request_timeout=600)
                taken.append(time.perf_counter() - started)
                queries, size = count(), len(answer.body)
        finally:
            client.close()
            server.stop()
            await server.close_all_connections()
        return statistics.median(taken), queries, size


@contextmanager
def counted() -> Iterator[Callable[[], int]]:
    """How many SQL statements this process sends meanwhile."""
    statements: list[str] = []

    def note(_connection: Any, _cursor: Any, statement: str, *_rest: Any) -> None:
        if not statement.startswith("BEGIN"):
            statements.append(statement)

    event.listen(Engine, "before_cursor_execute", note)
    try:
        yield lambda: len(statements)
    finally:
        event.remove(Engine, "before_cursor_execute", note)


def measure(say: Callable[[str], None]) -> Iterator[Figure]:
    """Beside the smallest answer of the service, and the same numbers from all gradings."""
    with tempfile.TemporaryDirectory(prefix="openjupyter-results-") as name:
        folder = Path(name)
        path = folder / "openjupyter.sqlite"
        store = Store(f"sqlite:///{path}")
        store.upgrade()
        pages = Pages(folder, store)
        started = time.perf_counter()
        results_seed.seed(store, path, LEARNERS, EXERCISES, SUBMISSIONS, say)
        seconds = time.perf_counter() - started
        size = sum(each.stat().st_size for each in folder.glob("openjupyter.sqlite*")) / 1e9
        say(f"made {LEARNERS * EXERCISES * SUBMISSIONS} submissions in {seconds:.0f} s, {size:.1f} GB")
        try:
            yield from _pages(pages, store, say)
            yield from _writers(store, say)
        finally:
            store.close()


def _pages(pages: Pages, store: Store, say: Callable[[str], None]) -> Iterator[Figure]:
    health, _, _ = asyncio.run(pages.seconds("health", RUNS))
    started = time.perf_counter()
    with store.read() as connection:
        connection.execute(text(DIRECT), {"course": COURSE, "context": results_seed.CONTEXT}).all()
    direct = time.perf_counter() - started
    last_page = -(-LEARNERS // PAGE)
    one = f"results/1/learners/{learner(0)}/{exercise(EXERCISES - 1)}"
    addresses = {
        "LMS courses": "results",
        "exercises": "results/1",
        "one exercise": f"results/1/exercises/{exercise(EXERCISES - 1)}",
        "learners": "results/1/learners",
        "learners, by what they have solved": "results/1/learners?sort=-solved",
        "learners, by one exercise": f"results/1/learners?sort=-exercise:{exercise(1)}",
        "learners, the last page": f"results/1/learners?page={last_page}",
        "learners, found by name": "results/1/learners?search=ozturk",
        "a learner's submissions, with a report": one,
        "scores that did not arrive": "passbacks",
    }
    for name, address in addresses.items():
        say(f"{name} …")
        seconds, queries, size = asyncio.run(pages.seconds(address, RUNS))
        note = f"{queries} queries, {size / 1000:.0f} kB"
        baseline, called = (direct, "tried and solved from all gradings") if name == "exercises" else (health, "health")
        scale, unit = (1.0, "s") if name == "exercises" else (1000.0, "ms")
        yield Figure(name, seconds * scale, unit, baseline * scale, called, note)
    seconds, queries, size = asyncio.run(pages.seconds("results/1/learners.csv", 1))
    note = f"{queries} queries, {size / 1e6:.1f} MB"
    yield Figure("all learners as CSV", seconds, "s", note=note)


def _writers(store: Store, say: Callable[[str], None]) -> Iterator[Figure]:
    """What counting adds to gradings and launches: by turns, so that neither finds more in memory than the other."""
    say("gradings and launches …")
    taken: dict[bool, list[tuple[float, float]]] = {True: [], False: []}
    for number in range(GRADINGS):
        for is_counted in (True, False):
            who, of = learner((number * 74 + is_counted) % LEARNERS), exercise(number % EXERCISES)
            with ExitStack() as stack:
                for name in () if is_counted else COUNTING:
                    stack.enter_context(patch(name, lambda *_: None))
                taken[is_counted].append(_write_once(store, who, of))
    baseline = "the same, and nothing is counted"
    for name, which in (("a launch is stored", 0), ("a grading is stored", 1)):
        medians = {key: statistics.median(each[which] for each in values) * 1000 for key, values in taken.items()}
        yield Figure(name, medians[True], "ms", medians[False], baseline)


def _write_once(store: Store, who: str, of: str) -> tuple[float, float]:
    """Seconds of a launch, and of the end of a grading."""
    submissions, queue, launches = Submissions(store), Queue(store), Launches(store)
    report = {"status": "wrong", "score": 0.5, "max_points": 6.0,
              "tests": [{"title": f"Test {n}", "outcome": "failed"} for n in range(12)]}  # fmt: skip
    started = time.perf_counter()
    launches.record(
        platform=results_seed.PLATFORM, context_id=results_seed.CONTEXT, resource_link_id=of, learner=who,
        course=COURSE, exercise=of, context_title="Programming",
    )  # fmt: skip
    launched = time.perf_counter() - started
    submissions.accept(learner=who, course=COURSE, exercise=of, commit=None, notebook_path="a", files={"a": b"{}"})
    claimed = queue.claim("worker", 60)
    assert claimed is not None
    started = time.perf_counter()
    queue.finish(claimed.grading_id, "worker", report, 0.5, {})
    return launched, time.perf_counter() - started
