"""A learner without a browser: launches from the demo LMS, waits for JupyterLab, edits a notebook, runs its last cell.

It goes the way a browser goes, redirects, cookies and WebSocket included, so that what works for it works for people.
"""

import asyncio
import contextlib
import json
import time
import uuid
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from html.parser import HTMLParser
from http.cookiejar import Cookie
from typing import Any
from urllib.parse import parse_qs, quote, urlencode, urlsplit

import requests
from requests.cookies import RequestsCookieJar
from tornado.httpclient import HTTPRequest
from tornado.websocket import websocket_connect

from deploy.errors import SetupError

LAUNCH_SECONDS = 180
CELL_SECONDS = 300
_POLL_SECONDS = 0.3

Json = dict[str, Any]


class _TrustingJar(RequestsCookieJar):
    """Sends Secure cookies without TLS, too: browsers trust their own machine so."""

    def set_cookie(self, cookie: Cookie, *args: Any, **kwargs: Any) -> None:
        cookie.secure = False
        super().set_cookie(cookie, *args, **kwargs)


def browser_session() -> requests.Session:
    """A session with the cookies that a browser would send to its own machine."""
    session = requests.Session()
    session.trust_env = False
    session.cookies = _TrustingJar()
    return session


@dataclass
class ScriptedLearner:
    """One person of the demo LMS, and the browser session of the launch."""

    lms_url: str
    user_id: str
    session: requests.Session = field(default_factory=browser_session)
    client_id: str = ""
    """Of the tool at the LMS, to launch by LTI 1.3; without it, by 1.1."""
    server_url: str = ""
    """Where this learner's own server is, once launched, without a slash at the end."""
    _pull: dict[str, str] = field(default_factory=dict)

    def launch(self, resource_link_id: str) -> None:
        """Click the link in the LMS and wait until the server runs; its address is then in `server_url`."""
        form = self.launch_by_13(resource_link_id) if self.client_id else self.signed_launch(resource_link_id)
        answer = self.session.post(form["url"], data=form["parameters"], timeout=60)
        deadline = time.monotonic() + LAUNCH_SECONDS
        while "/git-pull" not in urlsplit(answer.url).path:
            _check(answer, "the launch")
            if time.monotonic() > deadline:
                raise SetupError(f"the learner's server was not ready within {LAUNCH_SECONDS} s")
            time.sleep(_POLL_SECONDS)
            answer = self.session.get(answer.url, timeout=60)
        _check(answer, "the learner's server")
        address = urlsplit(answer.url)
        self.server_url = f"{address.scheme}://{address.netloc}{address.path.partition('/git-pull')[0]}"
        self._pull = {name: values[0] for name, values in parse_qs(address.query).items()}

    def signed_launch(self, resource_link_id: str) -> Json:
        """A freshly signed launch as the LMS would have the browser post it: {"url", "parameters"}."""
        answer = requests.post(
            f"{self.lms_url}/api/launch",
            json={"user_id": self.user_id, "resource_link_id": resource_link_id},
            timeout=30,
        )
        _check(answer, "the demo LMS")
        form: Json = answer.json()
        return form

    def launch_by_13(self, resource_link_id: str) -> Json:
        """The form with an id_token, as `signed_launch` gives it, after a click and a login by LTI 1.3."""
        self.sign_in()
        click = self.session.get(f"{self.lms_url}/launch/{resource_link_id}?tool={self.client_id}", timeout=30)
        login = _sent_form(click, "the click")
        return _sent_form(self.session.post(login["url"], data=login["parameters"], timeout=60), "the login")

    def sign_in(self) -> None:
        """Become this person at the demo LMS."""
        page = self.session.get(f"{self.lms_url}/signin", timeout=30)
        _check(page, "the demo LMS")
        fields = {"user_id": self.user_id, "_xsrf": _read_form(page.text)["parameters"]["_xsrf"]}
        _check(self.session.post(f"{self.lms_url}/signin", data=fields, timeout=30), "signing in at the demo LMS")

    def pull(self) -> str:
        """Let nbgitpuller fetch the course, as its page does; gives the path of the exercise's notebook."""
        wanted = {name: self._pull[name] for name in ("repo", "branch", "targetpath")}
        with self.session.get(
            f"{self.server_url}/git-pull/api?{urlencode(wanted)}", headers=self._headers(), stream=True, timeout=60
        ) as stream:
            _check(stream, "git pull")
            for line in stream.iter_lines():
                if not line.startswith(b"data:"):
                    continue
                event = json.loads(line[5:])
                if event.get("phase") == "error":
                    raise SetupError(f"git pull failed: {event.get('message')}")
                if event.get("phase") == "finished":
                    return self._pull["urlpath"].partition("/tree/")[2]
        raise SetupError("git pull ended without a result")

    def wait_for_lab(self) -> None:
        """Load the JupyterLab page itself."""
        _check(self.session.get(f"{self.server_url}/lab", timeout=60), "JupyterLab")

    def read(self, path: str) -> Any:
        """Content of a file in the learner's home."""
        answer = self.session.get(self._contents(path), headers=self._headers(), timeout=60)
        _check(answer, path)
        return answer.json()["content"]

    def write(self, path: str, content: Any) -> None:
        """Save a notebook (a dict) or a text file, as JupyterLab saves it."""
        if isinstance(content, dict):
            model = {"type": "notebook", "format": "json", "content": content}
        else:
            model = {"type": "file", "format": "text", "content": content}
        _check(self.session.put(self._contents(path), json=model, headers=self._headers(), timeout=60), path)

    def run(self, notebook: str, code: str) -> str:
        """Run code in a new kernel of the notebook; gives the text of its outputs, each display in its last state."""
        with self.kernel(notebook) as execute:
            return execute(code)

    @contextlib.contextmanager
    def kernel(self, notebook: str) -> Iterator[Callable[[str], str]]:
        """A kernel of the notebook for the time of the block: a function that runs code and gives its output's text."""
        name = notebook.rpartition("/")[2]
        model = {"path": notebook, "name": name, "type": "notebook", "kernel": {"name": "python3"}}
        sessions = f"{self.server_url}/api/sessions"
        answer = self.session.post(sessions, json=model, headers=self._headers(), timeout=60)
        _check(answer, "the kernel")
        created = answer.json()
        try:
            yield lambda code: asyncio.run(self._execute(created["kernel"]["id"], code, notebook))
        finally:
            self.session.delete(f"{sessions}/{created['id']}", headers=self._headers(), timeout=60)

    async def _execute(self, kernel: str, code: str, notebook: str) -> str:
        url = f"{self.server_url}/api/kernels/{kernel}/channels"
        cookies = self.session.prepare_request(requests.Request("GET", url)).headers.get("Cookie", "")
        request = HTTPRequest("ws" + url.removeprefix("http"), headers={"Cookie": str(cookies), **self._headers()})
        socket = await websocket_connect(request)
        message = uuid.uuid4().hex
        await socket.write_message(json.dumps(_execute_request(message, code)))
        shown: dict[str, str] = {}
        async with asyncio.timeout(CELL_SECONDS):
            while True:
                received = await socket.read_message()
                if received is None:
                    raise SetupError("the kernel closed the connection")
                reply = json.loads(received)
                if reply.get("parent_header", {}).get("msg_id") != message:
                    continue
                _collect(shown, reply)
                if "application/javascript" in reply["content"].get("data", {}):
                    # The grading cell asks the browser to save; JupyterLab writes the file, and so do we.
                    await asyncio.to_thread(self._save_again, notebook)
                if reply["msg_type"] == "status" and reply["content"]["execution_state"] == "idle":
                    break
        socket.close()
        return "\n".join(shown.values())

    def _save_again(self, notebook: str) -> None:
        self.write(notebook, self.read(notebook))

    def stop_server(self) -> None:
        """End this learner's server, as the hub's own page does."""
        address = urlsplit(self.server_url)
        root, _, name = address.path.partition("/user/")
        hub = f"{address.scheme}://{address.netloc}{root}/hub"
        self.session.get(f"{hub}/home", timeout=60)
        xsrf = {"X-XSRFToken": self._cookie("_xsrf", f"{root}/hub/"), "Referer": f"{hub}/home"}
        self.session.delete(f"{hub}/api/users/{name}/server", headers=xsrf, timeout=60)

    def _contents(self, path: str) -> str:
        return f"{self.server_url}/api/contents/{quote(path)}"

    def _headers(self) -> dict[str, str]:
        return {"X-XSRFToken": self._cookie("_xsrf", urlsplit(self.server_url).path + "/")}

    def _cookie(self, name: str, path: str) -> str:
        return next(
            (cookie.value or "" for cookie in self.session.cookies if (cookie.name, cookie.path) == (name, path)), ""
        )


def _execute_request(message: str, code: str) -> Json:
    return {
        "channel": "shell",
        "header": {
            "msg_id": message,
            "msg_type": "execute_request",
            "username": "",
            "session": uuid.uuid4().hex,
            "date": "",
            "version": "5.3",
        },
        "parent_header": {},
        "metadata": {},
        "buffers": [],
        "content": {"code": code, "silent": False, "store_history": True, "allow_stdin": False, "user_expressions": {}},
    }


def _collect(shown: dict[str, str], reply: Json) -> None:
    """Keep the text of an output message; an update takes the place of what it updates."""
    content = reply["content"]
    if reply["msg_type"] == "stream":
        shown["stream"] = shown.get("stream", "") + content["text"]
    elif reply["msg_type"] in ("display_data", "update_display_data", "execute_result"):
        shown[content.get("transient", {}).get("display_id", uuid.uuid4().hex)] = content["data"].get("text/plain", "")
    elif reply["msg_type"] == "error":
        shown["error"] = f"{content['ename']}: {content['evalue']}"


class _FormReader(HTMLParser):
    """Reads the form of an id, or all fields of a page where none is given."""

    def __init__(self, form_id: str) -> None:
        super().__init__()
        self.form_id, self.inside = form_id, not form_id
        self.url, self.parameters = "", dict[str, str]()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Called by the parser."""
        found = {name: value or "" for name, value in attrs}
        if tag == "form" and self.form_id:
            self.inside = found.get("id") == self.form_id
            self.url = found.get("action", "") if self.inside else self.url
        elif tag == "input" and self.inside:
            self.parameters[found.get("name", "")] = found.get("value", "")


def _read_form(page: str, form_id: str = "") -> Json:
    reader = _FormReader(form_id)
    reader.feed(page)
    return {"url": reader.url, "parameters": reader.parameters}


def _sent_form(page: requests.Response, what: str) -> Json:
    """The form that a page of the demo LMS sends by itself: {"url", "parameters"}."""
    _check(page, what)
    form = _read_form(page.text, "launch")
    if not form["url"]:
        raise SetupError(f"{what} did not lead to a form that sends itself, but to {urlsplit(page.url).path}")
    return form


def _check(answer: requests.Response, what: str) -> None:
    if answer.status_code >= 400:
        raise SetupError(f"{what} answered {answer.status_code} at {urlsplit(answer.url).path}")
