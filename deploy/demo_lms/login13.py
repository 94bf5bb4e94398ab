"""The platform's half of an LTI 1.3 login: OpenID Connect's implicit flow (Security Framework 1.0, section 5.1.1)."""

import json
import secrets
from typing import Any
from urllib.parse import urlsplit

import tornado.web

from deploy.demo_lms import launch13
from deploy.demo_lms.base import BaseHandler, PageHandler
from deploy.demo_lms.catalogue import Person
from deploy.demo_lms.tools import Tool13

_FIXED = {"scope": "openid", "response_type": "id_token", "response_mode": "form_post", "prompt": "none"}


class KeySetHandler(BaseHandler):
    """Our public keys."""

    def get(self) -> None:
        """Return them."""
        self.set_header("Content-Type", "application/json")
        self.finish(json.dumps(self.lms.key.key_set()))


class AuthorizeHandler(PageHandler):
    """Answers an authentication request with a form that brings the message to the tool."""

    def prepare(self) -> None:
        """Strangers get the protocol's error, not the sign-in page."""

    def check_xsrf_cookie(self) -> None:
        """Not needed: the request changes nothing, and its answer goes to the tool's registered address alone."""

    def get(self) -> None:
        """Answer a request in the query."""
        self._answer()

    def post(self) -> None:
        """Answer a request in a form."""
        self._answer()

    def _answer(self) -> None:
        tool = self.lms.tools.get(self._one("client_id"))
        # What goes wrong before the address is known to be the tool's is for the person's eyes only.
        if tool is None or self._one("redirect_uri") != tool.launch_url:
            raise tornado.web.HTTPError(400)
        error, message = self._message(tool)
        fields = {"error": error} if error else {"id_token": self._sign(message)}
        if self._one("state"):
            fields["state"] = self._one("state")
        self.allow_forms_to(tool)
        self.render("launch.html", place="Demo LMS", title="OpenJupyter", url=tool.launch_url, parameters=fields)

    def _message(self, tool: Tool13) -> tuple[str, dict[str, Any]]:
        """An error of OpenID Connect Core 1.0, section 3.1.2.6, or "" and the claims."""
        if any(self._one(name) != value for name, value in _FIXED.items()) or not self._one("nonce"):
            return "invalid_request", {}
        person = self.person
        if person is None or self._one("login_hint") != person.id:
            return "login_required", {}
        claims = self._claims(tool, person)
        return ("", claims) if claims else ("access_denied", {})

    def _claims(self, tool: Tool13, person: Person) -> dict[str, Any] | None:
        try:
            hint = json.loads(self._one("lti_message_hint"))
            link_id, course_id = hint.get("link"), hint.get("content")
        except (ValueError, AttributeError, RecursionError):
            return None
        catalogue = self.lms.catalogue
        found = catalogue.link(link_id) if link_id else None
        if found and found[0].admits(person):
            return launch13.link_claims(self.lms, tool, person, *found)
        course = catalogue.course(course_id) if course_id else None
        if course and person.is_instructor:
            data = self.create_signed_value("content", json.dumps([course.id, person.id])).decode()
            return launch13.deep_linking_claims(self.lms, tool, person, course, data)
        return None

    def _sign(self, claims: dict[str, Any]) -> str:
        now = int(self.lms.clock())
        times = {"iat": now, "exp": now + self.lms.mode.id_token_seconds, "nonce": self._one("nonce")}
        return self.lms.key.sign(claims | times | {"jti": secrets.token_hex(16)})

    def _one(self, name: str) -> str:
        """A parameter; "" where it is missing or stands twice."""
        values = self.get_arguments(name, strip=False)
        return values[0] if len(values) == 1 else ""

    def allow_forms_to(self, tool: Tool13) -> None:
        """Let the page send its form to a tool."""
        parts = urlsplit(tool.launch_url)
        self.allow_forms({f"{parts.scheme}://{parts.netloc}"})
