"""LTI 1.3 of the demo LMS by itself: what it refuses, so that a tool's mistakes are found out."""

import json
from collections.abc import AsyncIterator, Callable
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any
from urllib.parse import urlencode

import pytest
from joserfc import jwt
from joserfc.jwk import KeySet

from deploy.demo_lms import Config, RunningLms
from deploy.demo_lms.launch13 import CLAIM, DL_CLAIM
from deploy.demo_lms.tools import LINE_ITEM, LINE_ITEM_READ, MEMBERS_READ, RESULT_READ, SCORE
from tests.unit.demo_lms.client13 import SCORE_TYPE, Client13
from tests.unit.demo_lms.helpers import ADA, ESRA, FINN, GRETA, Browser, Clock, launch_fields, state, text

ITEM = "/lti13/courses/data-science/lineitems/ds-warm-up/lineitem"
ITEMS = "/lti13/courses/data-science/lineitems"


@pytest.fixture
async def client(clock: Clock) -> AsyncIterator[Client13]:
    client = Client13(clock)
    client.listen()
    yield client
    await client.close()


@pytest.fixture
def lms13(client: Client13, config: Config, start_lms: Callable[..., RunningLms]) -> Callable[[str], RunningLms]:
    def starter(mode: str = "plain") -> RunningLms:
        lms = start_lms(replace(config, tool13=client.registration, mode=mode))
        client.lms_url = lms.url
        return lms

    return starter


@pytest.fixture
def lms(lms13: Callable[[str], RunningLms]) -> RunningLms:
    return lms13("plain")


def authentication(lms: RunningLms, client: Client13, **changes: str | None) -> str:
    values = {
        "client_id": "client-7",
        "redirect_uri": client.registration.launch_url,
        "scope": "openid",
        "response_type": "id_token",
        "response_mode": "form_post",
        "prompt": "none",
        "login_hint": ADA,
        "lti_message_hint": json.dumps({"link": "ds-warm-up"}),
        "state": "state-1",
        "nonce": "nonce-1",
        **changes,
    }
    return "/lti13/authorize?" + urlencode({name: value for name, value in values.items() if value is not None})


async def test_a_click_begins_a_login(lms: RunningLms, browser: Browser, client: Client13) -> None:
    await browser.sign_in(ADA)
    page = await browser.fetch("/launch/ds-warm-up?tool=client-7")
    assert f'action="{client.url}/login"' in text(page)
    fields = launch_fields(page)
    assert (fields["iss"], fields["client_id"], fields["lti_deployment_id"]) == (lms.url, "client-7", "deployment-1")
    assert fields["target_link_uri"] == client.registration.launch_url and fields["login_hint"] == ADA
    policy = page.headers["Content-Security-Policy"]
    assert f"form-action 'self' {client.url};" in policy
    assert (await browser.fetch("/launch/ds-warm-up?tool=nobody")).code == 404


async def test_a_login_is_answered_with_a_signed_launch(lms: RunningLms, browser: Browser, client: Client13) -> None:
    await browser.sign_in(ADA)
    fields = launch_fields(await browser.fetch(authentication(lms, client)))
    assert fields["state"] == "state-1"
    keys = KeySet.import_key_set(json.loads((await browser.fetch("/lti13/jwks")).body))
    token = jwt.decode(fields["id_token"], keys, algorithms=["RS256"])
    assert not any(name in str(keys.as_dict(private=False)) for name in ('"d"', "'d'"))
    claims: dict[str, Any] = token.claims
    assert (claims["iss"], claims["aud"], claims["sub"], claims["nonce"]) == (lms.url, "client-7", ADA, "nonce-1")
    assert claims[f"{CLAIM}resource_link"]["id"] == "ds-warm-up"
    assert claims[f"{CLAIM}custom"] == {"course": "sample", "exercise": "warm-up"}
    assert claims["https://purl.imsglobal.org/spec/lti-ags/claim/endpoint"]["lineitem"] == lms.url + ITEM


@pytest.mark.parametrize(
    ("changes", "error"),
    [
        ({"scope": "profile"}, "invalid_request"),
        ({"response_type": "code"}, "invalid_request"),
        ({"response_mode": "query"}, "invalid_request"),
        ({"prompt": None}, "invalid_request"),
        ({"nonce": None}, "invalid_request"),
        ({"login_hint": ESRA}, "login_required"),
        ({"login_hint": None}, "login_required"),
        ({"lti_message_hint": None}, "access_denied"),
        ({"lti_message_hint": "[]"}, "access_denied"),
        ({"lti_message_hint": '{"link": "nothing"}'}, "access_denied"),
        ({"lti_message_hint": '{"content": "data-science"}'}, "access_denied"),
    ],
)
async def test_a_wrong_login_gets_the_error_of_the_standard(
    lms: RunningLms, browser: Browser, client: Client13, changes: dict[str, str | None], error: str
) -> None:
    await browser.sign_in(ADA)
    fields = launch_fields(await browser.fetch(authentication(lms, client, **changes)))
    assert (fields["error"], fields["state"]) == (error, "state-1") and "id_token" not in fields


async def test_strangers_and_people_of_other_courses_get_no_launch(
    lms: RunningLms, browser: Browser, client: Client13
) -> None:
    assert launch_fields(await browser.fetch(authentication(lms, client)))["error"] == "login_required"
    await browser.sign_in(FINN)
    other = authentication(lms, client, login_hint=FINN, lti_message_hint='{"link": "py-figure"}')
    assert launch_fields(await browser.fetch(other))["error"] == "access_denied"


@pytest.mark.parametrize("changes", [{"client_id": "client-8"}, {"redirect_uri": "https://evil.example/launch"}])
async def test_nothing_is_sent_to_an_address_that_is_not_the_tools(
    lms: RunningLms, browser: Browser, client: Client13, changes: dict[str, str]
) -> None:
    await browser.sign_in(ADA)
    page = await browser.fetch(authentication(lms, client, **changes))
    assert page.code == 400 and "evil" not in text(page)
    doubled = authentication(lms, client) + "&" + urlencode({"redirect_uri": "https://evil.example/launch"})
    assert (await browser.fetch(doubled)).code == 400


async def test_a_token_is_given_for_the_scopes_asked_for(lms: RunningLms, client: Client13) -> None:
    assert await client.token() != await client.token(SCORE)


REFUSED: dict[str, Callable[[Client13], dict[str, str]]] = {
    "another grant": lambda _: {"grant_type": "password"},
    "another assertion type": lambda _: {"client_assertion_type": "saml"},
    "no assertion": lambda _: {"client_assertion": "nothing"},
    "a stranger's key": lambda c: {"client_assertion": c.assertion(c.stranger)},
    "HS256 with the public key": lambda c: {"client_assertion": c.forged()},
    "another client": lambda c: {"client_assertion": c.assertion(iss="client-8")},
    "another sub": lambda c: {"client_assertion": c.assertion(sub="client-8")},
    "another aud": lambda c: {"client_assertion": c.assertion(aud="https://other.example/token")},
    "the issuer as aud": lambda c: {"client_assertion": c.assertion(aud=c.lms_url)},
    "no jti": lambda c: {"client_assertion": c.assertion(jti=None)},
    "expired": lambda c: {"client_assertion": c.assertion(iat=1, exp=61)},
    "of the future": lambda c: {"client_assertion": c.assertion(iat=int(c.clock.now) + 900)},
    "too long": lambda c: {"client_assertion": c.assertion(exp=int(c.clock.now) + 86400)},
    "no exp": lambda c: {"client_assertion": c.assertion(exp=None)},
    "no scope": lambda _: {"scope": ""},
    "a scope of others": lambda _: {"scope": "https://purl.imsglobal.org/spec/lti-ags/scope/everything"},
    "a body that is no form": lambda _: {"content_type": "application/json"},
}


@pytest.mark.parametrize("case", REFUSED)
async def test_no_token_for(lms: RunningLms, client: Client13, case: str) -> None:
    answer = await client.ask(**REFUSED[case](client))
    assert answer.code == 400, answer.body
    assert json.loads(answer.body)["error"].startswith(("invalid_", "unsupported_"))


async def test_an_assertion_is_used_once(lms: RunningLms, client: Client13) -> None:
    assertion = client.assertion()
    assert [(await client.ask(client_assertion=assertion)).code for _ in range(2)] == [200, 400]


async def test_moodle_does_not_say_why_there_is_no_token(lms13: Callable[[str], RunningLms], client: Client13) -> None:
    lms13("moodle")
    answer = await client.ask(client_assertion=client.assertion(client.stranger))
    assert answer.code == 404 and b"signature" not in answer.body


async def test_a_key_that_is_new_is_fetched(lms: RunningLms, client: Client13) -> None:
    await client.token()
    client.key = client.stranger
    await client.token()


async def test_services_want_a_token_for_them(lms: RunningLms, client: Client13, clock: Clock) -> None:
    right = await client.token(LINE_ITEM_READ)
    assert (await client.call(ITEMS, right)).code == 200
    for path, scope in ((f"{ITEM}/results", SCORE), ("/lti13/courses/data-science/members", SCORE)):
        assert (await client.call(path, await client.token(scope))).code == 403
    assert (await client.call(ITEMS, right, "POST", {"label": "x", "scoreMaximum": 1})).code == 403
    assert (await client.call(f"{ITEM}/scores", right, "POST", score(client), SCORE_TYPE)).code == 403
    assert (await client.call(ITEMS, "made-up")).code == 401
    clock.now += 3601
    assert (await client.call(ITEMS, right)).code == 401


async def test_members(lms: RunningLms, client: Client13) -> None:
    token = await client.token(MEMBERS_READ)
    found = json.loads((await client.call("/lti13/courses/refresher/members", token)).body)
    assert {member["user_id"] for member in found["members"]} >= {ADA, GRETA} and found["context"]["id"] == "refresher"
    assert ESRA not in str(found)
    only = json.loads((await client.call("/lti13/courses/refresher/members?role=Instructor", token)).body)["members"]
    assert [member["user_id"] for member in only] == [GRETA]
    assert (await client.call("/lti13/courses/nothing/members", token)).code == 404


async def test_line_items_of_a_course(lms: RunningLms, client: Client13) -> None:
    token = await client.token(LINE_ITEM)
    known = json.loads((await client.call(ITEMS, token)).body)
    assert [item["resourceLinkId"] for item in known] == ["ds-warm-up", "ds-cleaning", "ds-figure", "ds-network"]
    wanted = {"label": "Quiz", "scoreMaximum": 20, "resourceId": "r", "tag": "t"}
    made = await client.call(ITEMS, token, "POST", wanted)
    assert made.code == 201
    item = json.loads(made.body)
    assert {name: item[name] for name in wanted} == wanted
    assert json.loads((await client.call(item["id"], token)).body) == item
    for query, count in (("resource_id=r", 1), ("tag=t", 1), ("resource_link_id=ds-figure", 1), ("tag=x", 0)):
        assert len(json.loads((await client.call(f"{ITEMS}?{query}", token)).body)) == count
    changed = await client.call(item["id"], token, "PUT", wanted | {"label": "Test"})
    assert json.loads(changed.body)["label"] == "Test"
    assert (await client.call(item["id"], token, "DELETE")).code == 204
    assert (await client.call(item["id"], token)).code == 404
    assert (await client.call(ITEM, token, "DELETE")).code == 204
    assert len(json.loads((await client.call(ITEMS, token)).body)) == 3


@pytest.mark.parametrize(
    "value",
    [
        [],
        "no JSON",
        {"label": "", "scoreMaximum": 1},
        {"label": "x"},
        {"label": "x", "scoreMaximum": 0},
        {"label": "x", "scoreMaximum": True},
        {"label": "x", "scoreMaximum": 1, "resourceLinkId": "nothing"},
        {"label": "x", "scoreMaximum": 1, "tag": 7},
    ],
)
async def test_what_makes_no_line_item(lms: RunningLms, client: Client13, value: Any) -> None:
    token = await client.token(LINE_ITEM)
    assert (await client.call(ITEMS, token, "POST", value)).code == 400


async def test_canvas_has_pages_and_no_line_items_by_itself(
    lms13: Callable[[str], RunningLms], client: Client13
) -> None:
    lms13("canvas")
    token = await client.token(LINE_ITEM)
    assert json.loads((await client.call(ITEMS, token)).body) == []
    for number in range(3):
        await client.call(ITEMS, token, "POST", {"label": f"Item {number}", "scoreMaximum": 1})
    first = await client.call(ITEMS, token)
    assert len(json.loads(first.body)) == 2
    following = first.headers["Link"].partition("<")[2].partition(">")[0]
    second = await client.call(following, token)
    assert [item["label"] for item in json.loads(second.body)] == ["Item 2"] and "Link" not in second.headers


def score(client: Client13, at: float = 0.0, **changes: Any) -> dict[str, Any]:
    value = {
        "userId": ADA,
        "scoreGiven": 3,
        "scoreMaximum": 4,
        "activityProgress": "Completed",
        "gradingProgress": "FullyGraded",
        "timestamp": datetime.fromtimestamp(client.clock.now + at, UTC).isoformat(timespec="milliseconds"),
    } | changes
    return {name: found for name, found in value.items() if found is not None}


async def test_a_score_goes_into_the_gradebook(lms: RunningLms, client: Client13) -> None:
    token = await client.token(SCORE, RESULT_READ)
    assert (
        await client.call(f"{ITEM}/scores", token, "POST", score(client, comment="Well done"), SCORE_TYPE)
    ).code == 204
    result = state(lms).store.result(ADA, "ds-warm-up")
    assert result is not None and (result.score, result.comment) == (0.75, "Well done")
    (found,) = json.loads((await client.call(f"{ITEM}/results", token)).body)
    assert (found["userId"], found["resultScore"], found["comment"]) == (ADA, 0.75, "Well done")
    assert json.loads((await client.call(f"{ITEM}/results?user_id={ESRA}", token)).body) == []
    pending = score(client, 1, scoreGiven=0, gradingProgress="Pending")
    assert (await client.call(f"{ITEM}/scores", token, "POST", pending, SCORE_TYPE)).code == 204
    assert state(lms).store.results()[ADA, "ds-warm-up"].score == 0.75


@pytest.mark.parametrize(
    ("changes", "status"),
    [
        ({"userId": "nobody"}, 404),
        ({"userId": None}, 404),
        ({"userId": GRETA}, 400),
        ({"activityProgress": None}, 400),
        ({"gradingProgress": "Done"}, 400),
        ({"scoreMaximum": None}, 400),
        ({"scoreMaximum": 0}, 400),
        ({"scoreGiven": -1}, 400),
        ({"scoreGiven": "3"}, 400),
        ({"timestamp": None}, 400),
        ({"timestamp": "2026-01-01T00:00:00"}, 400),
        ({"timestamp": "2026-01-01T00:00:00Z"}, 400),
        ({"comment": 7}, 400),
    ],
)
async def test_a_score_that_is_not_taken(
    lms: RunningLms, client: Client13, changes: dict[str, Any], status: int
) -> None:
    token = await client.token(SCORE)
    answer = await client.call(f"{ITEM}/scores", token, "POST", score(client, **changes), SCORE_TYPE)
    assert answer.code == status and json.loads(answer.body)["error"]
    assert state(lms).store.results() == {}
    assert (await client.call(f"{ITEM}/scores", token, "POST", score(client), "application/json")).code == 415


@pytest.mark.parametrize(("mode", "soon"), [("plain", 204), ("moodle", 409)])
async def test_scores_must_rise_in_time(
    lms13: Callable[[str], RunningLms], client: Client13, mode: str, soon: int
) -> None:
    lms13(mode)
    token = await client.token(SCORE)
    path = f"{ITEM}/scores"
    codes = [
        (await client.call(path, token, "POST", score(client, at), SCORE_TYPE)).code
        for at in (0.0, 0.2, -5.0, 1.2, 1.2)
    ]
    first = 200 if mode == "moodle" else 204
    assert codes == [first, soon, 409, first, 409]


async def deep_link(lms: RunningLms, client: Client13, browser: Browser, **changes: Any) -> dict[str, Any]:
    """The claims of a right response to a request of the instructor."""
    await browser.sign_in(GRETA)
    hint = json.dumps({"content": "refresher"})
    asked = authentication(lms, client, login_hint=GRETA, lti_message_hint=hint)
    id_token = launch_fields(await browser.fetch(asked))["id_token"]
    keys = KeySet.import_key_set(json.loads((await browser.fetch("/lti13/jwks")).body))
    settings = jwt.decode(id_token, keys, algorithms=["RS256"]).claims[f"{DL_CLAIM}deep_linking_settings"]
    assert settings["deep_link_return_url"] == f"{lms.url}/lti13/content"
    now = int(client.clock.now)
    return {
        "iss": "client-7",
        "aud": lms.url,
        "iat": now,
        "exp": now + 60,
        "nonce": f"nonce-{now}",
        f"{CLAIM}deployment_id": "deployment-1",
        f"{CLAIM}message_type": "LtiDeepLinkingResponse",
        f"{CLAIM}version": "1.3.0",
        f"{DL_CLAIM}content_items": [{"type": "ltiResourceLink", "title": "A link", "custom": {"exercise": "x"}}],
        f"{DL_CLAIM}data": settings["data"],
    } | changes


async def bring(client: Client13, browser: Browser, claims: dict[str, Any], key: Any = None) -> int:
    token = jwt.encode({"alg": "RS256", "kid": client.key.kid}, claims, key or client.key)
    body = urlencode({"JWT": token})
    return int((await browser.fetch("/lti13/content", "POST", body)).code)


async def test_chosen_links_come_into_the_course_once(lms: RunningLms, browser: Browser, client: Client13) -> None:
    claims = await deep_link(lms, client, browser)
    assert await bring(client, browser, claims) == 303
    assert await bring(client, browser, claims) == 400
    assert "A link" in text(await browser.fetch("/course/refresher"))
    assert [link.title for link in state(lms).catalogue.courses[1].links].count("A link") == 1


WRONG_CONTENT = {
    "another iss": {"iss": "client-8"},
    "another aud": {"aud": "https://other.example"},
    "expired": {"exp": 100, "iat": 40},
    "no nonce": {"nonce": None},
    "another deployment": {f"{CLAIM}deployment_id": "2"},
    "another message": {f"{CLAIM}message_type": "LtiResourceLinkRequest"},
    "another version": {f"{CLAIM}version": "1.1"},
    "no data": {f"{DL_CLAIM}data": None},
    "data of others": {f"{DL_CLAIM}data": "2|1:0|10:1700000000|7:content|4:eA==|00"},
    "items that are none": {f"{DL_CLAIM}content_items": "x"},
    "one item that is no link": {
        f"{DL_CLAIM}content_items": [{"type": "ltiResourceLink", "title": "A link"}, {"type": "html", "title": "x"}]
    },
    "no title": {f"{DL_CLAIM}content_items": [{"type": "ltiResourceLink"}]},
    "a maximum of nothing": {
        f"{DL_CLAIM}content_items": [{"type": "ltiResourceLink", "title": "x", "lineItem": {"scoreMaximum": 0}}]
    },
}


@pytest.mark.parametrize("case", WRONG_CONTENT)
async def test_a_choice_that_does_not_hold_adds_nothing(
    lms: RunningLms, browser: Browser, client: Client13, case: str
) -> None:
    before = len(state(lms).catalogue.courses[1].links)
    claims = await deep_link(lms, client, browser, **WRONG_CONTENT[case])
    assert await bring(client, browser, claims) == 400
    assert await bring(client, browser, await deep_link(lms, client, browser), client.stranger) == 400
    assert len(state(lms).catalogue.courses[1].links) == before


async def test_faults_are_for_programs_on_this_machine(lms: RunningLms, browser: Browser, client: Client13) -> None:
    headers = {"Content-Type": "application/json"}
    body = json.dumps({"calls": 1, "status": 502, "body": "<html>"})
    proxied = headers | {"X-Forwarded-For": "192.0.2.7"}
    assert (await browser.fetch("/api/faults", "POST", body, proxied)).code == 403
    assert (await browser.fetch("/api/faults", "POST", body, headers)).code == 200
    assert [(await client.ask()).code for _ in range(2)] == [502, 200]
    for wrong in ({"calls": -1}, {"calls": "x"}, {"status": 99}, {"seconds": 1e9}, {"body": 7}):
        assert (await browser.fetch("/api/faults", "POST", json.dumps(wrong), headers)).code == 400


@pytest.mark.parametrize("mode", ["xikolo", "xikolo-anonymized"])
async def test_xikolo_speaks_lti_11_alone_and_tells_little(
    lms13: Callable[[str], RunningLms], browser: Browser, client: Client13, mode: str
) -> None:
    lms = lms13(mode)
    browser.url = lms.url
    await browser.sign_in(ADA)
    fields = launch_fields(await browser.fetch("/launch/ds-warm-up"))
    assert [name for name, value in fields.items() if ADA in value] == ["lis_result_sourcedid"]
    assert "lis_person_name_full" not in fields and "lis_person_contact_email_primary" not in fields
    assert ("user_id" in fields) is (mode == "xikolo")
    assert (await browser.fetch("/.well-known/openid-configuration")).code == 404
    assert (await browser.fetch("/launch/ds-warm-up?tool=client-7")).code == 404
    assert (await client.ask()).code == 400
