"""A learner's Jupyter Server in its image, without a hub; and a page's side of its kernels."""

import asyncio
import contextlib
import json
import secrets
import uuid
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, field
from typing import Any

import docker
import requests
from docker.models.containers import Container
from tornado.httpclient import HTTPRequest
from tornado.websocket import WebSocketClientConnection, websocket_connect

START_SECONDS = 60
MESSAGE_SECONDS = 60

Message = dict[str, Any]


@dataclass
class Page:
    """One page's connection to a kernel; `seen` has all messages that came, in order."""

    socket: WebSocketClientConnection
    session: str
    seen: list[Message] = field(default_factory=list)

    async def send(self, kind: str, content: Message, channel: str = "shell") -> str:
        """Send a request; gives its id."""
        header = {
            "msg_id": uuid.uuid4().hex,
            "msg_type": kind,
            "session": self.session,
            "username": "",
            "version": "5.3",
            "date": "2026-01-01T00:00:00Z",
        }
        message = {"header": header, "parent_header": {}, "metadata": {}, "content": content, "channel": channel}
        await self.socket.write_message(json.dumps(message))
        return str(header["msg_id"])

    async def execute(self, code: str, **options: Any) -> str:
        """Run a cell; gives the request's id at once."""
        content = {"code": code, "silent": False, "store_history": True, "user_expressions": {}, "allow_stdin": True}
        return await self.send("execute_request", content | options)

    async def wait(self, fits: Callable[[Message], bool]) -> Message:
        """The next message that fits; those before it are in `seen`, too."""
        async with asyncio.timeout(MESSAGE_SECONDS):
            while True:
                text = await self.socket.read_message()
                assert text is not None, "the server has closed the connection"
                message: Message = json.loads(text)
                self.seen.append(message)
                if fits(message):
                    return message

    async def reply(self, request: str) -> Message:
        """Content of the reply to a request."""
        found = await self.wait(lambda each: is_of(each, request) and each["header"]["msg_type"].endswith("_reply"))
        content: Message = found["content"]
        return content

    async def published(self, request: str) -> Message:
        """The next message that the kernel publishes while it works on a request."""
        return await self.wait(lambda each: is_of(each, request) and each["channel"] == "iopub")

    async def run(self, code: str) -> str:
        """Run a cell to its end; gives what it has printed, errors among it."""
        request = await self.execute(code)
        await self.wait(lambda each: is_of(each, request) and each["content"].get("execution_state") == "idle")
        return self.printed(request)

    def printed(self, request: str) -> str:
        """What this request has printed so far, errors among it."""
        contents = [each["content"] for each in self.seen if is_of(each, request) and each["channel"] == "iopub"]
        return "".join(each.get("text", "") + each.get("evalue", "") for each in contents)


def is_of(message: Message, request: str) -> bool:
    """Does this message belong to that request?"""
    return bool(message["parent_header"].get("msg_id") == request)


@dataclass(frozen=True)
class Lab:
    """A running server."""

    container: Container
    url: str

    def get(self, path: str) -> Any:
        """JSON of a GET."""
        answer = requests.get(f"{self.url}/{path}", params={"token": TOKEN}, timeout=30)
        answer.raise_for_status()
        return answer.json()

    def text(self, path: str) -> str:
        """Text of a GET."""
        return requests.get(f"{self.url}/{path}", params={"token": TOKEN}, timeout=30).text

    def status(self, path: str) -> int:
        """Status of a GET by somebody without a token."""
        return requests.get(f"{self.url}/{path}", timeout=30).status_code

    def post(self, path: str, values: Message | None = None) -> Any:
        """JSON of a POST."""
        answer = requests.post(f"{self.url}/{path}", params={"token": TOKEN}, json=values or {}, timeout=60)
        answer.raise_for_status()
        return answer.json()

    def start_kernel(self) -> str:
        """A new kernel's id."""
        return str(self.post("api/kernels")["id"])

    @contextlib.asynccontextmanager
    async def page(self, kernel: str) -> AsyncIterator[Page]:
        """Open a connection to a kernel."""
        session = uuid.uuid4().hex
        socket = await self._connect(f"api/kernels/{kernel}/channels?token={TOKEN}&session_id={session}")
        try:
            yield Page(socket, session)
        finally:
            socket.close()

    @contextlib.asynccontextmanager
    async def events(self) -> AsyncIterator[WebSocketClientConnection]:
        """Listen to the server's events."""
        socket = await self._connect(f"api/events/subscribe?token={TOKEN}")
        try:
            yield socket
        finally:
            socket.close()

    async def _connect(self, path: str) -> WebSocketClientConnection:
        url = f"ws{self.url.removeprefix('http')}/{path}"
        return await websocket_connect(HTTPRequest(url, request_timeout=60), max_message_size=2**26)

    def run(self, *command: str) -> str:
        """Output of a command in the container, as the learner."""
        code, output = self.container.exec_run(list(command))
        assert code == 0, output
        return str(output.decode())


TOKEN = secrets.token_hex(8)


@contextlib.asynccontextmanager
async def running_lab(image: str, memory: str = "512m", **options: Any) -> AsyncIterator[Lab]:
    """Start a server with the limits that learners' containers have; it is gone at the end."""
    client = docker.from_env()
    try:
        container = client.containers.run(
            image,
            ["jupyter", "lab", "--ip=0.0.0.0", "--no-browser", f"--IdentityProvider.token={TOKEN}"],
            detach=True,
            ports={"8888/tcp": ("127.0.0.1", None)},
            mem_limit=memory,
            memswap_limit=memory,
            nano_cpus=1_000_000_000,
            pids_limit=256,
            cap_drop=["ALL"],
            security_opt=["no-new-privileges"],
            init=True,
            labels={"openjupyter.test": "lab"},
            **options,
        )
        try:
            container.reload()
            port = container.attrs["NetworkSettings"]["Ports"]["8888/tcp"][0]["HostPort"]
            lab = Lab(container, f"http://127.0.0.1:{port}")
            await _until_up(lab)
            yield lab
        finally:
            container.remove(force=True, v=True)
    finally:
        client.close()


async def _until_up(lab: Lab) -> None:
    async with asyncio.timeout(START_SECONDS):
        while True:
            with contextlib.suppress(requests.RequestException):
                await asyncio.to_thread(lab.get, "api/status")
                return
            await asyncio.sleep(0.3)
