"""What all pages and endpoints share: who is signed in, security headers, error pages."""

import http
import ipaddress
from typing import Any, cast

import tornado.web
from tornado.httputil import split_host_and_port

from deploy.demo_lms.catalogue import Course, Person
from deploy.demo_lms.lms import DemoLms
from deploy.demo_lms.store import Message

SESSION_COOKIE = "demo_lms_session"


def _is_loopback(host: str | None) -> bool:
    if host == "localhost":
        return True
    try:
        address = ipaddress.ip_address((host or "").strip("[]"))
    except ValueError:
        return False
    mapped = address.ipv4_mapped if isinstance(address, ipaddress.IPv6Address) else None
    return (mapped or address).is_loopback


class BaseHandler(tornado.web.RequestHandler):
    """Base of every handler."""

    @property
    def lms(self) -> DemoLms:
        """The demo LMS that this handler belongs to."""
        return cast(DemoLms, self.settings["lms"])

    @property
    def person(self) -> Person | None:
        """The person signed in, if any."""
        return cast(Person | None, self.current_user)

    def get_current_user(self) -> Person | None:
        """Read the session cookie (called by tornado)."""
        value = self.get_signed_cookie(SESSION_COOKIE, max_age_days=1)
        return self.lms.catalogue.person(value.decode()) if value else None

    def set_default_headers(self) -> None:
        """Allow our own files only, and forms to us and to the tool."""
        self.allow_forms({self.lms.config.tool_origin})
        self.set_header("X-Content-Type-Options", "nosniff")
        self.set_header("Referrer-Policy", "strict-origin-when-cross-origin")
        self.set_header("Cache-Control", "no-store")
        self.clear_header("Server")

    def allow_forms(self, origins: set[str]) -> None:
        """Let forms of this page go to these addresses (scheme, host and port), and back to us."""
        self.set_header(
            "Content-Security-Policy",
            f"default-src 'self'; form-action 'self' {' '.join(sorted(origins))};"
            " base-uri 'none'; frame-ancestors 'none'; object-src 'none'",
        )

    def from_this_machine(self) -> bool:
        """Whether a program on this machine asks us directly: no proxy in between, no foreign name (DNS rebinding)."""
        forwarded = any(name in self.request.headers for name in ("X-Forwarded-For", "Forwarded", "X-Real-Ip"))
        host, _ = split_host_and_port(self.request.host)
        return not forwarded and _is_loopback(self.request.remote_ip) and _is_loopback(host)

    async def hits_fault(self) -> bool:
        """Whether this call goes wrong on purpose; then it has been answered."""
        trouble = await self.lms.faults.next()
        if trouble is None:
            return False
        self.set_status(trouble[0])
        self.finish(trouble[1])
        return True

    def note(self, result: str, description: str, operation: str = "", cell: tuple[str, str] = ("", "")) -> None:
        """Add a call to the log of messages."""
        self.lms.store.log(Message(self.lms.now(), operation, *cell, result, description))

    def find_course(self, course_id: str, person: Person | None) -> Course:
        """Return a course; 404 if there is none, 403 if the person does not take part."""
        course = self.lms.catalogue.course(course_id)
        if course is None:
            raise tornado.web.HTTPError(404)
        if person is not None and not course.admits(person):
            raise tornado.web.HTTPError(403)
        return course


class PageHandler(BaseHandler):
    """Base of the pages that people see."""

    def prepare(self) -> None:
        """Send strangers to the sign-in page."""
        if self.person is None:
            self.redirect("/signin")

    @property
    def signed_in(self) -> Person:
        """The person signed in; `prepare` saw to it that there is one."""
        if self.person is None:
            raise tornado.web.HTTPError(403)
        return self.person

    def get_template_namespace(self) -> dict[str, Any]:
        """Names that every template may use (called by tornado)."""
        namespace = super().get_template_namespace()
        namespace.update(person=self.person)
        return namespace

    def write_error(self, status_code: int, **kwargs: Any) -> None:
        """Show a page that says what happened, without details (called by tornado)."""
        texts = {
            403: "This is not open to you, or the form has expired. Go back, reload the page and try again.",
            404: "There is no such page.",
        }
        self.render(
            "error.html",
            reason=http.HTTPStatus(status_code).phrase,
            text=texts.get(status_code, "The request could not be answered."),
        )


class NotFoundHandler(PageHandler):
    """Any other address."""

    def prepare(self) -> None:
        """Answer 404 to everybody."""
        raise tornado.web.HTTPError(404)


class JsonHandler(BaseHandler):
    """Base of the endpoints for scripts: answers and errors are JSON."""

    def write_error(self, status_code: int, **kwargs: Any) -> None:
        """Say what happened as ``{"error": ...}`` (called by tornado)."""
        _, error, _ = kwargs.get("exc_info", (None, None, None))
        known = isinstance(error, tornado.web.HTTPError) and error.log_message
        self.finish({"error": known or http.HTTPStatus(status_code).phrase})
