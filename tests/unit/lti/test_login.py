"""Third-party login initiation: who asks, where it leads, and what is refused before anything is kept."""

from urllib.parse import parse_qsl, urlsplit

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from openjupyter_service.errors import LaunchRefused
from openjupyter_service.lti.login import (
    MAX_HINT,
    LoginRequest,
    authorization_url,
    check_target,
    choose_platform,
    is_target,
    read_login,
)
from openjupyter_service.platforms import Platform13
from tests.unit.lti.platform13 import PLATFORM

LAUNCH_URL = "https://lab.example/hub/lti/launch"
GOOD = {
    "iss": PLATFORM.issuer,
    "login_hint": "hint 7/ü&x",
    "target_link_uri": LAUNCH_URL,
    "lti_message_hint": '{"cmid":2}',
    "client_id": PLATFORM.client_id,
    "lti_deployment_id": "1",
}
TWIN = PLATFORM.model_copy(update={"name": "twin", "client_id": "client-8", "deployments": ("9",)})


def read(**changes: str | None) -> LoginRequest:
    return read_login([(name, value) for name, value in (GOOD | changes).items() if value is not None])


def registered(issuer: str, client_id: str | None) -> list[Platform13]:
    return [
        platform
        for platform in (PLATFORM, TWIN)
        if platform.issuer == issuer and client_id in (None, platform.client_id)
    ]


def test_a_request_is_read() -> None:
    request = read()
    assert request == LoginRequest("https://lms.example", "client-7", "hint 7/ü&x", '{"cmid":2}', LAUNCH_URL, "1")
    assert "hint 7" not in repr(request) and "cmid" not in repr(request)


def test_only_what_the_standard_requires_must_be_there() -> None:
    request = read(client_id=None, lti_deployment_id=None, lti_message_hint=None)
    assert (request.client_id, request.deployment, request.message_hint) == ("", "", None)


def test_the_browser_goes_to_the_platform_with_everything_it_needs() -> None:
    url = authorization_url(PLATFORM, read(), LAUNCH_URL, "state-1", "nonce-1")
    parts = urlsplit(url)
    assert f"{parts.scheme}://{parts.netloc}{parts.path}" == "https://lms.example/authorize"
    query = parse_qsl(parts.query, strict_parsing=True)
    assert len(query) == len(dict(query))
    assert dict(query) == {
        "lang": "en",  # of the authorization endpoint's own address
        "scope": "openid",
        "response_type": "id_token",
        "response_mode": "form_post",
        "prompt": "none",
        "client_id": "client-7",
        "redirect_uri": LAUNCH_URL,
        "login_hint": "hint 7/ü&x",
        "lti_message_hint": '{"cmid":2}',
        "state": "state-1",
        "nonce": "nonce-1",
    }


@pytest.mark.parametrize(("hint", "there"), [(None, False), ("", True)])
def test_a_message_hint_is_passed_on_as_it_came(hint: str | None, there: bool) -> None:
    url = authorization_url(PLATFORM, read(lti_message_hint=hint), LAUNCH_URL, "s", "n")
    assert ("lti_message_hint=" in url) == there


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"iss": None}, "iss is missing; is this address opened by an LMS"),
        ({"iss": " "}, "iss is missing"),
        ({"login_hint": None}, "login_hint is missing"),
        ({"target_link_uri": None}, "target_link_uri is missing"),
        ({"login_hint": "0"}, "nobody is signed in at the LMS"),
        ({"iss": "x" * 2000}, "iss is longer"),
        ({"login_hint": "x" * (MAX_HINT + 1)}, "login_hint is longer"),
        ({"lti_message_hint": "x" * (MAX_HINT + 1)}, "lti_message_hint is longer"),
        ({"client_id": "x" * 2000}, "client_id is longer"),
        ({"lti_deployment_id": "x" * 300}, "lti_deployment_id is longer"),
        ({"login_hint": "a\r\nSet-Cookie: b"}, "login_hint contains control"),
        ({"lti_message_hint": "a\x00"}, "lti_message_hint contains control"),
        ({"iss": "a\ud800"}, "iss contains control"),
    ],
)
def test_a_request_that_makes_no_sense_is_refused(changes: dict[str, str | None], reason: str) -> None:
    with pytest.raises(LaunchRefused, match=reason):
        read(**changes)


@pytest.mark.parametrize("name", [*GOOD, "x"])
def test_nothing_may_be_given_twice(name: str) -> None:
    with pytest.raises(LaunchRefused, match=f"'{name}' is given 2 times"):
        read_login([*GOOD.items(), ("x", "1"), (name, GOOD.get(name, "1"))])


def test_the_client_id_tells_platforms_of_one_issuer_apart() -> None:
    assert choose_platform(read(), registered) is PLATFORM
    assert choose_platform(read(client_id="client-8", lti_deployment_id=None), registered) is TWIN


def test_without_client_id_the_deployment_tells() -> None:
    assert choose_platform(read(client_id=None, lti_deployment_id="9"), registered) is TWIN


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"iss": "https://evil.example"}, "'https://evil.example' with client id 'client-7' is not registered"),
        ({"iss": f"{PLATFORM.issuer}/"}, "is not registered"),
        ({"client_id": "client-9"}, "with client id 'client-9' is not registered"),
        ({"client_id": None, "lti_deployment_id": None}, "campus, twin have the issuer .* does not say which"),
        ({"client_id": None, "lti_deployment_id": "3"}, "no client of the issuer .* has the deployment '3'"),
    ],
)
def test_who_is_not_known_or_not_clear_is_refused(changes: dict[str, str | None], reason: str) -> None:
    with pytest.raises(LaunchRefused, match=reason):
        choose_platform(read(**changes), registered)


def test_one_platform_of_an_issuer_needs_no_client_id() -> None:
    request = read(client_id=None, lti_deployment_id="unknown so far")
    assert choose_platform(request, lambda issuer, client: [PLATFORM]) is PLATFORM


@pytest.mark.parametrize("url", [LAUNCH_URL, f"{LAUNCH_URL}?course=python", "https://LAB.example/hub/lti/launch"])
def test_our_launch_url_is_a_target(url: str) -> None:
    check_target(read(target_link_uri=url), LAUNCH_URL)


@pytest.mark.parametrize(
    "url",
    [
        "https://evil.example/hub/lti/launch",
        "http://lab.example/hub/lti/launch",
        "https://lab.example:8443/hub/lti/launch",
        "https://lab.example/hub/lti/launch/",
        "https://lab.example/hub/lti/launch/../../logout",
        "https://lab.example/hub/lti/LAUNCH",
        "https://lab.example/hub/lti/%6caunch",
        "https://lab.example/hub/logout",
        "https://lab.example.evil.example/hub/lti/launch",
        "https://lab.example@evil.example/hub/lti/launch",
        "https://evil.example/https://lab.example/hub/lti/launch",
        "https://evil.example?https://lab.example/hub/lti/launch",
        "//lab.example/hub/lti/launch",
        "/hub/lti/launch",
        "javascript:alert(1)",
        "https://[lab.example/hub/lti/launch",
        "x",
    ],
)
def test_nothing_else_is(url: str) -> None:
    assert not is_target(url, LAUNCH_URL)
    with pytest.raises(LaunchRefused, match="target_link_uri"):
        check_target(read(target_link_uri=url), LAUNCH_URL)


@settings(max_examples=300, deadline=None)
@given(
    pairs=st.lists(
        st.tuples(st.sampled_from([*GOOD, "x"]), st.text(st.characters(exclude_categories=()), max_size=20)), max_size=8
    ),
    filled=st.booleans(),
)
def test_no_parameter_does_more_than_refuse(pairs: list[tuple[str, str]], filled: bool) -> None:
    sent = [*(GOOD | dict(pairs)).items()] if filled else pairs
    try:
        request = read_login(sent)
        platform = choose_platform(request, registered)
        check_target(request, LAUNCH_URL)
    except LaunchRefused as error:
        assert str(error)
        return
    url = authorization_url(platform, request, LAUNCH_URL, "s", "n")
    assert url.startswith("https://lms.example/authorize?lang=en&scope=openid&") and url.isascii()
