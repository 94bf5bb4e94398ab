"""Pages for staff in a browser: scores that did not arrive, and sending them again.

Browsers are known by the hub's OAuth (a cookie of this service). Scripts may read with a token of a person's own; the
token of a learner's server is not enough, since whatever runs in a notebook has it.
"""

import asyncio
import secrets
from dataclasses import asdict
from datetime import UTC, datetime
from http import HTTPStatus
from pathlib import Path
from typing import Any

import tornado.web
from jupyterhub.services.auth import HubOAuthCallbackHandler, HubOAuthenticated, UserNotAllowed
from tornado.template import Loader

from openjupyter_service.errors import Forbidden, OpenJupyterError
from openjupyter_service.grading.staff import Trouble, Troubles
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
_NOBODY = N_("this needs a token of your own, or a browser that is signed in; open the exercise from your course")


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
            raise Forbidden(_NOBODY)
        if known is not None:
            await self.listen_to(str(known["name"]))
        return known

    def admit(self, model: dict[str, Any]) -> None:
        """Note whose courses are shown. An administrator of the hub sees all."""
        self.person = None if model.get("admin") is True else str(model["name"])

    def advice(self, trouble: Trouble) -> str:
        """What to do about a score, in the language of who asks."""
        return " ".join(map(self.speech.text, trouble.advice))

    @property
    def before(self) -> int | None:
        """The page that was asked for."""
        return number(self.get_query_argument("before", ""))


class PassbacksApiHandler(StaffHandler):
    """GET /api/passbacks: the page's twin for machines."""

    async def get(self) -> None:
        """Answer with scores that did not arrive, newest first; `older` is what `before` is for the next page."""
        model = await self.identify()
        if model is None:
            raise Forbidden(_NOBODY)
        own = {f"read:users!user={model['name']}"}
        if getattr(self, "_token_authenticated", False) and not self.hub_auth.check_scopes(own, model):
            raise Forbidden(
                N_(
                    "the token of a server is not enough: make one on the hub's token page, or open the exercise from "
                    "your course and look at the page passbacks"
                )
            )
        self.admit(model)
        troubles = await asyncio.to_thread(self.site.staff.page, self.person, self.before)
        self.set_header("Cache-Control", "no-store")
        found = [{**asdict(each), "advice": self.advice(each)} for each in troubles.found]
        self.answer({"count": troubles.count, "older": troubles.older, "passbacks": found})


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


class PassbacksHandler(PageHandler):
    """GET and POST /passbacks: what did not arrive, and a button that sends it again."""

    async def get(self) -> None:
        """The page; who is not signed in is taken to the hub and back."""
        if not await self.enter_as_staff():
            return
        troubles = await asyncio.to_thread(self.site.staff.page, self.person, self.before)
        self._show(troubles)

    async def post(self) -> None:
        """Send one score again, or all."""
        await self.take_form()
        item_id = number(self.get_body_argument("id", ""))
        if item_id is None and self.get_body_argument("all", "") != "1":
            raise tornado.web.HTTPError(400, reason="Nothing was chosen")
        count = await asyncio.to_thread(self.site.staff.send_again, self.person, item_id)
        self.redirect(f"{self.request.path}?sent={count}", status=303)

    def _show(self, troubles: Troubles) -> None:
        self.render_page(
            "passbacks.html",
            title=self.speech.text(N_("Scores that did not arrive")),
            troubles=troubles,
            is_first=self.before is None,
            is_operator=self.person is None,
            sent=number(self.get_query_argument("sent", "")),
            xsrf=self.xsrf_token,
            path=self.request.path,
            moment=moment,
            advice=self.advice,
        )


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
