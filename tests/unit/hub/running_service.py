"""The hub with its grading service beside it, as `apply` configures both; a session walks between them as a browser."""

import asyncio
import threading
from concurrent.futures import Future
from pathlib import Path
from typing import Any
from urllib.parse import urljoin, urlsplit

import requests
from jupyterhub.services.auth import HubOAuth
from tornado.httpserver import HTTPServer
from tornado.netutil import bind_sockets
from traitlets.config import Config

from openjupyter_service.grading.course_view import CourseView
from openjupyter_service.grading.courses import SiteCourses
from openjupyter_service.grading.grader import Grader
from openjupyter_service.grading.results import ResultsView
from openjupyter_service.grading.staff import StaffView
from openjupyter_service.grading.staff_regrades import RegradeView
from openjupyter_service.hub.config import SERVICE
from openjupyter_service.store import Launches, People, Submissions
from openjupyter_service.web.app import make_app
from openjupyter_service.web.base import Site
from tests.unit.hub.test_launch13 import Hub13, trust

PREFIX = f"/services/{SERVICE}/"
TOKEN = "the-services-own-token-0123456789"


class HubWithService(Hub13):
    """`walk` follows redirects between the two, which are on ports of their own here."""

    def __init__(self, folder: Path, **changes: object) -> None:
        super().__init__(folder, **changes)
        ready: Future[str] = Future()
        self._service = threading.Thread(target=lambda: asyncio.run(self._run_service(ready)))
        self._service.start()
        self.service_url = ready.result(30)

    def configure(self, config: Config) -> None:
        service = next(each for each in config.JupyterHub.services if each["name"] == SERVICE)
        taken = {name: service[name] for name in ("name", "url", "oauth_no_confirm", "display")}
        config.JupyterHub.services = [taken | {"api_token": TOKEN}]
        config.JupyterHub.load_roles = [role for role in config.JupyterHub.load_roles if role["name"] == "user"]

    async def _run_service(self, ready: "Future[str]") -> None:
        auth = HubOAuth(
            api_token=TOKEN,
            api_url=f"{self.url}/hub/api",
            hub_prefix="/hub/",
            base_url=PREFIX,
            oauth_client_id=f"service-{SERVICE}",
            oauth_redirect_uri=f"{PREFIX}oauth_callback",
            access_scopes={f"access:services!service={SERVICE}"},
        )
        grader = Grader(self.settings, self.store)  # nothing runs in it here
        staff = StaffView(self.settings, self.store)
        courses, launches = SiteCourses(self.settings, self.store), Launches(self.store)
        followed = CourseView(self.settings, self.store, grader.follower)
        site = Site(
            self.settings,
            Submissions(self.store),
            grader,
            auth,
            staff,
            People(self.store),
            courses,
            launches,
            followed,
            RegradeView(self.settings, self.store),
            ResultsView(self.settings, self.store),
        )
        server = HTTPServer(make_app(site, PREFIX))
        sockets = bind_sockets(0, "127.0.0.1")
        server.add_sockets(sockets)
        self._service_loop, self._service_stop = asyncio.get_running_loop(), asyncio.Event()
        ready.set_result(f"http://127.0.0.1:{sockets[0].getsockname()[1]}")
        await self._service_stop.wait()
        server.stop()
        await server.close_all_connections()

    def close(self) -> None:
        self._service_loop.call_soon_threadsafe(self._service_stop.set)
        self._service.join()
        super().close()

    def walk(
        self, session: requests.Session, path: str, method: str = "GET", steps: int = 10, **rest: Any
    ) -> requests.Response:
        """Call, and follow redirects as long as they lead to the hub or to the service."""
        url = self._at(path)
        for _ in range(steps):
            answer = session.request(method, url, allow_redirects=False, timeout=30, **rest)
            trust(session)
            if not answer.is_redirect:
                return answer
            where = urljoin(urlsplit(url).path, answer.headers["Location"])
            assert not urlsplit(where).netloc or where.startswith((self.url, self.service_url)), where
            url, method, rest = self._at(where), "GET", {}
        raise AssertionError(f"it never ends: {url}")

    def _at(self, where: str) -> str:
        parts = urlsplit(where)
        origin = self.service_url if parts.path.startswith(PREFIX) else self.url
        return origin + parts.path + (f"?{parts.query}" if parts.query else "")
