"""Scores by LTI 1.3: Assignment and Grade Services 2.0."""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any
from urllib.parse import parse_qsl, urlencode, urljoin, urlsplit, urlunsplit

from openjupyter_service.lti.delivery import Delivery, accepted, failed, refused
from openjupyter_service.lti.fetch import Answer, Fetch, Unreachable
from openjupyter_service.lti.scopes import LINEITEM, SCORE
from openjupyter_service.lti.tokens import AccessTokens, NoToken
from openjupyter_service.platforms import Platform13, is_web_address

LINEITEM_TYPE = "application/vnd.ims.lis.v2.lineitem+json"
LINEITEMS_TYPE = "application/vnd.ims.lis.v2.lineitemcontainer+json"
SCORE_TYPE = "application/vnd.ims.lis.v1.score+json"
MAX_PAGES = 20
MAX_COMMENT = 500
CONFLICT_SECONDS = 1.5
"""Some LMSes keep times of whole seconds: the next one must lie in another second."""


@dataclass(frozen=True, slots=True)
class LineItem:
    """A column of the gradebook as we would make it (section 3.2)."""

    label: str
    maximum: float
    resource_id: str
    """The exercise: COURSE/EXERCISE."""
    resource_link_id: str


@dataclass(frozen=True, slots=True)
class Score:
    """A score to be sent (section 3.4)."""

    subject: str = field(repr=False)
    given: float
    maximum: float
    timestamp: float
    """Unix seconds; later than that of the last score of this person in this column."""
    comment: str | None = None


class ServiceTrouble(Exception):
    """A call of the service did not do what it was for; `delivery` says what that means for a score."""

    def __init__(self, delivery: Delivery, status: int | None = None) -> None:
        super().__init__(delivery.description)
        self.delivery = delivery
        self.status = status


class GradeServiceClient:
    """Calls the grade services of platforms.

    Args:
        fetch: the HTTP client.
        tokens: access tokens.
    """

    def __init__(self, fetch: Fetch, tokens: AccessTokens) -> None:
        self._fetch = fetch
        self._tokens = tokens

    async def find_or_make(self, platform: Platform13, lineitems_url: str, item: LineItem) -> str:
        """Address of the line item of a link; made where there is none.

        Raises:
            ServiceTrouble: there is none, and none could be made.
        """
        found = await self._find(platform, lineitems_url, item)
        return found or await self._make(platform, lineitems_url, item)

    async def send(self, platform: Platform13, lineitem_url: str, score: Score) -> Delivery:
        """Put a score into a line item."""
        body = json.dumps(
            {
                "userId": score.subject,
                "scoreGiven": round(score.given, 6),
                "scoreMaximum": score.maximum,
                "activityProgress": "Completed",
                "gradingProgress": "FullyGraded",
                "timestamp": timestamp_text(score.timestamp),
                **({"comment": score.comment[:MAX_COMMENT]} if score.comment else {}),
            }
        ).encode()
        try:
            await self._call(platform, SCORE, "POST", scores_url(lineitem_url), {"Content-Type": SCORE_TYPE}, body)
        except ServiceTrouble as trouble:
            return trouble.delivery
        return accepted()

    async def is_gone(self, platform: Platform13, lineitem_url: str) -> bool:
        """Has the line item been deleted? False where that cannot be told."""
        try:
            await self._call(platform, LINEITEM, "GET", lineitem_url, {"Accept": LINEITEM_TYPE})
        except ServiceTrouble as trouble:
            return trouble.status in (404, 410)
        return False

    async def _find(self, platform: Platform13, url: str, item: LineItem) -> str | None:
        """The line item of this link: that of the same exercise first, any other of the link else (section 3.2.4)."""
        page: str | None = with_query(url, {"resource_link_id": item.resource_link_id})
        fallback: str | None = None
        for _ in range(MAX_PAGES):
            assert page is not None
            answer = await self._call(platform, LINEITEM, "GET", page, {"Accept": LINEITEMS_TYPE})
            for entry in _entries(answer):
                if entry.get("resourceLinkId") != item.resource_link_id:
                    continue  # a platform that does not know the filter sends all
                found = entry.get("id")
                if not isinstance(found, str) or not is_web_address(found):
                    continue
                if entry.get("resourceId") == item.resource_id:
                    return found
                fallback = fallback or found
            page = _next_page(page, answer)
            if page is None:
                break
        return fallback

    async def _make(self, platform: Platform13, url: str, item: LineItem) -> str:
        body = json.dumps(
            {
                "scoreMaximum": item.maximum,
                "label": item.label,
                "resourceId": item.resource_id,
                "resourceLinkId": item.resource_link_id,
            }
        ).encode()
        headers = {"Content-Type": LINEITEM_TYPE, "Accept": LINEITEM_TYPE}
        answer = await self._call(platform, LINEITEM, "POST", url, headers, body)
        made = _object(answer).get("id")
        if not isinstance(made, str) or not is_web_address(made):
            raise ServiceTrouble(failed("the LMS made a line item and does not say where"))
        return made

    async def _call(
        self,
        platform: Platform13,
        scope: str,
        method: str,
        url: str,
        headers: Mapping[str, str],
        body: bytes | None = None,
    ) -> Answer:
        """A call with a token, which is got anew once when the platform refuses it.

        Raises:
            ServiceTrouble: no token, no answer, or a refusal.
        """
        scopes = (LINEITEM, SCORE) if scope == LINEITEM else (scope,)
        for attempt in range(2):
            try:
                token = await self._tokens.get(platform, scopes)
                answer = await self._fetch(
                    method,
                    url,
                    headers={**headers, "Authorization": f"Bearer {token}"},
                    body=body,
                    private_network=platform.private_network,
                )
            except NoToken as error:
                raise ServiceTrouble(error.delivery) from None
            except Unreachable as error:
                raise ServiceTrouble(failed(f"not reached: {error}", of_platform=True)) from None
            if answer.status != 401:
                break
            self._tokens.forget(platform, scopes, token)
            if attempt:
                raise ServiceTrouble(failed("the LMS refuses its own token (HTTP 401)", of_platform=True), 401)
        if 200 <= answer.status < 300:
            return answer
        raise ServiceTrouble(_meaning(answer), answer.status)


def scores_url(lineitem_url: str) -> str:
    """Where scores of a line item go: `/scores` stands before its query (section 3.4.1)."""
    parts = urlsplit(lineitem_url)
    return urlunsplit(parts._replace(path=f"{parts.path.rstrip('/')}/scores"))


def with_query(url: str, parameters: Mapping[str, str]) -> str:
    """The URL with these parameters beside its own."""
    parts = urlsplit(url)
    query = [*parse_qsl(parts.query, keep_blank_values=True), *parameters.items()]
    return urlunsplit(parts._replace(query=urlencode(query)))


def timestamp_text(seconds: float) -> str:
    """ISO 8601 with milliseconds, UTC."""
    text = datetime.fromtimestamp(round(seconds * 1000) / 1000, UTC).isoformat(timespec="milliseconds")
    return text.replace("+00:00", "Z")


def _meaning(answer: Answer) -> Delivery:
    """What a refusal means for the score (section 3.4.9 and what LMSes really answer)."""
    status, said = answer.status, _said(answer)
    told = f"HTTP {status}{': ' if said else ''}{said}"
    if status == 409:
        text = f"the LMS has a score of the same time or a later one ({told})"
        return Delivery(False, False, text, retry_after=CONFLICT_SECONDS, conflict=True)
    if status == 429 or status >= 500:
        return failed(told, of_platform=True, retry_after=_retry_after(answer))
    if status == 403:
        return refused(f"the LMS does not allow this tool to send this score ({told})")
    if status in (404, 410):
        return Delivery(False, True, f"the LMS knows no such column or person ({told})", is_missing=True)
    if status in (400, 422):
        return refused(f"the LMS cannot grade this person here ({told})")
    if 300 <= status < 400:
        return failed(f"the LMS answers with a redirect ({told})", of_platform=True)
    return failed(told)


def _retry_after(answer: Answer) -> float | None:
    text = answer.headers.get("retry-after", "")
    return min(float(text), 24 * 3600.0) if re.fullmatch(r"\d{1,9}", text) else None


def _said(answer: Answer) -> str:
    """A sentence of the platform, where it has one."""
    values = _object(answer)
    for name in ("message", "error_description", "error", "reason", "title", "detail"):
        if isinstance(values.get(name), str):
            return " ".join(values[name].split())[:200]
    return ""


def _object(answer: Answer) -> dict[str, Any]:
    try:
        values = json.loads(answer.body)
    except (ValueError, RecursionError):
        return {}
    return values if isinstance(values, dict) else {}


def _entries(answer: Answer) -> list[dict[str, Any]]:
    try:
        values = json.loads(answer.body)
    except (ValueError, RecursionError):
        raise ServiceTrouble(failed("the list of line items is not JSON")) from None
    if not isinstance(values, list):
        raise ServiceTrouble(failed("the list of line items is none"))
    return [each for each in values if isinstance(each, dict)]


def _next_page(page: str, answer: Answer) -> str | None:
    """The next page of a list (RFC 8288), where it is on the same host: our token goes nowhere else."""
    for part in answer.headers.get("link", "")[:4096].split(","):
        match = re.search(r'<([^<>]+)>\s*;[^,]*rel="?next"?', part)
        if match:
            url = urljoin(page, match[1])
            same = urlsplit(url)[:2] == urlsplit(page)[:2]
            return url if same and is_web_address(url) else None
    return None
