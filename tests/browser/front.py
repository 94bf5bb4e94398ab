"""Hub and service at one address, as behind the site's proxy; learners' servers are not started."""

import http.client
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import urlsplit

from tests.unit.hub.running_service import PREFIX, HubWithService


class Front:
    """Forwards each call to whom its path belongs to."""

    def __init__(self, hub: HubWithService) -> None:
        self.pages = {"/hub/user-redirect/": "<title>A notebook</title>"}
        """Pages of our own, by how their path begins."""
        pages = self.pages

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                if own := next((page for path, page in pages.items() if self.path.startswith(path)), None):
                    return self._say(200, [("Content-Type", "text/html; charset=utf-8")], own.encode())
                target = hub.service_url if self.path.startswith(PREFIX) else hub.url
                body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
                there = http.client.HTTPConnection(urlsplit(target).netloc, timeout=30)
                headers = {name: value for name, value in self.headers.items() if name != "Connection"}
                there.request(self.command, self.path, body, headers)
                answer = there.getresponse()
                content = answer.read()
                self._say(answer.status, answer.getheaders(), content)
                there.close()

            def _say(self, status: int, headers: list[tuple[str, str]], content: bytes) -> None:
                self.send_response_only(status)
                for name, value in headers:
                    if name.lower() not in ("connection", "transfer-encoding", "content-length"):
                        self.send_header(name, value)
                self.send_header("Content-Length", str(len(content)))
                self.end_headers()
                self.wfile.write(content)

            do_POST = do_GET

            def log_message(self, *_: object) -> None:
                pass

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self._server.server_port}"
        self._thread = threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.02})
        self._thread.start()

    def close(self) -> None:
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()
