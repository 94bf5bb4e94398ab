"""One score on its way: to Basic Outcomes with LTI 1.1, to a line item with LTI 1.3."""

import asyncio
from collections import defaultdict
from collections.abc import Mapping
from typing import Any

from openjupyter_service.grading.tool_keys import signing_key
from openjupyter_service.lti.ags import GradeServiceClient, LineItem, Score, ServiceTrouble
from openjupyter_service.lti.delivery import Delivery, failed, refused
from openjupyter_service.lti.fetch import Fetch, Unreachable
from openjupyter_service.lti.outcomes import build_replace_result, parse_answer
from openjupyter_service.lti.tokens import AccessTokens
from openjupyter_service.lti.tool_keys import sign_jwt
from openjupyter_service.platforms import Platform11, Platform13
from openjupyter_service.store.launches import Launches
from openjupyter_service.store.platforms import Platforms
from openjupyter_service.store.records import OutboxItem
from openjupyter_service.store.tool_keys import ToolKeys

MAX_CONFLICTS = 5
"""So often a score of the same second is sent anew; then a newer one must be there already."""

_Link = tuple[str, str, str, str]


class Deliveries:
    """Brings scores to their LMS, one call at a time.

    Args:
        platforms: of the site.
        keys: the tool's.
        launches: where line items and timestamps are kept.
        fetch: the HTTP client.
    """

    def __init__(self, platforms: Platforms, keys: ToolKeys, launches: Launches, fetch: Fetch) -> None:
        self._platforms = platforms
        self._keys = keys
        self._launches = launches
        self._fetch = fetch
        self._grades = GradeServiceClient(fetch, AccessTokens(fetch, self._sign))
        self._locks: dict[_Link, asyncio.Lock] = defaultdict(asyncio.Lock)
        self._found: dict[_Link, str] = {}
        """Line items that were found or made while others waited for the same link."""

    async def deliver(self, item: OutboxItem) -> Delivery:
        """Send a score once."""
        platform = await asyncio.to_thread(self._platforms.get, item.platform)
        if platform is None:
            return failed("its platform is no longer registered")
        if isinstance(platform, Platform11):
            return await self._replace_result(platform, item)
        return await self._send_score(platform, item)

    async def _replace_result(self, platform: Platform11, item: OutboxItem) -> Delivery:
        if item.outcome_url is None or item.sourcedid is None:
            return failed("its platform speaks LTI 1.1, and the launch was one of LTI 1.3")
        headers, body = build_replace_result(
            item.outcome_url, item.sourcedid, item.score, platform.consumer_key, platform.shared_secret()
        )
        try:
            answer = await self._fetch(
                "POST",
                item.outcome_url,
                headers=headers,
                body=body,
                private_network=platform.private_network,
            )
        except Unreachable as error:
            return failed(f"not reached: {error}", of_platform=True)
        return parse_answer(answer)

    async def _send_score(self, platform: Platform13, item: OutboxItem) -> Delivery:
        if item.lineitem_url is None and item.lineitems_url is None:
            return failed("its platform speaks LTI 1.3, and the launch was one of LTI 1.1")
        try:
            url = item.lineitem_url or await self._line_item(platform, item)
        except ServiceTrouble as trouble:
            return trouble.delivery
        delivery = await self._put(platform, url, item)
        if delivery.conflict and item.attempts >= MAX_CONFLICTS:
            return refused("the LMS has a newer score")
        if delivery.is_missing and item.lineitems_url and await self._grades.is_gone(platform, url):
            await asyncio.to_thread(self._launches.forget_lineitem, item.placement_id, url)
            self._found.pop(_link(item), None)
            return refused("the column of the gradebook was deleted in the LMS; a new launch of the link mends it")
        return delivery

    async def _put(self, platform: Platform13, url: str, item: OutboxItem) -> Delivery:
        timestamp = await asyncio.to_thread(self._launches.next_timestamp, item.placement_id)
        score = Score(item.subject, item.score * item.maximum, item.maximum, timestamp, item.comment)
        return await self._grades.send(platform, url, score)

    async def _line_item(self, platform: Platform13, item: OutboxItem) -> str:
        """The link's line item: one search, or one new column, also when a whole class finishes at once."""
        assert item.lineitems_url is not None
        link = _link(item)
        async with self._locks[link]:
            if link not in self._found:
                column = LineItem(
                    label=item.resource_title or item.exercise,
                    maximum=item.maximum,
                    resource_id=f"{item.course}/{item.exercise}",
                    resource_link_id=item.resource_link_id,
                )
                url = await self._grades.find_or_make(platform, item.lineitems_url, column)
                await asyncio.to_thread(self._launches.set_lineitem, item.placement_id, url)
                self._found[link] = url
            return self._found[link]

    def _sign(self, claims: Mapping[str, Any]) -> str:
        return sign_jwt(signing_key(self._keys), claims)


def _link(item: OutboxItem) -> _Link:
    return item.platform, item.deployment, item.context_id, item.resource_link_id
