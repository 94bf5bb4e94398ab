"""The outcome service: takes scores from tools and writes them into the gradebook."""

from email.message import Message as HeaderParser
from typing import NoReturn

import tornado.web

from deploy.demo_lms import sourcedid
from deploy.demo_lms.authenticate import NotAuthentic, authenticate
from deploy.demo_lms.base import BaseHandler
from deploy.demo_lms.lms import DemoLms
from deploy.demo_lms.outcomes import OutcomeError, OutcomeRequest, read_request, write_response
from deploy.demo_lms.scores import percent

BODY_LIMIT = 64 * 1024
"""Bytes of the largest request that is read."""


def is_xml(content_type: str) -> bool:
    """Whether a Content-Type is application/xml, in UTF-8 if it says an encoding."""
    header = HeaderParser()
    header["Content-Type"] = content_type
    return (
        content_type.partition(";")[0].strip().lower() == "application/xml"
        and header.get_content_charset("utf-8") == "utf-8"
    )


def find_cell(lms: DemoLms, request: OutcomeRequest) -> tuple[str, str]:
    """Return (user id, link id) of the gradebook cell that a request names; OutcomeError if we never issued it."""
    cell = sourcedid.resolve(lms.sourcedid_key, request.sourced_id)
    if cell is not None:
        person, found = lms.catalogue.person(cell[0]), lms.catalogue.link(cell[1])
        if person is not None and found is not None and person in found[0].learners:
            return cell
    raise OutcomeError(
        "This LMS never issued that sourcedId.", message_id=request.message_id, operation=request.operation
    )


def perform(lms: DemoLms, request: OutcomeRequest, cell: tuple[str, str]) -> tuple[str, float | None]:
    """Carry out a request; return what happened in words, and the score that now stands (0..1 or None)."""
    if request.operation == "readResult":
        result = lms.store.result(*cell)
        score = result.score if result else None
        return ("There is no score." if score is None else f"The score is {percent(score)}."), score
    lms.store.set_result(*cell, score=request.score, comment=request.comment, at=lms.now())
    if request.score is None:
        return "The score was deleted.", None
    return f"The score is now {percent(request.score)}.", request.score


@tornado.web.stream_request_body
class OutcomesHandler(BaseHandler):
    """LTI 1.1 Basic Outcomes: 401 for requests that are not authentic, else 200 and an XML answer."""

    def check_xsrf_cookie(self) -> None:
        """Not needed: requests carry a signature and no cookie counts."""

    def initialize(self) -> None:
        """Start with an empty body (called by tornado)."""
        self.chunks = bytearray()
        self.too_large = False

    def prepare(self) -> None:
        """Refuse a body that says it is too large before it is read."""
        length = self.request.headers.get("Content-Length", "0")
        if length.isdecimal() and int(length) > BODY_LIMIT:
            self._refuse_size()

    def data_received(self, chunk: bytes) -> None:
        """Collect the body, up to the limit; `post` refuses what is longer (called by tornado)."""
        self.too_large = self.too_large or len(self.chunks) + len(chunk) > BODY_LIMIT
        if not self.too_large:
            self.chunks += chunk

    def _refuse_size(self) -> NoReturn:
        self.note("refused", "The body is larger than 64 kB.")
        raise tornado.web.HTTPError(413)

    async def post(self) -> None:
        """Check the signature, carry out the request, answer."""
        if await self.hits_fault():
            return
        if self.too_large:
            self._refuse_size()
        body = bytes(self.chunks)
        url = self.lms.config.outcome_url + (f"?{self.request.query}" if self.request.query else "")
        try:
            authenticate(self.lms, "POST", url, self.request.headers.get("Authorization"), body)
        except NotAuthentic as error:
            self.note("refused", f"Not authentic: {error}.")
            self.set_status(401)
            self.set_header("WWW-Authenticate", 'OAuth realm="demo-lms"')
            self.set_header("Content-Type", "text/plain; charset=UTF-8")
            self.finish(f"Not authentic: {error}.\n")
            return
        self.set_header("Content-Type", "application/xml; charset=UTF-8")
        self.finish(self._answer(body))

    def _answer(self, body: bytes) -> bytes:
        try:
            if not is_xml(self.request.headers.get("Content-Type", "")):
                raise OutcomeError("The Content-Type must be application/xml.")
            request = read_request(body)
            if self.lms.mode.only_replace and request.operation != "replaceResult":
                raise OutcomeError(
                    "The operation is not supported.", "unsupported", request.message_id, request.operation
                )
            cell = find_cell(self.lms, request)
        except OutcomeError as error:
            cell = sourcedid.resolve(self.lms.sourcedid_key, error.sourced_id) or ("", "")
            self.note(error.code_major, error.description, error.operation, cell)
            return write_response(error.code_major, error.description, error.message_id, error.operation)
        description, score = perform(self.lms, request, cell)
        self.note("success", description, request.operation, cell)
        return write_response("success", description, request.message_id, request.operation, score)
