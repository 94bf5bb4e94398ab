"""Webhooks of Git hosts, which anybody on the internet may send."""

import asyncio
from http import HTTPStatus
from time import monotonic

import tornado.web

from openjupyter_service.errors import Forbidden
from openjupyter_service.exercises.hooks import MAX_BODY_BYTES
from openjupyter_service.web.base import SiteHandler

REFUSAL_SECONDS = 0.25
"""Every refusal takes so long: how long it took does not tell whether there is such a course."""


@tornado.web.stream_request_body
class HookHandler(SiteHandler):
    """POST /hooks/COURSE."""

    def prepare(self) -> None:
        """Refuse what is too large before it has come."""
        self._body = bytearray()
        length = self.request.headers.get("Content-Length", "0")
        if not length.isdigit() or int(length) > MAX_BODY_BYTES:
            raise tornado.web.HTTPError(HTTPStatus.REQUEST_ENTITY_TOO_LARGE)

    def data_received(self, chunk: bytes) -> None:
        """Collect the body, up to one byte too many: it may have come without a length."""
        self._body += chunk[: MAX_BODY_BYTES + 1 - len(self._body)]

    async def post(self, course_name: str) -> None:
        """Take a delivery: 200 with what is done, 403 for a wrong signature as for an unknown course."""
        arrived = monotonic()
        if len(self._body) > MAX_BODY_BYTES:
            raise tornado.web.HTTPError(HTTPStatus.REQUEST_ENTITY_TOO_LARGE)
        headers = {name.lower(): value for name, value in self.request.headers.items()}
        hooks = self.site.grader.hooks
        # Bodies of those that wait for their refusal take no room.
        body, self._body = bytes(self._body), bytearray()
        try:
            done = await asyncio.to_thread(hooks.receive, course_name, headers, body)
        except Forbidden:
            del body
            await asyncio.sleep(max(arrived + REFUSAL_SECONDS - monotonic(), 0))
            raise
        self.answer({"status": int(HTTPStatus.OK), "message": done})
