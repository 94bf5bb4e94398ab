"""Dynamic registration, the tool's side, against LMSes as Moodle, Canvas and Blackboard answer, and as none should."""

import json
from typing import Any

import pytest

from openjupyter_service.lti.addresses import ToolAddresses
from openjupyter_service.lti.configuration import Configuration, RegistrationFailed, read_configuration
from openjupyter_service.lti.fetch import Answer, Unreachable
from openjupyter_service.lti.registration import (
    Registered,
    client_metadata,
    platform_of,
    register,
    suggested_name,
)
from tests.unit.lti.fetching import FakeFetch, json_answer

TOOL = ToolAddresses("https://lab.example.org/hub/")
LMS = "https://moodle.example.org"
URL = f"{LMS}/mod/lti/openid-configuration.php"
REGISTER = f"{LMS}/mod/lti/openid-registration.php"
TOKEN = "header.payload.signature"
AGS = "https://purl.imsglobal.org/spec/lti-ags/scope"
PLATFORM = "https://purl.imsglobal.org/spec/lti-platform-configuration"
TOOL_CLAIM = "https://purl.imsglobal.org/spec/lti-tool-configuration"

MOODLE: dict[str, Any] = {
    "issuer": LMS,
    "token_endpoint": f"{LMS}/mod/lti/token.php",
    "token_endpoint_auth_methods_supported": ["private_key_jwt"],
    "jwks_uri": f"{LMS}/mod/lti/certs.php",
    "authorization_endpoint": f"{LMS}/mod/lti/auth.php",
    "registration_endpoint": REGISTER,
    "scopes_supported": [
        f"{AGS}/score",
        f"{AGS}/result.readonly",
        f"{AGS}/lineitem.readonly",
        f"{AGS}/lineitem",
        "openid",
    ],
    "claims_supported": ["sub", "iss", "name", "given_name", "family_name", "email"],
    PLATFORM: {
        "product_family_code": "moodle",
        "version": "4.3 (Build: 20231009)",
        "messages_supported": ["LtiResourceLinkRequest", "LtiDeepLinkingRequest"],
        "placements": ["AddContentMenu"],
    },
}
CANVAS: dict[str, Any] = {
    "issuer": "https://canvas.instructure.com",
    "authorization_endpoint": "https://sso.canvaslms.com/api/lti/authorize_redirect",
    "registration_endpoint": "https://school.instructure.com/api/lti/registrations",
    "jwks_uri": "https://sso.canvaslms.com/api/lti/security/jwks",
    "token_endpoint": "https://sso.canvaslms.com/login/oauth2/token",
    "authorization_server": "school.instructure.com",
    "scopes_supported": [f"{AGS}/lineitem", f"{AGS}/score"],
    PLATFORM: {
        "product_family_code": "canvas",
        "version": "vCloud",
        "messages_supported": [
            {"type": "LtiResourceLinkRequest", "placements": ["course_navigation"]},
            {
                "type": "LtiDeepLinkingRequest",
                "placements": ["assignment_selection", "editor_button", "link_selection"],
            },
        ],
        "https://canvas.instructure.com/lti/account_name": "Test University",
    },
}


async def read(values: Any, url: str = URL, token: str = TOKEN, private_network: bool = False) -> Configuration:
    answer = values if isinstance(values, Answer | Exception) else json_answer(values)
    return await read_configuration(FakeFetch({f"GET {url}": answer}), url, token, private_network)


async def refused(values: Any, url: str = URL, **options: Any) -> str:
    with pytest.raises(RegistrationFailed) as failed:
        await read(values, url, **options)
    sentence = str(failed.value)
    assert TOKEN not in sentence and "\n" not in sentence
    return sentence


async def test_moodle_is_read() -> None:
    found = await read(MOODLE)
    assert (found.issuer, found.registration_url) == (LMS, REGISTER)
    assert (found.authorization_url, found.token_url) == (f"{LMS}/mod/lti/auth.php", f"{LMS}/mod/lti/token.php")
    assert (found.product, found.version, found.title) == ("moodle", "4.3 (Build: 20231009)", "moodle.example.org")
    assert (found.token_audience, found.placements) == ("", ())


async def test_canvas_is_read_though_its_issuer_is_another_host() -> None:
    found = await read(CANVAS, "https://school.instructure.com/api/lti/security/openid-configuration")
    assert (found.product, found.title, found.token_audience) == ("canvas", "Test University", "school.instructure.com")
    assert found.placements == ("assignment_selection", "link_selection")
    assert suggested_name(found) == "test-university"


async def test_the_token_goes_along_and_nothing_else() -> None:
    fetch = FakeFetch({f"GET {URL}": json_answer(MOODLE)})
    await read_configuration(fetch, URL, TOKEN, False)
    assert fetch.asked[0].headers["Authorization"] == f"Bearer {TOKEN}"
    await read_configuration(fetch, URL, "", True)
    assert "Authorization" not in fetch.asked[1].headers
    assert [asked.private_network for asked in fetch.asked] == [False, True]


@pytest.mark.parametrize(
    "issuer",
    [
        "https://other.example.org",
        "https://moodle.example.org.evil.example",
        "https://example.org",
        "https://canvas.instructure.com",
        "https://blackboard.com",
        "moodle.example.org",
        "",
        None,
        7,
        ["https://moodle.example.org"],
        "https://user@moodle.example.org",
    ],
)
async def test_an_issuer_of_another_host_is_refused(issuer: Any) -> None:
    assert "another host" in await refused(MOODLE | {"issuer": issuer})


@pytest.mark.parametrize(
    ("url", "issuer"),
    [
        ("https://canvaslms.com.evil.example/x", "https://canvas.instructure.com"),
        ("https://evilinstructure.com/x", "https://canvas.instructure.com"),
        ("https://school.instructure.com/x", "https://canvas.beta.instructure.com"),
        ("https://evil.example/x", "https://blackboard.com"),
    ],
)
async def test_nobody_else_speaks_for_a_cloud(url: str, issuer: str) -> None:
    assert "another host" in await refused(CANVAS | {"issuer": issuer}, url)


async def test_a_cloud_is_spoken_for_by_its_own_hosts() -> None:
    for url, issuer in {
        "https://developer.blackboard.com/x": "https://blackboard.com",
        "https://sso.canvaslms.com/x": "https://canvas.instructure.com",
        "https://school.beta.instructure.com/x": "https://canvas.beta.instructure.com",
    }.items():
        assert (await read(CANVAS | {"issuer": issuer}, url)).issuer == issuer


async def test_http_is_for_the_own_network_alone() -> None:
    url = URL.replace("https", "http")
    plain = json.loads(json.dumps(MOODLE).replace("https://moodle", "http://moodle"))
    assert "--private-network" in await refused(plain, url)
    assert (await read(plain, url, private_network=True)).issuer == "http://moodle.example.org"
    for name in ("token_endpoint", "jwks_uri", "authorization_endpoint", "registration_endpoint"):
        sentence = await refused(MOODLE | {name: f"http://moodle.example.org/{name}"})
        assert name in sentence and "http" in sentence


@pytest.mark.parametrize("name", ["token_endpoint", "jwks_uri", "authorization_endpoint", "registration_endpoint"])
@pytest.mark.parametrize("value", [None, "", 7, {}, "javascript:alert(1)", "ftp://moodle.example.org/", "https://a@b/"])
async def test_every_address_must_be_one(name: str, value: Any) -> None:
    assert name in await refused(MOODLE | {name: value})


@pytest.mark.parametrize("url", ["", "file:///etc/passwd", "https://u:p@moodle.example.org/", "nonsense"])
async def test_the_configurations_address_must_be_one(url: str) -> None:
    assert "not a web address" in await refused(MOODLE, url)


@pytest.mark.parametrize(
    ("answer", "words"),
    [
        (Answer(200, {}, b"<html>"), "not a JSON object"),
        (Answer(200, {}, b"[" * 100_000), "not a JSON object"),
        (Answer(200, {}, b"[]"), "not a JSON object"),
        (Answer(200, {}, b'{"a": "' + b"x" * 300_000 + b'"}'), "not a JSON object"),
        (Answer(200, {}, b"\xff\xfe"), "not a JSON object"),
        (Answer(302, {"location": "https://elsewhere"}, b""), "HTTP 302"),
        (json_answer({"error": "token_expired"}, 401), "HTTP 401 (token_expired)"),
        (Answer(500, {}, b"<html>long page</html>"), "HTTP 500;"),
        (Unreachable("the connection was refused"), "moodle.example.org does not answer: the connection was refused"),
    ],
)
async def test_what_does_not_come_is_told(answer: Any, words: str) -> None:
    assert words in await refused(answer)


@pytest.mark.parametrize("token", ["a\nb", "ü", "x" * 9000])
async def test_an_odd_token_is_not_sent(token: str) -> None:
    fetch = FakeFetch({f"GET {URL}": json_answer(MOODLE)})
    with pytest.raises(RegistrationFailed, match="token"):
        await read_configuration(fetch, URL, token, False)
    assert fetch.asked == []


@pytest.mark.parametrize("about", [None, [], "x", {"messages_supported": "x"}, {"product_family_code": 7}])
async def test_what_is_said_of_the_product_may_be_anything(about: Any) -> None:
    assert (await read(MOODLE | {PLATFORM: about})).product == "other"


# ----------------------------------------------------------------------------- what is sent


async def test_the_registration_says_all_that_the_standard_and_moodle_ask_for() -> None:
    sent = client_metadata(TOOL, await read(MOODLE), {"course": "sample"})
    assert sent["response_types"] == ["id_token"]
    assert set(sent["grant_types"]) == {"implicit", "client_credentials"}
    assert (sent["application_type"], sent["token_endpoint_auth_method"]) == ("web", "private_key_jwt")
    assert sent["initiate_login_uri"] == "https://lab.example.org/hub/lti/login"
    assert sent["redirect_uris"] == ["https://lab.example.org/hub/lti/launch"]
    assert sent["jwks_uri"] == "https://lab.example.org/hub/lti/jwks"
    assert sent["logo_uri"].startswith("https://lab.example.org/hub/lti/")
    assert sent["scope"].split() == [f"{AGS}/lineitem", f"{AGS}/score"]
    about = sent[TOOL_CLAIM]
    assert about["domain"] == "lab.example.org"
    assert about["target_link_uri"] == sent["redirect_uris"][0]
    assert about["custom_parameters"] == {"course": "sample"}
    assert {"iss", "sub"} <= set(about["claims"]) and "email" not in about["claims"]
    assert {message["type"] for message in about["messages"]} == {"LtiResourceLinkRequest", "LtiDeepLinkingRequest"}
    assert all("placements" not in message for message in about["messages"])


async def test_canvas_is_told_placements_and_privacy() -> None:
    url = "https://school.instructure.com/x"
    about = client_metadata(TOOL, await read(CANVAS, url))[TOOL_CLAIM]
    (deep_link,) = [message for message in about["messages"] if message["type"] == "LtiDeepLinkingRequest"]
    assert deep_link["placements"] == ["assignment_selection", "link_selection"]
    assert about["https://canvas.instructure.com/lti/privacy_level"] == "name_only"


async def test_scopes_that_the_lms_has_not_are_not_asked_for() -> None:
    some = await read(MOODLE | {"scopes_supported": [f"{AGS}/score"]})
    assert client_metadata(TOOL, some)["scope"] == f"{AGS}/score"
    assert client_metadata(TOOL, await read(MOODLE | {"scopes_supported": []}))["scope"] == ""
    untold = await read({name: value for name, value in MOODLE.items() if name != "scopes_supported"})
    assert len(client_metadata(TOOL, untold)["scope"].split()) == 2


# ----------------------------------------------------------------------------- what is answered


async def registered(answer: Any, private_network: bool = False) -> tuple[Registered, FakeFetch]:
    fetch = FakeFetch({f"POST {REGISTER}": answer})
    configuration = await read(MOODLE)
    return await register(fetch, configuration, client_metadata(TOOL, configuration), TOKEN, private_network), fetch


async def test_the_lms_registers_us() -> None:
    answer = json_answer({"client_id": "abc", TOOL_CLAIM: {"deployment_id": "7"}}, 201)
    found, fetch = await registered(answer)
    assert found == Registered("abc", "7")
    (asked,) = fetch.asked
    assert asked.headers["Authorization"] == f"Bearer {TOKEN}"
    assert asked.headers["Content-Type"] == "application/json"
    assert asked.json["client_name"] == "OpenJupyter"


@pytest.mark.parametrize(
    ("answer", "found"),
    [
        ({"client_id": 10000000000001}, Registered("10000000000001")),
        ({"client_id": "a", TOOL_CLAIM: {"deployment_id": 3}}, Registered("a", "3")),
        ({"client_id": "a", TOOL_CLAIM: None}, Registered("a")),
        ({"client_id": "a", TOOL_CLAIM: {"deployment_id": ["x"]}}, Registered("a")),
    ],
)
async def test_odd_but_useful_answers(answer: Any, found: Registered) -> None:
    assert (await registered(json_answer(answer)))[0] == found


@pytest.mark.parametrize(
    ("answer", "words"),
    [
        (json_answer({}), "no client_id"),
        (json_answer({"client_id": ""}), "no client_id"),
        (json_answer({"client_id": True}), "no client_id"),
        (json_answer({"client_id": "a\nb"}), "no client_id"),
        (json_answer(["a"]), "not a JSON object"),
        (Answer(401, {}, b"token_already_used"), "HTTP 401 (token_already_used)"),
        (Answer(401, {}, f"bad token {TOKEN}".encode()), "HTTP 401;"),
        (json_answer({"error": "invalid_client_metadata", "error_description": "no\nscope"}, 400), "no scope"),
        (Answer(302, {"location": "https://evil.example/"}), "HTTP 302"),
        (Unreachable("no answer in 20 s"), "no answer in 20 s"),
    ],
)
async def test_refusals_are_told_without_the_token(answer: Any, words: str) -> None:
    with pytest.raises(RegistrationFailed) as failed:
        await registered(answer)
    assert words in str(failed.value)
    assert TOKEN not in str(failed.value)


async def test_the_platform_is_what_the_lms_said() -> None:
    platform = platform_of("moodle", "Our Moodle", await read(MOODLE), Registered("abc", "7"), True)
    assert platform.deployments == ("7",)
    assert (platform.issuer, platform.client_id, platform.shown_title) == (LMS, "abc", "Our Moodle")
    assert (platform.jwks_url, platform.product, platform.private_network) == (
        f"{LMS}/mod/lti/certs.php",
        "moodle",
        True,
    )


async def test_without_a_deployment_id_all_may_launch_but_not_of_a_shared_issuer() -> None:
    assert platform_of("m", "", await read(MOODLE), Registered("abc"), False).deployments == ("*",)
    canvas = await read(CANVAS, "https://school.instructure.com/x")
    platform = platform_of("c", "", canvas, Registered("abc"), False)
    assert (platform.deployments, platform.title) == ((), "Test University")


async def test_a_platform_that_cannot_be_is_refused() -> None:
    with pytest.raises(RegistrationFailed, match="name"):
        platform_of("No Name", "", await read(MOODLE), Registered("abc"), False)
    with pytest.raises(RegistrationFailed, match="client_id"):
        platform_of("m", "", await read(MOODLE), Registered("a" * 2000), False)


def test_suggested_names_are_names() -> None:
    def name(issuer: str, account: str = "") -> str:
        return suggested_name(Configuration(issuer, "", "", "", "", account=account))

    assert name("https://moodle.example.org:8443/x") == "moodle-example-org"
    assert name("https://[::1]") == "1"
    assert name("https://x.example", "Üniversität Ä") == "niversit-t"
    assert name("https://x.example", "日本") == "x-example"
    assert len(name("https://" + "a" * 60 + "." + "b" * 60)) == 56
