"""Tokens, line items and scores, with a platform that is played and misbehaves as told."""

import json
from collections.abc import Mapping
from typing import Any
from urllib.parse import parse_qs, urlsplit

import jwt
import pytest

from openjupyter_service.lti.ags import (
    LINEITEM_TYPE,
    SCORE_TYPE,
    GradeServiceClient,
    LineItem,
    Score,
    ServiceTrouble,
    scores_url,
    timestamp_text,
)
from openjupyter_service.lti.fetch import Answer, Unreachable
from openjupyter_service.lti.tokens import AccessTokens
from tests.unit.lti.platform13 import PLATFORM, SCOPE, private_key

ITEMS = "https://lms.example/course/7/lineitems?type_id=3"
ITEM = "https://lms.example/course/7/lineitems/9/lineitem?type_id=3"
COLUMN = LineItem("Warm-up", 4.0, "python/warm-up", "link-1")
SCORE = Score("person-7", 3.0, 4.0, 1_800_000_000.1234, "3 of 4 points")


class Clock:
    def __init__(self) -> None:
        self.time = 1_800_000_000.0

    def __call__(self) -> float:
        return self.time


class Lms:
    """`answers` by the URL without its query are taken one after the other; the last one stays."""

    def __init__(self) -> None:
        self.calls: list[tuple[str, str, dict[str, str], Any]] = []
        self.answers: dict[str, list[Answer | Exception]] = {}
        self.tokens = 0

    async def __call__(
        self, method: str, url: str, *, headers: Mapping[str, str] | None = None, body: bytes | None = None, **_: Any
    ) -> Answer:
        self.calls.append((method, url, dict(headers or {}), body))
        path = f"{method} {url.partition('?')[0]}"
        answers = self.answers.get(path, [Answer(404)])
        answer = answers.pop(0) if len(answers) > 1 else answers[0]
        if isinstance(answer, Exception):
            raise answer
        if url == PLATFORM.token_url and answer.status == 200 and not answer.body:
            self.tokens += 1
            given = {"access_token": f"token-{self.tokens}", "expires_in": 3600, "token_type": "Bearer"}
            return Answer(200, body=json.dumps(given).encode())
        return answer

    def will(self, path: str, *answers: Answer | Exception) -> None:
        self.answers[path] = list(answers)

    def asked(self, path: str) -> list[tuple[str, dict[str, str], Any]]:
        return [
            (url, headers, body)
            for method, url, headers, body in self.calls
            if f"{method} {url.partition('?')[0]}" == path
        ]


TOKEN = f"POST {PLATFORM.token_url}"
GET_ITEMS, POST_ITEMS = "GET https://lms.example/course/7/lineitems", "POST https://lms.example/course/7/lineitems"
POST_SCORE = "POST https://lms.example/course/7/lineitems/9/lineitem/scores"


def found(*items: Any, **headers: str) -> Answer:
    return Answer(200, headers, json.dumps(items).encode())


@pytest.fixture
def lms() -> Lms:
    lms = Lms()
    lms.will(TOKEN, Answer(200))
    lms.will(POST_SCORE, Answer(200))
    return lms


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def client(lms: Lms, clock: Clock) -> GradeServiceClient:
    def sign(claims: Mapping[str, Any]) -> str:
        return jwt.encode(dict(claims), private_key("tool"), "RS256")

    return GradeServiceClient(lms, AccessTokens(lms, sign, clock))


async def test_a_score_is_sent_as_the_standard_says(client: GradeServiceClient, lms: Lms) -> None:
    assert (await client.send(PLATFORM, ITEM, SCORE)).accepted
    ((url, headers, body),) = lms.asked(POST_SCORE)
    assert url == "https://lms.example/course/7/lineitems/9/lineitem/scores?type_id=3"
    assert headers["Content-Type"] == SCORE_TYPE and headers["Authorization"] == "Bearer token-1"
    assert json.loads(body) == {
        "userId": "person-7", "scoreGiven": 3.0, "scoreMaximum": 4.0, "activityProgress": "Completed",
        "gradingProgress": "FullyGraded", "timestamp": "2027-01-15T08:00:00.123Z", "comment": "3 of 4 points",
    }  # fmt: skip


async def test_the_assertion_is_ours(client: GradeServiceClient, lms: Lms, clock: Clock) -> None:
    await client.send(PLATFORM, ITEM, SCORE)
    ((_, _, body),) = lms.asked(TOKEN)
    form = {name: values[0] for name, values in parse_qs(body.decode()).items()}
    assert form.pop("client_assertion_type") == "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"
    assertion = jwt.decode(
        form.pop("client_assertion"), private_key("tool").public_key(), ["RS256"], audience=PLATFORM.token_url,
        options={"verify_exp": False, "verify_iat": False},
    )  # fmt: skip
    assert form == {"grant_type": "client_credentials", "scope": f"{SCOPE}score"}
    assert assertion["iss"] == assertion["sub"] == PLATFORM.client_id and assertion["jti"]
    assert 0 < assertion["exp"] - clock() <= 300


async def test_a_token_serves_until_shortly_before_it_expires(
    client: GradeServiceClient, lms: Lms, clock: Clock
) -> None:
    for _ in range(3):
        await client.send(PLATFORM, ITEM, SCORE)
    assert lms.tokens == 1
    clock.time += 3600 - 29
    await client.send(PLATFORM, ITEM, SCORE)
    assert lms.tokens == 2


async def test_a_token_that_is_refused_is_got_anew_once(client: GradeServiceClient, lms: Lms) -> None:
    lms.will(POST_SCORE, Answer(401), Answer(200))
    assert (await client.send(PLATFORM, ITEM, SCORE)).accepted and lms.tokens == 2
    lms.will(POST_SCORE, Answer(401))
    delivery = await client.send(PLATFORM, ITEM, SCORE)
    assert not delivery.accepted and not delivery.final and delivery.of_platform
    assert len(lms.asked(POST_SCORE)) == 4


@pytest.mark.parametrize(
    ("answer", "final", "of_platform", "words"),
    [
        (Answer(400, body=b'{"message": "User cannot be graded"}'), True, False, "User cannot be graded"),
        (Answer(422), True, False, "HTTP 422"),
        (Answer(403), True, False, "does not allow"),
        (Answer(404), True, False, "no such column or person"),
        (Answer(410), True, False, "no such column or person"),
        (Answer(409), False, False, "same time or a later one"),
        (Answer(429, {"retry-after": "17"}), False, True, "HTTP 429"),
        (Answer(500, body=b"Traceback <b>"), False, True, "HTTP 500"),
        (Answer(503), False, True, "HTTP 503"),
        (Answer(302, {"location": "http://169.254.169.254/"}), False, True, "redirect"),
        (Answer(418), False, False, "HTTP 418"),
        (Unreachable("no such host"), False, True, "no such host"),
    ],
)
async def test_what_a_refusal_means(
    client: GradeServiceClient, lms: Lms, answer: Any, final: bool, of_platform: bool, words: str
) -> None:
    lms.will(POST_SCORE, answer)
    delivery = await client.send(PLATFORM, ITEM, SCORE)
    assert (delivery.accepted, delivery.final, delivery.of_platform) == (False, final, of_platform)
    assert words in delivery.description and "token-1" not in delivery.description
    if isinstance(answer, Answer) and answer.status == 429:
        assert delivery.retry_after == 17


@pytest.mark.parametrize(
    ("answer", "final", "words"),
    [
        (Answer(404), False, "cannot fetch our keys"),
        (Answer(400, body=b'{"error": "invalid_client"}'), False, "invalid_client"),
        (Answer(200, body=b"<html>"), False, "gave no token"),
        (Answer(200, body=b'{"access_token": 7}'), False, "gave no token"),
        (Answer(200, body='{"access_token": "tök\\n"}'.encode()), False, "gave no token"),
        (
            Answer(200, body=b'{"access_token": "t", "scope": "https://purl.imsglobal.org/other"}'),
            True,
            "does not allow",
        ),
        (Unreachable("refused"), False, "cannot be reached"),
    ],
)
async def test_no_token_no_score(client: GradeServiceClient, lms: Lms, answer: Any, final: bool, words: str) -> None:
    lms.will(TOKEN, answer)
    delivery = await client.send(PLATFORM, ITEM, SCORE)
    assert (delivery.accepted, delivery.final) == (False, final) and words in delivery.description
    assert lms.asked(POST_SCORE) == []


@pytest.mark.parametrize("expires_in", [None, "3600", -1, True, "soon", 1e400, []])
async def test_a_lifetime_that_is_none_does_no_harm(client: GradeServiceClient, lms: Lms, expires_in: Any) -> None:
    body = json.dumps({"access_token": "t", "expires_in": expires_in}).encode()
    lms.will(TOKEN, Answer(200, body=body))
    assert (await client.send(PLATFORM, ITEM, SCORE)).accepted


async def test_a_line_item_of_the_link_is_found(client: GradeServiceClient, lms: Lms) -> None:
    lms.will(
        GET_ITEMS,
        found(
            {"id": "https://lms.example/other", "resourceLinkId": "link-2", "resourceId": "python/warm-up"},
            {"id": "https://lms.example/manual", "resourceLinkId": "link-1"},
            {"id": ITEM, "resourceLinkId": "link-1", "resourceId": "python/warm-up"},
        ),
    )
    assert await client.find_or_make(PLATFORM, ITEMS, COLUMN) == ITEM
    ((url, _, _),) = lms.asked(GET_ITEMS)
    assert parse_qs(urlsplit(url).query) == {"type_id": ["3"], "resource_link_id": ["link-1"]}
    assert lms.asked(POST_ITEMS) == []


async def test_one_of_the_link_does_where_none_is_of_the_exercise(client: GradeServiceClient, lms: Lms) -> None:
    lms.will(GET_ITEMS, found({"id": "https://lms.example/manual", "resourceLinkId": "link-1"}))
    assert await client.find_or_make(PLATFORM, ITEMS, COLUMN) == "https://lms.example/manual"


async def test_pages_are_turned_on_the_same_host_alone(client: GradeServiceClient, lms: Lms) -> None:
    lms.will(
        GET_ITEMS,
        found(link=f'<{ITEMS}&page=2>; rel="next", <{ITEMS}>; rel="first"'),
        found({"id": ITEM, "resourceLinkId": "link-1"}, link='<https://evil.example/items>; rel="next"'),
    )
    assert await client.find_or_make(PLATFORM, ITEMS, COLUMN) == ITEM
    assert len(lms.asked(GET_ITEMS)) == 2 and not any("evil" in url for _, url, _, _ in lms.calls)


async def test_a_list_without_end_is_left(client: GradeServiceClient, lms: Lms) -> None:
    lms.will(GET_ITEMS, found(link=f'<{ITEMS}>; rel="next"'))
    lms.will(POST_ITEMS, Answer(201, body=json.dumps({"id": ITEM}).encode()))
    assert await client.find_or_make(PLATFORM, ITEMS, COLUMN) == ITEM
    assert len(lms.asked(GET_ITEMS)) == 20


async def test_a_line_item_is_made_where_there_is_none(client: GradeServiceClient, lms: Lms) -> None:
    lms.will(GET_ITEMS, found())
    lms.will(POST_ITEMS, Answer(201, body=json.dumps({"id": ITEM, "label": "Warm-up"}).encode()))
    assert await client.find_or_make(PLATFORM, ITEMS, COLUMN) == ITEM
    ((url, headers, body),) = lms.asked(POST_ITEMS)
    assert url == ITEMS and headers["Content-Type"] == LINEITEM_TYPE
    assert json.loads(body) == {
        "label": "Warm-up", "scoreMaximum": 4.0, "resourceId": "python/warm-up", "resourceLinkId": "link-1",
    }  # fmt: skip


@pytest.mark.parametrize(
    "made", [{}, {"id": 7}, {"id": "javascript:alert(1)"}, {"id": "https://user:pass@lms.example/1"}, []]
)
async def test_a_line_item_without_an_address_is_none(client: GradeServiceClient, lms: Lms, made: Any) -> None:
    lms.will(GET_ITEMS, found())
    lms.will(POST_ITEMS, Answer(201, body=json.dumps(made).encode()))
    with pytest.raises(ServiceTrouble) as trouble:
        await client.find_or_make(PLATFORM, ITEMS, COLUMN)
    assert not trouble.value.delivery.final


@pytest.mark.parametrize("body", [b"<html>", b"{}", b"[" * 50_000])
async def test_a_list_that_is_none_is_told(client: GradeServiceClient, lms: Lms, body: bytes) -> None:
    lms.will(GET_ITEMS, Answer(200, body=body))
    with pytest.raises(ServiceTrouble, match="list of line items"):
        await client.find_or_make(PLATFORM, ITEMS, COLUMN)


def test_addresses_and_times_are_as_the_standard_says() -> None:
    assert scores_url("https://lms.example/1") == "https://lms.example/1/scores"
    assert scores_url("https://lms.example/1/?a=b&c=d") == "https://lms.example/1/scores?a=b&c=d"
    assert timestamp_text(1_800_000_000) == "2027-01-15T08:00:00.000Z"
    assert timestamp_text(1_800_000_000.9996) == "2027-01-15T08:00:01.000Z"
