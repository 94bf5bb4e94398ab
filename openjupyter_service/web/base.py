"""What all handlers share: who is calling, JSON in and out, errors as a status and a sentence."""

import asyncio
import logging
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any

import tornado.web
from jupyterhub.services.auth import HubAuth

from openjupyter_service.errors import Forbidden, OpenJupyterError
from openjupyter_service.grading.course_view import CourseView
from openjupyter_service.grading.courses import SiteCourses
from openjupyter_service.grading.grader import Grader
from openjupyter_service.grading.results import ResultsView
from openjupyter_service.grading.staff import StaffView
from openjupyter_service.grading.staff_regrades import RegradeView
from openjupyter_service.language import N_, Speech, chosen
from openjupyter_service.settings import Settings
from openjupyter_service.store.launches import Launches
from openjupyter_service.store.people import People
from openjupyter_service.store.submissions import Submissions

_OUR_FAULT = N_("the grading service has a fault; your course team can find it in the log")

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Site:
    """What handlers work with."""

    settings: Settings
    submissions: Submissions
    grader: Grader
    hub_auth: HubAuth
    staff: StaffView
    people: People
    courses: SiteCourses
    launches: Launches
    followed: CourseView
    regrades: RegradeView
    results: ResultsView


class SiteHandler(tornado.web.RequestHandler):
    """Base of all handlers."""

    site: Site
    _launch_locale: str | None = None

    def initialize(self, site: Site) -> None:
        """Tornado's own constructor."""
        self.site = site

    def check_xsrf_cookie(self) -> None:
        """No cookie ever signs a caller in here, only tokens, so there is nothing to forge."""

    async def learner(self) -> str:
        """Hub name of the learner whose server token was sent.

        Raises:
            Forbidden: no token, an unknown one, a service's, or one without access to this service
        """
        token = self.token()
        model: dict[str, Any] | None = None
        if token:
            model = await self.site.hub_auth.user_for_token(token, sync=False)
        if (
            model is None
            or model.get("kind") != "user"
            or not self.site.hub_auth.check_scopes(self.site.hub_auth.access_scopes, model)
        ):
            raise Forbidden(N_("this needs the token of a learner's own server; open the exercise from your course"))
        name = str(model["name"])
        await self.listen_to(name)
        return name

    async def listen_to(self, name: str) -> None:
        """From now on this handler speaks the language of a person's last launch."""
        person = await asyncio.to_thread(self.site.people.get, name)
        self._launch_locale = person.locale if person is not None else None

    @property
    def speech(self) -> Speech:
        """The language of who calls: that of their launch, else what their browser accepts."""
        return Speech(chosen(self._launch_locale, self.request.headers.get("Accept-Language", "")))

    def token(self) -> str | None:
        """The token in the Authorization header."""
        return self.site.hub_auth.get_token(self, in_cookie=False) or None

    def answer(self, data: dict[str, Any], status: int = 200) -> None:
        """Answer with a JSON object."""
        self.set_status(status)
        self.finish(data)

    def write_error(self, status_code: int, **kwargs: Any) -> None:
        """A JSON object with the status and one sentence; no traceback ever."""
        error = kwargs.get("exc_info", (None, None, None))[1]
        if isinstance(error, OpenJupyterError):
            # A text about our own insides, such as a path in an exercise, is for the log.
            status_code, message = error.status, error.said(self.speech)
            if status_code >= HTTPStatus.INTERNAL_SERVER_ERROR:
                message = self.speech.text(_OUR_FAULT)
        else:
            message = self._reason
        self.set_status(status_code)
        self.finish({"status": status_code, "message": message})

    def log_exception(self, typ: Any, value: BaseException | None, tb: Any) -> None:
        """Expected errors are one line, others a traceback."""
        if isinstance(value, OpenJupyterError):
            log.warning("%s %s: %s", self.request.method, self.request.path, value)
        else:
            super().log_exception(typ, value, tb)


class HealthHandler(SiteHandler):
    """Is the service up? Needs no token."""

    def get(self) -> None:
        """Answer 200."""
        self.answer({"status": "ok"})


class MissingHandler(SiteHandler):
    """Whatever has no handler."""

    def prepare(self) -> None:
        """Answer 404."""
        raise tornado.web.HTTPError(404)
