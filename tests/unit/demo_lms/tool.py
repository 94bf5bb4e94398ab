"""The demo LMS in a thread of its own, and a browser that walks between it and a tool."""

import asyncio
import itertools
import re
import threading
from concurrent.futures import Future
from dataclasses import dataclass, field
from html import unescape
from pathlib import Path
from typing import Any
from urllib.parse import urljoin

import requests

from deploy.demo_lms import Config, start
from deploy.demo_lms.catalogue import Link
from deploy.demo_lms.lms import DemoLms
from deploy.demo_lms.tools import Tool13
from deploy.scripted_learner import browser_session
from openjupyter_service.platforms import Platform11, Platform13

KEY, SECRET = "demo-key", "demo-secret"
NUMBERS = itertools.count(1)


class LmsThread:
    """A demo LMS on a port of this machine; `connect` tells it the tool."""

    def __init__(self, folder: Path, mode: str = "plain", *, with_tool13: bool = True) -> None:
        self.folder, self.mode, self.with_tool13 = folder, mode, with_tool13
        self.port = 0
        self.url = self._start("http://127.0.0.1:1")
        self._stop()

    def connect(self, hub_url: str) -> None:
        """Start again, on the same port, with a tool."""
        assert self._start(hub_url) == self.url

    def _start(self, hub_url: str) -> str:
        ready: Future[str] = Future()
        self._thread = threading.Thread(target=self._run, args=(hub_url, ready))
        self._thread.start()
        return ready.result(30)

    def _run(self, hub_url: str, ready: "Future[str]") -> None:
        try:
            asyncio.run(self._serve(hub_url, ready))
        except BaseException as error:
            ready.set_exception(error)

    async def _serve(self, hub_url: str, ready: "Future[str]") -> None:
        launch = f"{hub_url}/hub/lti/launch"
        tool = Tool13("openjupyter", "1", "OpenJupyter", f"{hub_url}/hub/lti/login", launch, f"{hub_url}/hub/lti/jwks")
        lms = start(
            Config(
                launch,
                KEY,
                SECRET,
                self.folder,
                port=self.port,
                tool13=tool if self.with_tool13 else None,
                mode=self.mode,
            )
        )
        self.port = lms.port
        self._state: DemoLms = lms.app.settings["lms"]
        self._loop, self._ended = asyncio.get_running_loop(), asyncio.Event()
        ready.set_result(lms.url)
        await self._ended.wait()
        await lms.stop()

    def _stop(self) -> None:
        self._loop.call_soon_threadsafe(self._ended.set)
        self._thread.join()

    close = _stop

    def links(self, course: str) -> list[Link]:
        """The links of a course, those added by instructors included."""

        async def look() -> list[Link]:
            found = self._state.catalogue.course(course)
            return list(found.links) if found else []

        return asyncio.run_coroutine_threadsafe(look(), self._loop).result(30)

    @property
    def platforms(self) -> list[dict[str, Any]]:
        """As the tool's operator registers it, by both versions."""
        by_key = Platform11(name="demo", consumer_key=KEY, secret_file=None, secret=SECRET, private_network=True)  # type: ignore[arg-type]
        by_issuer = Platform13(
            name="demo13",
            issuer=self.url,
            client_id="openjupyter",
            deployments=("1",),
            authorization_url=f"{self.url}/lti13/authorize",
            token_url=f"{self.url}/lti13/token",
            jwks_url=f"{self.url}/lti13/jwks",
            private_network=True,
        )
        told = [by_key.model_dump(mode="json") | {"secret": SECRET}]
        return [*told, by_issuer.model_dump(mode="json")] if self.with_tool13 else told

    def trouble(self, calls: int, **kind: Any) -> None:
        """Let so many calls of the services go wrong."""
        answer = requests.post(f"{self.url}/api/faults", json={"calls": calls} | kind, timeout=30)
        assert answer.status_code == 200, answer.text

    def gradebook(self, course: str = "data-science") -> dict[tuple[str, str], float | None]:
        """Scores by person and link."""
        rows = requests.get(f"{self.url}/gradebook.json?course={course}", timeout=30).json()["rows"]
        return {(row["user_id"], row["resource_link_id"]): row["score"] for row in rows}


@dataclass
class Walker:
    """Somebody's browser: it follows forms that send themselves."""

    lms: LmsThread
    session: requests.Session = field(default_factory=browser_session)

    def sign_in(self, person: str) -> "Walker":
        page = self.get("/signin")
        (token,) = set(re.findall(r'name="_xsrf" value="([^"]+)"', page.text))
        self.session.post(f"{self.lms.url}/signin", data={"user_id": person, "_xsrf": token}, timeout=30)
        return self

    def get(self, path: str) -> requests.Response:
        return self.session.get(urljoin(self.lms.url, path), timeout=30)

    def send(self, page: requests.Response, *, redirects: bool = True) -> requests.Response:
        """Send the only form of a page."""
        url, fields = form(page)
        return self.session.post(url, data=fields, allow_redirects=redirects, timeout=30)

    def click(self, path: str) -> requests.Response:
        """From a link of the LMS to the page with the signed message, in two steps by LTI 1.3 and one by 1.1."""
        page = self.get(path)
        return self.send(page) if "tool=" in path else page


def form(page: requests.Response) -> tuple[str, dict[str, str]]:
    """Address and fields of the form that a page sends by itself."""
    assert page.status_code == 200, page.text
    (inside,) = re.findall(r'<form id="launch"(.*?)</form>', page.text, re.DOTALL)
    (url,) = re.findall(r'action="([^"]*)"', inside)
    return unescape(url), {
        name: unescape(value) for name, value in re.findall(r'name="([^"]+)" value="([^"]*)"', inside)
    }
