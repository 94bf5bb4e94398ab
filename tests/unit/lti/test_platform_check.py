"""`platform check`: every way in which an LMS may be badly connected is told in words, with the next step."""

import json
from collections.abc import Mapping
from email.utils import formatdate
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs

import pytest

from openjupyter_service.lti.addresses import ToolAddresses
from openjupyter_service.lti.fetch import Answer, Unreachable
from openjupyter_service.lti.findings import Finding, check_platform11
from openjupyter_service.lti.platform_check import PlatformCheck
from openjupyter_service.lti.scopes import LINEITEM, SCORE
from openjupyter_service.lti.tool_keys import generate, public_jwk
from openjupyter_service.platforms import Platform11, Platform13
from openjupyter_service.store import ToolKey
from tests.unit.lti.fetching import Answering, Asked, FakeFetch, json_answer

NOW = 1_800_000_000.4
TOOL = ToolAddresses("https://lab.example.org/hub/")
LMS = "https://lms.example.org"
KEYS, TOKEN, OURS = f"GET {LMS}/certs", f"POST {LMS}/token", f"GET {TOOL.jwks}"
KEY = public_jwk(ToolKey("theirs", generate()[1], 0, 0, None))
GOOD: dict[str, Answering] = {
    KEYS: json_answer({"keys": [KEY]}, date=formatdate(NOW, usegmt=True)),
    TOKEN: json_answer({"access_token": "t", "scope": f"{LINEITEM} {SCORE}"}),
    OURS: json_answer({"keys": [{"kid": "mine"}]}),
}


def platform(**changes: Any) -> Platform13:
    values = {
        "name": "lms",
        "issuer": LMS,
        "client_id": "client",
        "deployments": ["1"],
        "authorization_url": f"{LMS}/auth",
        "token_url": f"{LMS}/token",
        "jwks_url": f"{LMS}/certs",
    }
    return Platform13.model_validate(values | changes)


def sign(claims: Mapping[str, Any]) -> str:
    return "signed:" + json.dumps(claims)


async def check(
    answers: Mapping[str, Answering] | None = None, tool: ToolAddresses = TOOL, **changes: Any
) -> tuple[dict[str, Finding], FakeFetch]:
    fetch = FakeFetch(GOOD | dict(answers or {}))
    findings = await PlatformCheck(platform(**changes), tool, fetch, sign, "mine", lambda: NOW).run()
    assert all(finding.next_step for finding in findings if finding.ok is False)
    assert all("\n" not in finding.text + finding.next_step for finding in findings)
    return {finding.what: finding for finding in findings}, fetch


async def test_all_is_well() -> None:
    found, fetch = await check()
    assert {name: finding.ok for name, finding in found.items()} == dict.fromkeys(
        ["our address", "our keys", "deployments", "the LMS's keys", "access token", "clock"], True
    )
    (asked,) = [asked for asked in fetch.asked if asked.method == "POST"]
    assert asked.body is not None
    form = {name: values[0] for name, values in parse_qs(asked.body.decode()).items()}
    assert form["grant_type"] == "client_credentials" and set(form["scope"].split()) == {LINEITEM, SCORE}
    claims = json.loads(form["client_assertion"].removeprefix("signed:"))
    assert (claims["iss"], claims["sub"], claims["aud"]) == ("client", "client", f"{LMS}/token")
    assert claims["iat"] <= NOW < claims["exp"] <= NOW + 300 and len(claims["jti"]) >= 16


async def test_an_audience_of_its_own_is_used() -> None:
    _, fetch = await check(token_audience="https://api.example.org/token")
    body = parse_qs((fetch.asked[-1].body or b"").decode())
    assert json.loads(body["client_assertion"][0].removeprefix("signed:"))["aud"] == "https://api.example.org/token"


@pytest.mark.parametrize("private", [False, True])
async def test_the_lms_is_called_in_a_private_network_only_if_it_may(private: bool) -> None:
    _, fetch = await check(private_network=private)
    assert {asked.private_network for asked in fetch.asked if asked.url.startswith(LMS)} == {private}


async def test_no_deployment_is_not_enough_and_all_are() -> None:
    found, _ = await check(deployments=[])
    assert not found["deployments"].ok and "platform edit lms --deployment" in found["deployments"].next_step
    assert (await check(deployments=["*"]))[0]["deployments"].text == "all of this client id"


@pytest.mark.parametrize(
    ("answer", "words"),
    [
        (json_answer({"keys": []}), "it is empty"),
        (json_answer({}), "without a list of keys"),
        (Answer(200, {}, b"<html>"), "it is not JSON"),
        (json_answer({"keys": [KEY | {"kty": "EC"}, KEY | {"kid": "b", "d": "x"}]}), "private part"),
        (json_answer({"keys": [KEY | {"use": "enc"}]}), "'theirs': it is not for signatures"),
        (Answer(404), "HTTP 404"),
        (Unreachable("there is no such host"), "lms.example.org cannot be reached: there is no such host"),
    ],
)
async def test_keys_that_are_none(answer: Answering, words: str) -> None:
    found, _ = await check({KEYS: answer})
    assert not found["the LMS's keys"].ok and words in found["the LMS's keys"].text
    assert found["access token"].ok, "one thing that is wrong hides no other"


@pytest.mark.parametrize(
    ("answer", "product", "words", "step"),
    [
        (Answer(404), "moodle", "cannot read our keys", "HTTP security"),
        (Answer(404), "other", "does not exist", "--token-url"),
        (json_answer({"error": "invalid_client"}, 401), "canvas", "does not know us", "client id"),
        (json_answer({"error": "unauthorized_client"}, 400), "other", "does not know us", TOOL.jwks),
        (json_answer({"error": "invalid_grant", "error_description": "aud"}, 400), "other", "aud", "--token-audience"),
        (json_answer({"error": "invalid_scope"}, 400), "moodle", "does not allow scores", "Assignment and Grade"),
        (json_answer({"access_token": "t", "scope": SCORE}), "other", "without the rights: lineitem", "line items"),
        (json_answer({"access_token": ""}), "other", "HTTP 200", "client id"),
        (Answer(500, {}, b"boom"), "other", "the LMS fails (HTTP 500 (boom))", "log"),
        (Answer(400, {}, b"<html>"), "other", "HTTP 400", "client id"),
        (Unreachable("its address is private"), "other", "address is private", "--private-network"),
        (Unreachable("certificate has expired"), "other", "certificate has expired", "SSL_CERT_FILE"),
        (Unreachable("no answer in 20 s"), "other", "no answer", "may reach"),
    ],
)
async def test_no_token(answer: Answering, product: str, words: str, step: str) -> None:
    found, _ = await check({TOKEN: answer}, product=product)
    assert not found["access token"].ok
    assert words in found["access token"].text and step in found["access token"].next_step
    assert "signed:" not in found["access token"].text


async def test_a_token_without_scope_has_all_that_was_asked_for() -> None:
    assert (await check({TOKEN: json_answer({"access_token": "t"})}))[0]["access token"].ok


@pytest.mark.parametrize(
    ("offset", "ok", "text"),
    [
        (0, True, "the same as the LMS's"),
        (-1, True, "the same"),
        (20, True, "20 s behind"),
        (-20, True, "ahead of"),
        (300, False, "300 s behind the LMS's"),
        (-300, False, "300 s ahead of the LMS's"),
    ],
)
async def test_clocks(offset: int, ok: bool, text: str) -> None:
    date = formatdate(NOW + offset, usegmt=True)
    found, _ = await check({KEYS: json_answer({"keys": [KEY]}, date=date)})
    number = text.split()[0]
    shown = found["clock"].text
    assert found["clock"].ok is ok
    assert text in shown or (number.isdigit() and abs(int(shown.split()[0]) - int(number)) <= 1)


async def test_a_wrong_clock_is_named_as_the_reason_of_a_refusal() -> None:
    late = json_answer({"keys": [KEY]}, date=formatdate(NOW + 900, usegmt=True))
    found, _ = await check({KEYS: late, TOKEN: json_answer({"error": "invalid_client"}, 401)})
    assert "clock" in found["access token"].text and "clock" in found["access token"].next_step


@pytest.mark.parametrize("date", ["", "yesterday", "Fri, 99 Foo 2026"])
async def test_without_a_time_nothing_is_said_of_clocks(date: str) -> None:
    found, _ = await check({KEYS: json_answer({"keys": [KEY]}, date=date)})
    assert found["clock"].ok is None


async def test_our_own_keys_must_be_where_the_lms_looks_for_them() -> None:
    found, _ = await check({OURS: json_answer({"keys": [{"kid": "other"}]})})
    assert found["our keys"].ok is False and "public_url" in found["our keys"].next_step
    found, _ = await check({OURS: Answer(404)})
    assert found["our keys"].ok is False
    found, _ = await check({OURS: Unreachable("the connection was refused")})
    assert found["our keys"].ok is None, "from here the public address may be out of reach"


async def test_an_address_that_an_lms_cannot_reach_is_pointed_out() -> None:
    tool = ToolAddresses("http://127.0.0.1:8000/hub/")

    def ours(_: Asked) -> Answer:
        return json_answer({"keys": [{"kid": "mine"}]})

    found, _ = await check({f"GET {tool.jwks}": ours}, tool)
    assert found["our address"].ok is None and "public_url" in found["our address"].next_step


# ----------------------------------------------------------------------------- LTI 1.1


def old(**changes: Any) -> dict[str, Finding]:
    values = {"name": "lms", "consumer_key": "key", "secret": "s" * 32} | changes
    values = {name: value for name, value in values.items() if value is not None}
    return {finding.what: finding for finding in check_platform11(Platform11.model_validate(values), TOOL)}


def test_an_old_platform_is_well() -> None:
    found = old()
    assert all(finding.ok for finding in found.values())
    assert found["consumer key"].text == "key"
    assert not any("ssss" in finding.text + finding.next_step for finding in found.values())


def test_secrets_that_are_none(tmp_path: Path) -> None:
    assert "could be guessed" in old(secret="short")["shared secret"].text
    assert not old(secret="")["shared secret"].ok
    file = tmp_path / "secret"
    assert "No such file" in old(secret=None, secret_file=file)["shared secret"].text
    file.write_bytes(b"\xff\xfe\xfa")
    assert "not text" in old(secret=None, secret_file=file)["shared secret"].text
    file.write_text("s" * 40 + "\n")
    assert old(secret=None, secret_file=file)["shared secret"].text == "40 characters"
