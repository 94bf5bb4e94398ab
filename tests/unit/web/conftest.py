"""The service's real web application on a free port; only the hub, which is outside, is played."""

import asyncio
import json
import logging
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from jupyterhub.services.auth import HubOAuth
from tornado.httpclient import AsyncHTTPClient, HTTPResponse
from tornado.httpserver import HTTPServer
from tornado.netutil import bind_sockets
from tornado.simple_httpclient import SimpleAsyncHTTPClient
from tornado.web import Application

from openjupyter_service.grading.course_view import CourseView
from openjupyter_service.grading.grader import Grader
from openjupyter_service.grading.results import ResultsView
from openjupyter_service.grading.staff import StaffView
from openjupyter_service.grading.staff_regrades import RegradeView
from openjupyter_service.store.launches import Launches
from openjupyter_service.store.people import People
from openjupyter_service.web.app import make_app
from openjupyter_service.web.base import Site
from tests.unit.grading.course import CourseSite, make_site

PREFIX = "/services/openjupyter/"
SCOPE = "access:services!service=openjupyter"


def user(name: str, *scopes: str, kind: str = "user") -> dict[str, Any]:
    return {"kind": kind, "name": name, "scopes": list(scopes)}


TOKENS: dict[str, dict[str, Any]] = {
    "token-of-ada": user("ada", SCOPE),
    "token-of-ben": user("ben", "access:services"),
    "token-of-a-service": user("culler", SCOPE, kind="service"),
    "token-without-access": user("eve", "self", "access:servers!user=eve"),
    "token-of-another-service": user("eve", "access:services!service=another"),
}


class PlayedHub(HubOAuth):  # type: ignore[misc]
    """The hub's own class for services; what it would ask the hub is answered from a table."""

    def user_for_token(self, token: str, use_cache: bool = True, session_id: str = "", *, sync: bool = True) -> Any:
        assert not sync, "a blocking call would stop the whole service"

        async def answer() -> Any:
            await asyncio.sleep(0)
            return TOKENS.get(token)

        return answer()


@dataclass
class Client:
    """Calls below the service's prefix."""

    url: str
    course: CourseSite
    grader: Grader
    app: Application
    log: pytest.LogCaptureFixture
    answers: list[HTTPResponse] = field(default_factory=list)
    http: AsyncHTTPClient = field(default_factory=lambda: SimpleAsyncHTTPClient(force_instance=True))

    async def fetch(
        self, path: str, method: str = "GET", token: str | None = "token-of-ada", body: bytes | None = None, **rest: Any
    ) -> HTTPResponse:
        headers = {"Authorization": f"token {token}"} if token else {}
        headers |= rest.pop("headers", {})
        answer = await self.http.fetch(
            self.url + path,
            method=method,
            headers=headers,
            body=b"" if body is None and method in ("POST", "PUT", "PATCH") and "body_producer" not in rest else body,
            raise_error=False,
            follow_redirects=False,
            allow_nonstandard_methods=True,
            **rest,
        )
        self.answers.append(answer)
        return answer

    async def submit(self, token: str = "token-of-ada") -> str:
        answer = await self.fetch("api/submissions", "POST", token, self.course.body())
        assert answer.code == 202, answer.body
        return str(data(answer)["id"])


def data(answer: HTTPResponse) -> dict[str, Any]:
    assert answer.headers["Content-Type"].startswith("application/json"), answer.body
    found = json.loads(answer.body)
    assert isinstance(found, dict)
    return found


def refusal(answer: HTTPResponse, status: int) -> str:
    """The sentence of an answer that must have this status."""
    assert answer.code == status, (answer.code, answer.body)
    found = data(answer)
    assert set(found) == {"status", "message"} and found["status"] == status
    assert isinstance(found["message"], str) and len(found["message"]) > 5
    return found["message"]


@pytest.fixture
async def client(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> AsyncIterator[Client]:
    caplog.set_level(logging.INFO)
    course = make_site(tmp_path)
    hub = PlayedHub(
        api_token="the service's own",
        api_url="http://127.0.0.1:9/hub/api",
        access_scopes={SCOPE},
        oauth_client_id="service-openjupyter",
        base_url=PREFIX,
    )
    grader = Grader(course.settings, course.store)
    staff = StaffView(course.settings, course.store)
    site = Site(
        course.settings,
        course.submissions,
        grader,
        hub,
        staff,
        People(course.store),
        grader.courses,
        Launches(course.store),
        CourseView(course.settings, course.store, grader.follower),
        RegradeView(course.settings, course.store),
        ResultsView(course.settings, course.store),
    )
    app = make_app(site, PREFIX)
    server = HTTPServer(app, max_body_size=2 * 2**20)
    sockets = bind_sockets(0, "127.0.0.1")
    server.add_sockets(sockets)
    url = f"http://127.0.0.1:{sockets[0].getsockname()[1]}{PREFIX}"
    client = Client(url, course, grader, app, caplog)
    yield client
    client.http.close()
    server.stop()
    await server.close_all_connections()
    course.store.close()
    for answer in client.answers:
        text = (answer.body or b"") + str(answer.headers).encode()
        assert b"Traceback" not in text and str(tmp_path).encode() not in text
    assert not [token for token in TOKENS if token in caplog.text], "a token is in the log"
