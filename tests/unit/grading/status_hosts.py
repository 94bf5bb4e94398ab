"""APIs of Git hosts for commit statuses, played by what their own pages say; nothing of the project is used here."""

import base64
import json
import re
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import unquote

TOKEN = "status-t0ken"
COMMITS = {"a" * 40, "b" * 40}


class PlayedHost:
    """One host of a kind, with the repository team/course (sub/team/course at GitLab)."""

    def __init__(self, kind: str) -> None:
        self.kind = kind
        self.url = ""
        self.statuses: list[dict[str, Any]] = []
        """Taken ones, with the commit as `sha`."""
        self.asked: list[str] = []
        self.failures: list[int] = []
        """Statuses to answer with before anything is taken."""
        self.tokens: list[str] = []

    def answer(self, method: str, path: str, headers: Any, body: bytes) -> tuple[int, dict[str, Any] | str]:
        self.asked.append(f"{method} {path}")
        authorization = headers.get("Authorization", headers.get("PRIVATE-TOKEN"))
        if authorization:
            self.tokens.append(authorization)
        if method == "POST" and self.failures:
            return self.failures.pop(0), {"message": "not now"}
        return getattr(self, f"_{self.kind}")(method, path, headers, body)

    def _github(self, method: str, path: str, headers: Any, body: bytes) -> tuple[int, dict[str, Any] | str]:
        if path == "/api/v3/meta":
            return 200, {"installed_version": "3.14.0"}
        found = re.fullmatch(r"/api/v3/repos/team/course/statuses/([0-9a-f]{40})", path)
        if method != "POST" or not found or not headers.get("User-Agent"):
            return 404, {"message": "Not Found"}
        if headers.get("Authorization") != f"Bearer {TOKEN}":
            return 401, {"message": "Bad credentials"}
        data = json.loads(body)
        if data["state"] not in ("error", "failure", "pending", "success") or len(data["description"]) > 140:
            return 422, {"message": "Validation Failed"}
        return self._take(found[1], data, {"state", "target_url", "description", "context"}, 201)

    def _gitlab(self, method: str, path: str, headers: Any, body: bytes) -> tuple[int, dict[str, Any] | str]:
        if path == "/api/v4/version":
            return 401, {"message": "401 Unauthorized"}
        found = re.fullmatch(r"/api/v4/projects/([^/]+)/statuses/([0-9a-f]{40})", path)
        if method != "POST" or not found or unquote(found[1]) != "sub/team/course":
            return 404, {"error": "404 Not Found"}
        if headers.get("PRIVATE-TOKEN") != TOKEN:
            return 401, {"message": "401 Unauthorized"}
        data = json.loads(body)
        if data["state"] not in ("pending", "running", "success", "failed", "canceled", "skipped"):
            return 400, {"error": "state does not have a valid value"}
        if any((each["sha"], each["state"]) == (found[2], data["state"]) for each in self.statuses):
            return 400, {"message": f"Cannot transition status via :enqueue from :{data['state']}"}
        return self._take(found[2], data, {"state", "name", "target_url", "description"}, 201)

    def _gitea(self, method: str, path: str, headers: Any, body: bytes) -> tuple[int, dict[str, Any] | str]:
        if path == "/git/api/v1/version":
            return 200, {"version": "1.24.2"}
        found = re.fullmatch(r"/git/api/v1/repos/team/course/statuses/([0-9a-f]{40})", path)
        if method != "POST" or not found:
            return 404, "<html>Not here</html>"
        if headers.get("Authorization") != f"token {TOKEN}":
            return 401, {"message": "user does not exist"}
        data = json.loads(body)
        if data["state"] not in ("pending", "success", "error", "failure", "warning"):
            return 422, {"message": "no such state"}
        return self._take(found[1], data, {"state", "target_url", "description", "context"}, 201)

    def _bitbucket(self, method: str, path: str, headers: Any, body: bytes) -> tuple[int, dict[str, Any] | str]:
        if path == "/rest/api/1.0/application-properties":
            return 200, {"version": "8.19.0", "displayName": "Bitbucket"}
        found = re.fullmatch(r"/rest/build-status/1\.0/commits/([0-9a-f]{40})", path)
        if method != "POST" or not found:
            return 404, "<html>Not here</html>"
        basic = "Basic " + base64.b64encode(f"somebody:{TOKEN}".encode()).decode()
        if headers.get("Authorization") not in (f"Bearer {TOKEN}", basic):
            return 401, {"errors": [{"message": "Authentication failed"}]}
        data = json.loads(body)
        if data["state"] not in ("SUCCESSFUL", "FAILED", "INPROGRESS") or not data["key"] or not data["url"]:
            return 400, {"errors": [{"message": "wrong"}]}
        status, answer = self._take(found[1], data, {"state", "key", "name", "url", "description"}, 201)
        return (204, "") if status == 201 else (status, answer)

    def _take(self, sha: str, data: dict[str, Any], names: set[str], status: int) -> tuple[int, dict[str, Any]]:
        if sha not in COMMITS:
            return 422, {"message": f"No commit found for SHA: {sha}"}
        assert set(data) <= names, data
        self.statuses.append({"sha": sha, **data})
        return status, {"id": 1}


class _Handler(BaseHTTPRequestHandler):
    host: PlayedHost

    def log_message(self, *_: Any) -> None:
        pass

    def do_GET(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        status, answer = self.host.answer(self.command, self.path, self.headers, body)
        content = (answer if isinstance(answer, str) else json.dumps(answer)).encode()
        self.send_response(status)
        self.send_header("Content-Type", "text/html" if isinstance(answer, str) else "application/json")
        if status == 302:
            self.send_header("Location", "http://127.0.0.1:9/elsewhere")
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    do_POST = do_GET


@contextmanager
def played_host(kind: str) -> Iterator[PlayedHost]:
    host = PlayedHost(kind)
    server = ThreadingHTTPServer(("127.0.0.1", 0), type("Handler", (_Handler,), {"host": host}))
    server.daemon_threads = True
    host.url = f"http://127.0.0.1:{server.server_port}"
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
    thread.start()
    try:
        yield host
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
