"""Links that instructors choose in the tool: Deep Linking 2.0, and Content-Item Message 1.0 of LTI 1.1."""

import json
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import tornado.web

from deploy.demo_lms import launch
from deploy.demo_lms.authenticate import NotAuthentic, check_form
from deploy.demo_lms.base import BaseHandler
from deploy.demo_lms.catalogue import Course, Link
from deploy.demo_lms.keys import NotSigned
from deploy.demo_lms.launch13 import CLAIM, DL_CLAIM
from deploy.demo_lms.lms import DemoLms

_LTI_LINK = "application/vnd.ims.lti.v1.ltilink"
_ITEM_LIMIT = 200


class BadContent(ValueError):
    """What came back cannot be added to the course; the message says why."""


@dataclass(frozen=True)
class _Names:
    """What the two versions call things."""

    kind: tuple[str, str]
    maximum: tuple[str, ...]
    resource_id: tuple[str, ...]


_NAMES_13 = _Names(("type", "ltiResourceLink"), ("scoreMaximum",), ("resourceId",))
_NAMES_11 = _Names(("mediaType", _LTI_LINK), ("scoreConstraints", "normalMaximum"), ("assignedActivity", "activityId"))


def request_fields(lms: DemoLms, course: Course, fields: Mapping[str, str], data: str) -> dict[str, str]:
    """The unsigned form of a request by LTI 1.1 (section 3.1); ``fields`` say who asks."""
    return {
        **fields,
        "lti_message_type": "ContentItemSelectionRequest",
        "lti_version": "LTI-1p0",
        "context_id": course.id,
        "context_title": course.title,
        "context_label": course.label,
        "accept_media_types": _LTI_LINK,
        "accept_presentation_document_targets": "window",
        "accept_multiple": "true",
        "accept_unsigned": "false",
        "content_item_return_url": f"{lms.config.base_url}/content-items",
        "data": data,
        **launch.platform_fields(lms),
    }


def read_item(item: Any, names: _Names) -> Link:
    """One chosen link; raises BadContent."""
    if not isinstance(item, dict) or item.get(names.kind[0]) != names.kind[1]:
        raise BadContent("An item is not a link to the tool.")
    title, custom = item.get("title"), item.get("custom", {})
    if not isinstance(title, str) or not title.strip() or not isinstance(custom, dict):
        raise BadContent("An item has no title, or its custom parameters are no object.")
    pairs = tuple((str(name), str(value)) for name, value in custom.items())
    column = item.get("lineItem")
    maximum = _inside(column, names.maximum) if column is not None else 1.0
    if isinstance(maximum, bool) or not isinstance(maximum, int | float) or not 0 < maximum < 1e6:
        raise BadContent("The maximum of a line item is not a positive number.")
    submission = item.get("submission")
    return Link(
        id=f"link-{secrets.token_hex(6)}",
        exercise=str(custom.get("exercise", "")),
        title=title[:200],
        summary=str(item.get("text", ""))[:500],
        custom=pairs,
        maximum=float(maximum),
        resource_id=str(_inside(column, names.resource_id) or "") if column is not None else "",
        has_line_item=column is not None,
        deadline=str(submission.get("endDateTime", "")) if isinstance(submission, dict) else "",
    )


def _inside(value: Any, path: tuple[str, ...]) -> Any:
    for name in path:
        value = value.get(name) if isinstance(value, dict) else None
    return value


class _ReturnHandler(BaseHandler):
    """Base of the addresses that a browser brings the choice to, from the tool's pages."""

    def check_xsrf_cookie(self) -> None:
        """Not needed: what is brought is signed by the tool, and holds what we have signed ourselves."""

    def course_of(self, data: Any) -> Course:
        """The course that was asked for; raises BadContent where we did not ask."""
        value = self.get_signed_cookie("content", data, max_age_days=1) if isinstance(data, str) else None
        try:
            course_id, user_id = json.loads(value or b"[]")
        except ValueError:
            raise BadContent("data is not what was sent along.") from None
        course, person = self.lms.catalogue.course(course_id), self.lms.catalogue.person(user_id)
        if course is None or person is None or not person.is_instructor:
            raise BadContent("data is not what was sent along.")
        return course

    def add(self, course: Course, items: Any, names: _Names) -> None:
        """Put all chosen links into the course, or none, and show it."""
        if not isinstance(items, list) or len(items) > _ITEM_LIMIT:
            raise BadContent("The items are not a list, or too many.")
        links = [read_item(item, names) for item in items]
        for link in links:
            self.lms.add_link(course.id, link)
        self.note("success", f"{len(links)} links were added to {course.title}.", "content")
        self.redirect(f"/course/{course.id}", status=303)

    def fail(self, error: Exception) -> None:
        """Add nothing, and say so."""
        self.note("refused", f"No links were added: {error}", "content")
        raise tornado.web.HTTPError(400, "%s", str(error))


class Content13Handler(_ReturnHandler):
    """Takes deep linking responses (Deep Linking 2.0, section 4.5)."""

    async def post(self) -> None:
        """Check it, and add the links."""
        try:
            claims = await self._claims()
            course = self.course_of(claims.get(f"{DL_CLAIM}data"))
            self.add(course, claims.get(f"{DL_CLAIM}content_items", []), _NAMES_13)
        except (BadContent, NotSigned) as error:
            self.fail(error)

    async def _claims(self) -> dict[str, Any]:
        lms = self.lms
        token = self.get_body_argument("JWT", "")
        now = lms.clock()
        for tool in lms.tools.values():
            try:
                claims = await lms.tool_keys.verify(tool, token, now, lms.config.base_url)
            except NotSigned as error:
                refusal = error
                continue
            wanted = {"message_type": "LtiDeepLinkingResponse", "version": "1.3.0", "deployment_id": tool.deployment_id}
            for name, value in wanted.items():
                if claims.get(f"{CLAIM}{name}") != value:
                    raise BadContent(f"{name} is not {value}.")
            nonce = claims.get("nonce")
            oldest = int(now) - 7200
            if not isinstance(nonce, str) or not lms.store.use_nonce(f"dl {tool.client_id}", nonce, int(now), oldest):
                raise BadContent("The nonce is missing or was used before.")
            return claims
        raise refusal if lms.tools else BadContent("No tool is connected.")


class Content11Handler(_ReturnHandler):
    """Takes content items (Content-Item Message 1.0, section 3.2)."""

    def post(self) -> None:
        """Check it, and add the links."""
        lms = self.lms
        try:
            form = check_form(lms, f"{lms.config.base_url}/content-items", self.request.body)
            if form.get("lti_message_type") != "ContentItemSelection" or form.get("lti_version") != "LTI-1p0":
                raise BadContent("It is not a content item selection.")
            course = self.course_of(form.get("data"))
            self.add(course, self._items(form.get("content_items", '{"@graph": []}')), _NAMES_11)
        except (BadContent, NotAuthentic) as error:
            self.fail(error)

    def _items(self, text: str) -> Any:
        try:
            return json.loads(text)["@graph"]
        except (ValueError, KeyError, TypeError, RecursionError):
            raise BadContent("content_items is not JSON-LD with a graph.") from None
