"""What the pages have in common through which people come in: plain pages and refusals."""

import secrets
import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from openjupyter_service.errors import ExerciseError, Forbidden, LaunchRefused, NotFound, OpenJupyterError
from openjupyter_service.hub.registry import RegistryHandler
from openjupyter_service.language import N_, Speech, chosen
from openjupyter_service.lti.launch import AnonymousLaunch

TEMPLATE = "openjupyter-door.html"
FORM = "application/x-www-form-urlencoded"

_WORDS: list[tuple[type[OpenJupyterError], str, str]] = [
    (
        AnonymousLaunch,
        N_("We do not know who you are"),
        N_(
            "Your course did not tell us who you are, so your work could not be kept for you. Please ask your course "
            "team to let this exercise know the learner's user id."
        ),
    ),
    (
        LaunchRefused,
        N_("This link could not be checked"),
        N_("Please go back to your course and open the exercise again. If that does not help, tell your course team."),
    ),
    (
        NotFound,
        N_("There is no such exercise"),
        N_("This link does not lead to an exercise. Please tell your course team, so that they can mend it."),
    ),
    (
        Forbidden,
        N_("This is for course staff"),
        N_("Only the staff of a course can choose its exercises. Please go back to your course."),
    ),
    (
        ExerciseError,
        N_("This exercise is broken"),
        N_("This exercise cannot be opened at the moment. Please tell your course team."),
    ),
    (
        OpenJupyterError,
        N_("Something is wrong on our side"),
        N_("Please try again in a moment. If that does not help, tell your course team."),
    ),
]
"""What people read, by the kind of error: the error's own text is for the log alone."""


@dataclass(frozen=True)
class PageForm:
    """A form with nothing to fill in, and its button, whose text `page` translates."""

    action: str
    fields: Sequence[tuple[str, str]]
    button: str
    at_once: bool = False
    """Is it sent without a click?"""
    new_window: bool = False


class DoorHandler(RegistryHandler):
    """A handler that people reach from outside, cross-site, in a window or in a frame of an LMS."""

    launch_locale: str | None = None
    """That of the launch, once it is known to hold."""

    @property
    def speech(self) -> Speech:
        """The language of the page: the launch's, else what the browser accepts."""
        return Speech(chosen(self.launch_locale, self.request.headers.get("Accept-Language", "")))

    def set_login_cookie(self, user: object) -> None:
        """Sign in, in the hub's own cookie, too, when somebody was signed in already (as ltiauthenticator does)."""
        super().set_login_cookie(user)
        self.set_hub_cookie(user)

    def check_xsrf_cookie(self) -> None:
        """LMSes post from elsewhere; signatures and one-time tickets are checked instead."""

    @property
    def is_framed(self) -> bool:
        """Is this shown inside a page of somebody else's? (Fetch Metadata; browsers that do not tell are not.)"""
        return self.request.headers.get("Sec-Fetch-Dest", "") in ("iframe", "frame", "embed", "object")

    @property
    def takes_cross_site_cookies(self) -> bool:
        """Would a browser take a Secure cookie from us? By https, and from its own machine."""
        parts = urlsplit(self.tool.hub_url)
        host = parts.hostname or ""
        return parts.scheme == "https" or host in ("localhost", "::1") or host.startswith("127.")

    async def refuse(self, error: OpenJupyterError) -> None:
        """Tell the reason to the log, and to people what to do; a number leads from the page to the log."""
        number = uuid.uuid4().hex[:12]
        self.log.warning("launch %s refused with %s: %s", number, error.status, error)
        _, title, text = next(words for words in _WORDS if isinstance(error, words[0]))
        await self.page(title, text, status=error.status, number=number)

    async def page(
        self, title: str, text: str, *, form: PageForm | None = None, status: int = 200, number: str = ""
    ) -> None:
        """Answer with a page of one title, one text and perhaps one button; they are marked, and translated here."""
        nonce = secrets.token_urlsafe(16)
        self.set_status(status)
        # A form goes to ourselves, or to the LMS that has asked: nowhere else, whatever a page were to hold.
        elsewhere = urlsplit(form.action) if form is not None else None
        target = f"{elsewhere.scheme}://{elsewhere.netloc}" if elsewhere and elsewhere.netloc else "'self'"
        self.secure_page(nonce, form_action=target)
        words = {"title": self.speech.text(title), "text": self.speech.text(text)}
        self.finish(await self.render_words(TEMPLATE, form=form, number=number, nonce=nonce, **words))

    async def render_words(self, template: str, **values: Any) -> str:
        """A template of ours; in it `_` and `ngettext` translate."""
        speech = self.speech
        html: str = await self.render_template(template, _=speech.text, ngettext=speech.plural, speech=speech, **values)
        return html

    def secure_page(self, nonce: str, form_action: str) -> None:
        """Headers of a page that may stand in a frame: framing it gains nothing, since only a ticket lets it act."""
        self.set_header(
            "Content-Security-Policy",
            f"default-src 'none'; style-src 'nonce-{nonce}'; script-src 'nonce-{nonce}'; img-src 'self'; "
            f"form-action {form_action}; base-uri 'none'; frame-ancestors *",
        )
        self.set_header("Content-Type", "text/html; charset=utf-8")
        self.set_header("Referrer-Policy", "no-referrer")
        self.set_header("Cache-Control", "no-store")
