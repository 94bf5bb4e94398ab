"""What all pages for staff share: who looks at them in a browser, and how they are shown.

Browsers are known by the hub's OAuth (a cookie of this service). Scripts may read with a token of a person's own; the
token of a learner's server is not enough, since whatever runs in a notebook has it.
"""

import asyncio
import secrets
from datetime import UTC, datetime
from http import HTTPStatus
from pathlib import Path
from typing import Any

from jupyterhub.services.auth import HubOAuthCallbackHandler, HubOAuthenticated, UserNotAllowed
from tornado.template import Loader

from openjupyter_service.errors import Forbidden, OpenJupyterError
from openjupyter_service.language import N_, Speech, chosen
from openjupyter_service.web.base import Site, SiteHandler

_LOADER = Loader(str(Path(__file__).parent / "templates"), autoescape="xhtml_escape")
_PAGES = (
    ("results", N_("Results")),
    ("regrades", N_("Regrades")),
    ("courses", N_("Followed courses")),
    ("passbacks", N_("Scores that did not arrive")),
)
"""What staff find here, in the order of their navigation."""
_MAX_ID = 2**53
NOBODY = N_("this needs a token of your own, or a browser that is signed in; open the exercise from your course")


class StaffHandler(HubOAuthenticated, SiteHandler):
    """A handler for people in a browser; `person` is the hub username, None for the operator."""

    person: str | None

    def initialize(self, site: Site) -> None:
        """See SiteHandler."""
        super().initialize(site)
        self.hub_auth = site.hub_auth

    async def identify(self) -> dict[str, Any] | None:
        """The hub's model of who calls, by cookie or token; None when there is nobody.

        Of a form that comes from elsewhere the cookie counts for nothing (XSRF).

        Raises:
            Forbidden: no person, or without access to this service.
        """
        model = await self.hub_auth.get_user(self, sync=False)
        try:
            known: dict[str, Any] | None = self.check_hub_user(model) if model else None
        except UserNotAllowed:
            known = None
        # So that nothing asks the hub a second time, and blocks while it waits.
        self._hub_auth_user_cache = known
        if model and (known is None or known["kind"] != "user"):
            raise Forbidden(NOBODY)
        if known is not None:
            await self.listen_to(str(known["name"]))
        return known

    def admit(self, model: dict[str, Any]) -> None:
        """Note whose courses are shown. An administrator of the hub sees all."""
        self.person = None if model.get("admin") is True else str(model["name"])


class PageHandler(StaffHandler):
    """A page: in HTML, faults included."""

    async def enter(self) -> bool:
        """Note who looks; False, and the browser is on its way to the hub and back, when nobody is signed in."""
        model = await self.identify()
        if model is None or getattr(self, "_token_authenticated", False):
            self.redirect(self.get_login_url())
            return False
        self.admit(model)
        return True

    async def enter_as_staff(self) -> bool:
        """As `enter`; Forbidden for who is staff of no course."""
        if not await self.enter():
            return False
        if self.person is not None and not await asyncio.to_thread(self.site.staff.is_staff, self.person):
            raise Forbidden(
                N_(
                    "this page is for the staff of a course. If you are, open an exercise from your course first: "
                    "your LMS tells us then."
                )
            )
        return True

    async def take_form(self) -> None:
        """Note who sends a form; Forbidden when it was not this browser's own page that it came from."""
        model = await self.identify()
        if model is None or getattr(self, "_token_authenticated", False):
            raise Forbidden(N_("this form is too old; please open the page anew"))
        self.admit(model)

    def write_error(self, status_code: int, **kwargs: Any) -> None:
        """A page with one sentence; no traceback ever."""
        error = kwargs.get("exc_info", (None, None, None))[1]
        text = self._reason
        if isinstance(error, OpenJupyterError):
            status_code, text = error.status, error.said(self.speech)
        if status_code >= HTTPStatus.INTERNAL_SERVER_ERROR:
            text = self.speech.text(N_("The grading service has a fault. Please try again in a moment."))
        self.set_status(status_code)
        title = self.speech.text(N_("This page cannot be shown"))
        self.render_page("problem.html", title=title, text=text[:1].upper() + text[1:])

    def render_page(self, template: str, scripts_ask: bool = False, **values: Any) -> None:
        """A page by its template; its scripts may call this service only if they ask to."""
        nonce = secrets.token_urlsafe(16)
        self.set_header("Content-Type", "text/html; charset=utf-8")
        self.set_header(
            "Content-Security-Policy",
            f"default-src 'none'; style-src 'nonce-{nonce}'; script-src 'nonce-{nonce}'; form-action 'self'; "
            + ("connect-src 'self'; " if scripts_ask else "")
            + "base-uri 'none'; frame-ancestors 'none'",
        )
        self.set_header("Referrer-Policy", "same-origin")
        self.set_header("Cache-Control", "no-store")
        speech, root = self.speech, self.settings["root"]
        words = {"_": speech.text, "ngettext": speech.plural, "speech": speech, "site_root": root}
        pages = [(f"{root}/{path}", speech.text(title)) for path, title in _PAGES]
        generated = _LOADER.load(template).generate(
            nonce=nonce, staff_pages=pages, here=self.request.path, **words, **values
        )
        self.finish(generated)


class CallbackHandler(HubOAuthCallbackHandler):
    """GET /oauth_callback: the hub sends a browser back here that has signed in."""

    def initialize(self, site: Site) -> None:
        """See SiteHandler."""
        self.hub_auth = site.hub_auth

    async def prepare(self) -> None:
        """Ask the hub without blocking; the base class would."""
        model = await self.hub_auth.get_user(self, sync=False)
        try:
            self._hub_auth_user_cache = self.check_hub_user(model) if model else None
        except UserNotAllowed:
            self._hub_auth_user_cache = None

    def write_error(self, status_code: int, **kwargs: Any) -> None:
        """One sentence."""
        self.set_header("Content-Type", "text/plain; charset=utf-8")
        speech = Speech(chosen(None, self.request.headers.get("Accept-Language", "")))
        self.finish(speech.text(N_("Signing in did not work. Please go back and open the page anew.")))


def number(text: str) -> int | None:
    """A count or an id from outside; None when it is none."""
    return int(text) if text.isascii() and text.isdigit() and len(text) < 17 and int(text) < _MAX_ID else None


def moment(seconds: float) -> str:
    """ISO 8601, UTC."""
    return datetime.fromtimestamp(int(seconds), UTC).isoformat().replace("+00:00", "Z")
