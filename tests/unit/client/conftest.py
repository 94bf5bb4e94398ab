"""A grading service that is played by a small HTTP server, and a learner's home folder with a launched exercise."""

import json
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest

from openjupyter.client.language import VARIABLE

Answer = tuple[int, Any]
"""Status, and a JSON object, or bytes; bytes are sent as they are and may end in the middle."""

TOKEN = "the learner's token"


@dataclass
class Request:
    method: str
    path: str
    authorization: str
    body: bytes


class PlayedService:
    """Answers by path, one after the other; the last answer stays."""

    def __init__(self) -> None:
        self.requests: list[Request] = []
        self._answers: dict[str, list[Answer | Callable[[Request], Answer]]] = {}
        played = self

        class Handler(BaseHTTPRequestHandler):
            def handle_any(self) -> None:
                body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
                request = Request(self.command, self.path, self.headers.get("Authorization", ""), body)
                played.requests.append(request)
                answers = played._answers.get(self.path.split("?")[0], [(404, {"message": "nothing here"})])
                answer = answers.pop(0) if len(answers) > 1 else answers[0]
                status, content = answer(request) if callable(answer) else answer
                whole = content if isinstance(content, bytes) else json.dumps(content).encode()
                self.send_response(status)
                self.send_header("Connection", "close")
                self.end_headers()
                self.wfile.write(whole)

            do_GET = do_POST = handle_any

            def log_message(self, format: str, *args: Any) -> None:
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_address[1]}/services/openjupyter"
        threading.Thread(target=self.server.serve_forever, args=(0.01,), daemon=True).start()

    def answer(self, path: str, *answers: Answer | Callable[[Request], Answer]) -> None:
        self._answers["/services/openjupyter" + path] = list(answers)

    def asked(self, path: str) -> list[Request]:
        return [request for request in self.requests if request.path.split("?")[0].endswith(path)]


def stream(*events: dict[str, Any], end: bytes = b"") -> bytes:
    """A body of server-sent events."""
    return b"".join(b"data: " + json.dumps(event).encode() + b"\n\n" for event in events) + end


@pytest.fixture(autouse=True)
def english(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whoever runs the tests may have another language."""
    monkeypatch.setenv(VARIABLE, "en")


@pytest.fixture
def service(monkeypatch: pytest.MonkeyPatch) -> Iterator[PlayedService]:
    service = PlayedService()
    monkeypatch.setenv("OPENJUPYTER_URL", service.url)
    monkeypatch.setenv("JUPYTERHUB_API_TOKEN", TOKEN)
    yield service
    service.server.shutdown()
    service.server.server_close()


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A home folder; nothing of the environment of whoever runs the tests is left."""
    folder = tmp_path / "home"
    folder.mkdir()
    monkeypatch.setenv("HOME", str(folder))
    for name in ("JPY_SESSION_NAME", "OPENJUPYTER_URL", "JUPYTERHUB_API_TOKEN", "OPENJUPYTER_SANDBOX"):
        monkeypatch.delenv(name, raising=False)
    return folder


@pytest.fixture
def notebook(home: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The notebook of a launched exercise."""
    path = home / "python" / "means" / "means.ipynb"
    path.parent.mkdir(parents=True)
    path.write_text('{"cells": "ä"}', encoding="utf-8")
    monkeypatch.setenv("JPY_SESSION_NAME", "python/means/means.ipynb")
    return path
