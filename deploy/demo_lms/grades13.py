"""Assignment and Grade Services 2.0: line items, scores and results for LTI 1.3 tools."""

import json
import math
import secrets
from datetime import datetime
from typing import Any

import tornado.web

from deploy.demo_lms.catalogue import Course, Person
from deploy.demo_lms.launch13 import line_items_url
from deploy.demo_lms.line_items import BadLineItem, LineItem, as_json, keep, line_items, read_line_item, remove
from deploy.demo_lms.scores import percent
from deploy.demo_lms.tokens import BearerHandler
from deploy.demo_lms.tools import LINE_ITEM, LINE_ITEM_READ, RESULT_READ, SCORE

LINE_ITEM_TYPE = "application/vnd.ims.lis.v2.lineitem+json"
LINE_ITEMS_TYPE = "application/vnd.ims.lis.v2.lineitemcontainer+json"
SCORE_TYPE = "application/vnd.ims.lis.v1.score+json"
RESULTS_TYPE = "application/vnd.ims.lis.v2.resultcontainer+json"
_ACTIVITY = {"Initialized", "Started", "InProgress", "Submitted", "Completed"}
_GRADING = {"FullyGraded", "Pending", "PendingManual", "Failed", "NotReady"}


class _Refused(Exception):
    """A score that is not taken: HTTP status and reason."""

    def __init__(self, status: int, reason: str) -> None:
        super().__init__(reason)
        self.status = status


class _Handler(BearerHandler):
    def course(self, course_id: str) -> Course:
        return self.find_course(course_id, None)

    def item(self, course: Course, item_id: str) -> LineItem:
        found = next((item for item in line_items(self.lms, course) if item.id == item_id), None)
        if found is None:
            raise tornado.web.HTTPError(404, "There is no such line item.")
        return found

    def body(self, media_type: str) -> Any:
        if self.media_type() != media_type:
            raise tornado.web.HTTPError(415, f"The Content-Type must be {media_type}.")
        try:
            return json.loads(self.request.body)
        except (ValueError, RecursionError):
            raise tornado.web.HTTPError(400, "The body is not JSON.") from None

    def answer(self, media_type: str, value: Any) -> None:
        self.set_header("Content-Type", media_type)
        self.finish(json.dumps(value))


class LineItemsHandler(_Handler):
    """The line items of a course."""

    async def get(self, course_id: str) -> None:
        """List them, page by page, those of one link, resource or tag where asked for."""
        if await self.hits_fault():
            return
        self.require(LINE_ITEM, LINE_ITEM_READ)
        course = self.course(course_id)
        wanted = {
            attribute: self.get_query_argument(name)
            for name, attribute in (("resource_link_id", "link_id"), ("resource_id", "resource_id"), ("tag", "tag"))
            if self.get_query_argument(name, None) is not None
        }
        items = [
            item
            for item in line_items(self.lms, course)
            if all(getattr(item, attribute) == value for attribute, value in wanted.items())
        ]
        self.answer(LINE_ITEMS_TYPE, [as_json(self.lms, course, item) for item in self._page(course, items)])

    def _page(self, course: Course, items: list[LineItem]) -> list[LineItem]:
        size, start = self.lms.mode.page_size or len(items), 0
        text = self.get_query_argument("from", "0")
        if text.isdecimal() and len(text) < 7:
            start = int(text)
        if start + size < len(items):
            separator = "&" if "?" in (url := line_items_url(self.lms, course)) else "?"
            self.set_header("Link", f'<{url}{separator}from={start + size}>; rel="next"')
        return items[start : start + size]

    async def post(self, course_id: str) -> None:
        """Make one."""
        if await self.hits_fault():
            return
        self.require(LINE_ITEM)
        course = self.course(course_id)
        try:
            item = read_line_item(course, secrets.token_hex(8), self.body(LINE_ITEM_TYPE))
        except BadLineItem as error:
            raise tornado.web.HTTPError(400, "%s", str(error)) from None
        keep(self.lms, course, item)
        self.note("success", f"There is now a line item named {item.label}.", "line item", ("", item.link_id))
        self.set_status(201)
        self.answer(LINE_ITEM_TYPE, as_json(self.lms, course, item))


class LineItemHandler(_Handler):
    """One line item."""

    async def get(self, course_id: str, item_id: str) -> None:
        """Return it."""
        if await self.hits_fault():
            return
        self.require(LINE_ITEM, LINE_ITEM_READ)
        course = self.course(course_id)
        self.answer(LINE_ITEM_TYPE, as_json(self.lms, course, self.item(course, item_id)))

    async def put(self, course_id: str, item_id: str) -> None:
        """Change it."""
        if await self.hits_fault():
            return
        self.require(LINE_ITEM)
        course = self.course(course_id)
        known = self.item(course, item_id)
        data = self.body(LINE_ITEM_TYPE)
        try:
            link = {"resourceLinkId": known.link_id} if isinstance(data, dict) else {}
            item = read_line_item(course, item_id, data | link)
        except BadLineItem as error:
            raise tornado.web.HTTPError(400, "%s", str(error)) from None
        keep(self.lms, course, item)
        self.answer(LINE_ITEM_TYPE, as_json(self.lms, course, item))

    async def delete(self, course_id: str, item_id: str) -> None:
        """Take it away."""
        if await self.hits_fault():
            return
        self.require(LINE_ITEM)
        remove(self.lms, self.item(self.course(course_id), item_id))
        self.set_status(204)
        self.finish()


class ScoresHandler(_Handler):
    """Takes scores for a line item (section 3.4)."""

    async def post(self, course_id: str, item_id: str) -> None:
        """Put one into the gradebook."""
        if await self.hits_fault():
            return
        self.require(SCORE)
        course = self.course(course_id)
        item = self.item(course, item_id)
        data = self.body(SCORE_TYPE)
        user_id = data.get("userId") if isinstance(data, dict) else ""
        cell = (user_id if isinstance(user_id, str) else "", item.link_id)
        try:
            said = self._take(course, item, data)
        except _Refused as error:
            self.note("refused", str(error), "score", cell)
            raise tornado.web.HTTPError(error.status, "%s", str(error)) from None
        self.note("success", said, "score", cell)
        self.set_status(200 if self.lms.mode.family == "moodle" else 204)
        self.finish()

    def _take(self, course: Course, item: LineItem, data: Any) -> str:
        if not isinstance(data, dict):
            raise _Refused(400, "The body must be a JSON object.")
        person = self._learner(course, data.get("userId"))
        if data.get("activityProgress") not in _ACTIVITY or data.get("gradingProgress") not in _GRADING:
            raise _Refused(400, "activityProgress or gradingProgress is missing or unknown.")
        score = _share(data)
        comment = data.get("comment")
        if comment is not None and not isinstance(comment, str):
            raise _Refused(400, "comment must be a text.")
        self._check_time(person, item, data.get("timestamp"))
        if data["gradingProgress"] != "FullyGraded":
            return f"The score is not final: {data['gradingProgress']}."
        self.lms.store.set_result(person.id, item.cell_id, score, comment, self.lms.now())
        return "The score was deleted." if score is None else f"The score is now {percent(score)}."

    def _learner(self, course: Course, user_id: Any) -> Person:
        person = self.lms.catalogue.person(user_id) if isinstance(user_id, str) else None
        if person is None:
            raise _Refused(404, "There is no such person.")
        if person not in course.learners:
            raise _Refused(400, "The person cannot be graded in this course.")
        return person

    def _check_time(self, person: Person, item: LineItem, text: Any) -> None:
        try:
            at = datetime.fromisoformat(text)
            if at.tzinfo is None or not (at.microsecond or "." in text):
                raise ValueError
        except (TypeError, ValueError):
            raise _Refused(400, "timestamp must be ISO 8601 with a time zone and parts of a second.") from None
        key = f"{person.id} {item.id}"
        known = self.lms.store.get("score time", key)
        before, now = (known["at"] if known else -math.inf), at.timestamp()
        if self.lms.mode.whole_seconds:
            before, now = (before if known is None else math.floor(before)), math.floor(now)
        if now <= before:
            raise _Refused(409, "A score with an earlier timestamp than the one that is there.")
        self.lms.store.put("score time", key, {"at": at.timestamp()})


def _share(data: dict[str, Any]) -> float | None:
    """The score as a part of the whole (0..1, and above for extra credit); None where it takes a score away."""
    given, maximum = data.get("scoreGiven"), data.get("scoreMaximum")
    if given is None:
        return None
    for value in (given, maximum):
        if isinstance(value, bool) or not isinstance(value, int | float) or not math.isfinite(value) or value < 0:
            raise _Refused(400, "scoreGiven and scoreMaximum must be numbers of at least 0.")
    if not maximum:
        raise _Refused(400, "scoreMaximum must be more than 0.")
    return float(given) / float(str(maximum))


class ResultsHandler(_Handler):
    """What stands in the gradebook (section 3.3)."""

    async def get(self, course_id: str, item_id: str) -> None:
        """List it, that of one person where asked for."""
        if await self.hits_fault():
            return
        self.require(RESULT_READ)
        course = self.course(course_id)
        item = self.item(course, item_id)
        wanted = self.get_query_argument("user_id", None)
        results = self.lms.store.results()
        address = as_json(self.lms, course, item)["id"]
        self.answer(
            RESULTS_TYPE,
            [
                {
                    "id": f"{address.partition('?')[0]}/results/{learner.id}",
                    "scoreOf": address,
                    "userId": learner.id,
                    "resultScore": result.score * item.maximum,
                    "resultMaximum": item.maximum,
                    **({"comment": result.comment} if result.comment else {}),
                }
                for learner in course.learners
                if wanted in (None, learner.id)
                and (result := results.get((learner.id, item.cell_id))) is not None
                and result.score is not None
            ],
        )
