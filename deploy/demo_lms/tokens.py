"""Access tokens for tools (1EdTech Security Framework 1.0, section 4; RFC 6749, section 4.4; RFC 7523)."""

import json
import secrets
from email.message import Message as HeaderParser
from urllib.parse import parse_qs

import tornado.web
from joserfc import jws
from joserfc.errors import JoseError

from deploy.demo_lms.base import JsonHandler
from deploy.demo_lms.keys import NotSigned
from deploy.demo_lms.tools import Tool13

TOKEN_SECONDS = 3600
_ASSERTION = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"


class TokenRefused(Exception):
    """There is no token; the first argument is an error code of RFC 6749, section 5.2."""


class TokenHandler(JsonHandler):
    """The token endpoint."""

    def check_xsrf_cookie(self) -> None:
        """Not needed: requests carry a signature and no cookie counts."""

    async def post(self) -> None:
        """Give a token to who can sign for a tool."""
        if await self.hits_fault():
            return
        try:
            tool, scopes = await self._authenticate()
        except TokenRefused as error:
            self.note("refused", f"No token: {error.args[1]}.")
            # Moodle says no more than this.
            self.set_status(400 if self.lms.mode.token_errors else 404)
            self.finish(
                {"error": error.args[0], "error_description": error.args[1]} if self.lms.mode.token_errors else ""
            )
            return
        token = secrets.token_urlsafe(32)
        expires = self.lms.clock() + TOKEN_SECONDS
        self.lms.store.put("token", token, {"client": tool.client_id, "scopes": scopes, "expires": expires})
        self.finish(
            {"access_token": token, "token_type": "Bearer", "expires_in": TOKEN_SECONDS, "scope": " ".join(scopes)}
        )

    async def _authenticate(self) -> tuple[Tool13, list[str]]:
        form = self._form()
        if form.get("grant_type") != "client_credentials":
            raise TokenRefused("unsupported_grant_type", "grant_type is not client_credentials")
        if form.get("client_assertion_type") != _ASSERTION:
            raise TokenRefused("invalid_request", "client_assertion_type is not that of a JWT")
        assertion = form.get("client_assertion", "")
        tool = self.lms.tools.get(_client_id(assertion))
        if tool is None:
            raise TokenRefused("invalid_client", "the client is not known")
        now = self.lms.clock()
        try:
            claims = await self.lms.tool_keys.verify(tool, assertion, now, self.endpoint)
        except NotSigned as error:
            raise TokenRefused("invalid_client", str(error)) from None
        if claims.get("sub") != tool.client_id:
            raise TokenRefused("invalid_client", "sub is not the client id")
        number = claims.get("jti")
        if not isinstance(number, str) or not number:
            raise TokenRefused("invalid_client", "jti is missing")
        if not self.lms.store.use_nonce(f"assertion {tool.client_id}", number, int(now), oldest=int(now) - 7200):
            raise TokenRefused("invalid_client", "the assertion was used before")
        scopes = [scope for scope in form.get("scope", "").split() if scope in tool.scopes]
        if not scopes:
            raise TokenRefused("invalid_scope", "no scope that is open to this tool")
        return tool, scopes

    def _form(self) -> dict[str, str]:
        header = HeaderParser()
        header["Content-Type"] = self.request.headers.get("Content-Type", "")
        if header.get_content_type() != "application/x-www-form-urlencoded":
            raise TokenRefused("invalid_request", "the body is not a form")
        try:
            form = parse_qs(self.request.body.decode("ascii"), keep_blank_values=True, strict_parsing=True)
        except ValueError:
            raise TokenRefused("invalid_request", "the body is not a form") from None
        if any(len(values) > 1 for values in form.values()):
            raise TokenRefused("invalid_request", "a parameter stands twice")
        return {name: values[0] for name, values in form.items()}

    @property
    def endpoint(self) -> str:
        """The address of this endpoint, for which assertions are made."""
        return f"{self.lms.config.base_url}/lti13/token"


def _client_id(assertion: str) -> str:
    """Who the assertion says it is from; whether that is so is found out with that tool's keys."""
    try:
        claims = json.loads(jws.extract_compact(assertion.encode()).payload)
        return str(claims.get("iss", ""))
    except (JoseError, ValueError, AttributeError, RecursionError):
        return ""


class BearerHandler(JsonHandler):
    """Base of the services: who has no token for one of ``scopes`` gets nowhere."""

    client = ""

    def check_xsrf_cookie(self) -> None:
        """Not needed: requests carry a token and no cookie counts."""

    def require(self, *scopes: str) -> None:
        """Look at the token; 401 where it does not hold, 403 where it is for something else."""
        kind, _, token = self.request.headers.get("Authorization", "").partition(" ")
        known = self.lms.store.get("token", token) if kind.lower() == "bearer" else None
        if known is None or known["expires"] <= self.lms.clock() or known["client"] not in self.lms.tools:
            self.set_header("WWW-Authenticate", 'Bearer realm="demo-lms", error="invalid_token"')
            raise tornado.web.HTTPError(401, "The access token is unknown or has expired.")
        if not set(scopes) & set(known["scopes"]):
            raise tornado.web.HTTPError(403, "The access token is for something else.")
        self.client = known["client"]

    def media_type(self) -> str:
        """The type of the body, in lower case and without parameters."""
        return self.request.headers.get("Content-Type", "").partition(";")[0].strip().lower()
