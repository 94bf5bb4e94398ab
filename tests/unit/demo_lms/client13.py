"""A tool of LTI 1.3 for the tests of the demo LMS: it signs rightly unless told otherwise."""

import hmac
import json
from base64 import urlsafe_b64encode
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlencode

from joserfc import jwt
from joserfc.jwk import RSAKey
from tornado.httpclient import AsyncHTTPClient, HTTPResponse
from tornado.httpserver import HTTPServer
from tornado.netutil import bind_sockets
from tornado.web import Application, RequestHandler

from deploy.demo_lms.tools import SCOPES, Tool13
from tests.unit.demo_lms.helpers import Clock

ASSERTION = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"
SCORE_TYPE = "application/vnd.ims.lis.v1.score+json"
ITEM_TYPE = "application/vnd.ims.lis.v2.lineitem+json"


class _Keys(RequestHandler):
    def get(self) -> None:
        self.finish(json.dumps(self.settings["client"].key_set()))


@dataclass
class Client13:
    """The tool: its keys are at an address of its own."""

    clock: Clock
    key: RSAKey = field(default_factory=lambda: RSAKey.generate_key(2048, auto_kid=True))
    stranger: RSAKey = field(default_factory=lambda: RSAKey.generate_key(2048, auto_kid=True))
    lms_url: str = ""
    sent: int = 0

    def listen(self) -> None:
        self._server = HTTPServer(Application([("/jwks", _Keys)], client=self))
        sockets = bind_sockets(0, "127.0.0.1")
        self._server.add_sockets(sockets)
        self.url = f"http://127.0.0.1:{sockets[0].getsockname()[1]}"

    async def close(self) -> None:
        self._server.stop()
        await self._server.close_all_connections()

    def key_set(self) -> dict[str, Any]:
        return {"keys": [self.key.as_dict(private=False)]}

    @property
    def registration(self) -> Tool13:
        return Tool13("client-7", "deployment-1", "Tool", f"{self.url}/login", f"{self.url}/launch", f"{self.url}/jwks")

    def assertion(self, key: RSAKey | None = None, **changes: Any) -> str:
        self.sent += 1
        now = int(self.clock.now)
        claims = {"iss": "client-7", "sub": "client-7", "aud": f"{self.lms_url}/lti13/token", "iat": now}
        claims |= {"exp": now + 60, "jti": f"assertion-{self.sent}"} | changes
        claims = {name: value for name, value in claims.items() if value is not None}
        return jwt.encode({"alg": "RS256", "kid": self.key.kid}, claims, key or self.key)

    def forged(self) -> str:
        """An assertion signed by HS256 with what everybody knows: the public key."""
        _, payload, _ = self.assertion().split(".")
        head = _encoded(json.dumps({"alg": "HS256", "kid": self.key.kid}).encode())
        tag = hmac.digest(self.key.as_pem(private=False), f"{head}.{payload}".encode(), "sha256")
        return f"{head}.{payload}.{_encoded(tag)}"

    async def ask(self, content_type: str = "application/x-www-form-urlencoded", **changes: str) -> HTTPResponse:
        form = {
            "grant_type": "client_credentials",
            "client_assertion_type": ASSERTION,
            "client_assertion": changes.get("client_assertion") or self.assertion(),
            "scope": " ".join(SCOPES),
        } | changes
        return await self.fetch("/lti13/token", "POST", urlencode(form), {"Content-Type": content_type})

    async def token(self, *scopes: str) -> str:
        answer = await self.ask(scope=" ".join(scopes or SCOPES))
        assert answer.code == 200, answer.body
        found = json.loads(answer.body)
        assert found["token_type"] == "Bearer" and set(found["scope"].split()) == set(scopes or SCOPES)
        return str(found["access_token"])

    async def call(
        self, path: str, token: str, method: str = "GET", value: Any = None, media_type: str = ITEM_TYPE
    ) -> HTTPResponse:
        body = None if method in ("GET", "DELETE") else json.dumps(value) if not isinstance(value, str) else value
        return await self.fetch(path, method, body, {"Authorization": f"Bearer {token}", "Content-Type": media_type})

    async def fetch(self, path: str, method: str, body: str | None, headers: dict[str, str]) -> HTTPResponse:
        url = path if path.startswith("http") else self.lms_url + path
        return await AsyncHTTPClient().fetch(url, method=method, body=body, headers=headers, raise_error=False)


def _encoded(data: bytes) -> str:
    return urlsafe_b64encode(data).rstrip(b"=").decode()
