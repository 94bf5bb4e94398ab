"""A small LMS that takes dynamic registrations, as strict as Moodle, on a port of this machine."""

import json
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

AGS = "https://purl.imsglobal.org/spec/lti-ags/scope"
TOOL_CLAIM = "https://purl.imsglobal.org/spec/lti-tool-configuration"
PLATFORM_CLAIM = "https://purl.imsglobal.org/spec/lti-platform-configuration"


class LmsServer:
    """`registered` holds what tools have sent; `changes` and `answer` make it misbehave."""

    def __init__(self) -> None:
        self.token = "registration.token.of-the-lms"
        self.registered: list[dict[str, Any]] = []
        self.changes: dict[str, Any] = {}
        self.answer: tuple[int, Any] | None = None
        self.hold: threading.Event | None = None
        """Until it is set, a registration waits for its answer."""
        self.asked = threading.Event()
        """A registration has come."""
        self.deployment: str | None = "7"
        lms = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                self._send(200, lms.configuration() if self.path.startswith("/configuration") else {})

            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"]))
                lms.asked.set()
                if lms.hold:
                    lms.hold.wait(10)
                if lms.answer:
                    self._send(*lms.answer)
                elif self.headers.get("Authorization") != f"Bearer {lms.token}":
                    self._send(401, {"error": "missing_registration_token"})
                else:
                    self._send(*lms.register(json.loads(body)))

            def _send(self, status: int, value: Any) -> None:
                body = json.dumps(value).encode()
                self.send_response(status)
                self.send_header("Content-Type", "application/json")
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, *_: Any) -> None:
                pass

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self._server.server_port}"
        self._thread = threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.02})
        self._thread.start()

    @property
    def query(self) -> dict[str, str]:
        """What the LMS adds to the tool's link."""
        return {"openid_configuration": f"{self.url}/configuration", "registration_token": self.token}

    def configuration(self) -> dict[str, Any]:
        values = {
            "issuer": self.url,
            "authorization_endpoint": f"{self.url}/auth",
            "token_endpoint": f"{self.url}/token",
            "jwks_uri": f"{self.url}/keys",
            "registration_endpoint": f"{self.url}/register",
            "scopes_supported": [f"{AGS}/lineitem", f"{AGS}/score", "openid"],
            PLATFORM_CLAIM: {"product_family_code": "moodle", "version": "4.3 <b>"},
        }
        return values | self.changes

    def register(self, sent: dict[str, Any]) -> tuple[int, dict[str, Any]]:
        about = sent[TOOL_CLAIM]
        for name in ("initiate_login_uri", "redirect_uris", "client_name", "jwks_uri", "response_types"):
            if not sent.get(name):
                return 400, {"error": f"missing {name}"}
        if sent["token_endpoint_auth_method"] != "private_key_jwt" or "id_token" not in sent["response_types"]:
            return 400, {"error": "invalid_client_metadata"}
        if about["domain"] not in about["target_link_uri"]:
            return 400, {"error": "domain_targetlinkuri_mismatch"}
        self.registered.append(sent)
        deployment = {} if self.deployment is None else {"deployment_id": self.deployment}
        return 200, sent | {"client_id": f"client-{len(self.registered)}", TOOL_CLAIM: about | deployment}

    def close(self) -> None:
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()
