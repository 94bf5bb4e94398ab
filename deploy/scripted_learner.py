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
from typing import Any
from urllib.parse import parse_qs, quote, urlencode, urlsplit

import requests
from tornado.httpclient import HTTPRequest
from tornado.websocket import websocket_connect

from deploy.errors import SetupError

LAUNCH_SECONDS = 180
CELL_SECONDS = 300
_POLL_SECONDS = 0.3

Json = dict[str, Any]


@dataclass
class ScriptedLearner:
    """One person of the demo LMS, and the browser session of the launch."""

    lms_url: str
    user_id: str
    session: requests.Session = field(default_factory=requests.Session)
    server_url: str = ""
    """Where this learner's own server is, once launched, without a slash at the end."""
    _pull: dict[str, str] = field(default_factory=dict)

    def launch(self, resource_link_id: str) -> None:
        """Click the link in the LMS and wait until the server runs; its address is then in `server_url`."""
        form = self.signed_launch(resource_link_id)
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


def _check(answer: requests.Response, what: str) -> None:
    if answer.status_code >= 400:
        raise SetupError(f"{what} answered {answer.status_code} at {urlsplit(answer.url).path}")
