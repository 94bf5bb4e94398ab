"""The pages of results in the service's real application; only the hub is played: it knows people by a cookie."""

from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, cast
from urllib.parse import quote

from jupyterhub.services.auth import HubOAuth
from sqlalchemy import event
from tornado.httpclient import HTTPResponse
from tornado.httpserver import HTTPServer
from tornado.netutil import bind_sockets
from tornado.simple_httpclient import SimpleAsyncHTTPClient

from openjupyter_service.grading.course_view import CourseView
from openjupyter_service.grading.courses import SiteCourses
from openjupyter_service.grading.grader import Grader
from openjupyter_service.grading.results import ResultsView
from openjupyter_service.grading.staff import StaffView
from openjupyter_service.grading.staff_regrades import RegradeView
from openjupyter_service.store import Launches, Outbox, PassbackState, People, Queue, Store
from openjupyter_service.web.app import make_app
from openjupyter_service.web.base import Site
from tests.unit.grading.course import CourseSite, make_site

PREFIX = "/services/openjupyter/"
SCOPE = "access:services!service=openjupyter"
OPERATOR = "operator"
OURS = ("moodle", "course-7")
HOSTILE = "<script>alert('x')</script>&\"{{ 1 + 1 }}"


class CookieHub(HubOAuth):  # type: ignore[misc]
    """Who calls is in a cookie, as is the hub's own token in an installation."""

    def get_user(self, handler: Any, *, sync: bool = True) -> Any:
        assert not sync, "a blocking call would stop the whole service"
        name = handler.get_cookie("who")

        async def answer() -> dict[str, Any] | None:
            model = {"kind": "user", "name": name, "admin": name == OPERATOR, "scopes": [SCOPE]}
            return model if name else None

        return answer()


@dataclass
class ResultsSite:
    """Launches and gradings, and what people see of them."""

    course: CourseSite
    url: str
    http: SimpleAsyncHTTPClient
    links: dict[tuple[str, str], int] = field(default_factory=dict)

    @property
    def store(self) -> Store:
        return self.course.store

    def launch(
        self, who: str, context: tuple[str, str] = OURS, *, staff: bool = False, name: str | None = None,
        title: str = "Data science", exercise: str = "means", scores: bool = True,
    ) -> None:  # fmt: skip
        Launches(self.store).record(
            platform=context[0], context_id=context[1], resource_link_id=exercise, learner=who, course="python",
            exercise=exercise, is_staff=staff, context_title=title,
            lineitem_url="https://lms.example/lineitem" if scores and not staff else None,
        )  # fmt: skip
        if name is not None:
            People(self.store).remember(who, name, None)

    def grade(
        self, who: str, score: float | None = 1.0, exercise: str = "means", tests: list[dict[str, Any]] | None = None,
        **report: Any,
    ) -> str:  # fmt: skip
        """A submission and its grading, given up if there is no score; gives its id."""
        work = self.course.submissions.accept(
            learner=who, course="python", exercise=exercise, commit=None, notebook_path=f"{exercise}/work.ipynb",
            files={f"{exercise}/work.ipynb": b'{"cells": []}'},
        )  # fmt: skip
        queue = Queue(self.store)
        claimed = queue.claim("worker", 60)
        assert claimed and claimed.submission_id == work.id
        if score is None:
            fault = {"status": "internal error", "score": None, "points": 0, "max_points": 0}
            assert queue.fail(claimed.grading_id, "worker", fault | report)
        else:
            status = "correct" if score == 1 else "wrong"
            done = {"status": status, "score": score, "points": 12 * score, "max_points": 12.0, "tests": tests or []}
            assert queue.finish(claimed.grading_id, "worker", done | report, score, {})
        return work.id

    def refuse_all(self) -> None:
        """The LMS takes no score that waits."""
        outbox = Outbox(self.store)
        for item in outbox.list(PassbackState.PENDING):
            outbox.failed(item.id, "no")

    async def get(self, path: str, who: str | None = "ines", **headers: str) -> HTTPResponse:
        return await self.http.fetch(
            self.url + path,
            headers={**({"Cookie": f"who={who}"} if who else {}), **headers},
            raise_error=False,
            follow_redirects=False,
        )

    async def page(self, path: str, who: str = "ines", **headers: str) -> str:
        answer = await self.get(path, who, **headers)
        assert answer.code == 200, (answer.code, answer.body)
        return answer.body.decode()


@asynccontextmanager
async def results_site(folder: Path) -> AsyncIterator[ResultsSite]:
    course = make_site(folder)
    hub = CookieHub(
        api_token="the service's own",
        api_url="http://127.0.0.1:9/hub/api",
        access_scopes={SCOPE},
        oauth_client_id="service-openjupyter",
        base_url=PREFIX,
    )
    site = Site(
        course.settings,
        course.submissions,
        cast(Grader, None),
        hub,
        StaffView(course.settings, course.store),
        People(course.store),
        SiteCourses(course.settings, course.store),
        Launches(course.store),
        cast(CourseView, None),
        RegradeView(course.settings, course.store),
        ResultsView(course.settings, course.store),
    )
    app = make_app(site, PREFIX)
    server = HTTPServer(app)
    sockets = bind_sockets(0, "127.0.0.1")
    server.add_sockets(sockets)
    http = SimpleAsyncHTTPClient(force_instance=True)
    yield ResultsSite(course, f"http://127.0.0.1:{sockets[0].getsockname()[1]}{PREFIX}", http)
    http.close()
    server.stop()
    await server.close_all_connections()
    course.store.close()


@contextmanager
def counted(store: Store) -> Iterator[list[str]]:
    """The SQL statements that are sent meanwhile."""
    statements: list[str] = []

    def note(_connection: Any, _cursor: Any, statement: str, *_rest: Any) -> None:
        statements.append(statement)

    event.listen(store._engine, "before_cursor_execute", note)
    yield statements
    event.remove(store._engine, "before_cursor_execute", note)


def of(who: str, exercise: str = "means") -> str:
    """Path of somebody's submissions in the first LMS course."""
    return f"results/1/learners/{quote(who, safe='')}/{exercise}"
