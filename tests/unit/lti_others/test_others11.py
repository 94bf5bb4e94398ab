"""LTI 1.1 with a signer and a verifier by others: PyLTI and python-oauth2, which share no code with oauthlib.

python-oauth2 signs launches as an LMS; PyLTI checks, as an LMS would, what we send: content items, and scores.
PyLTI knows HMAC-SHA1 alone, and remembers no nonces (RFC 5849, section 3.3 asks for that); python-oauth2 leaves capital
letters in a host's name as they are (section 3.4.1.2 has them in lower case). Both are old, and for these tests alone.
"""

import time
from collections.abc import Iterator
from urllib.parse import parse_qsl, urlencode, urlsplit

import oauth2
import pytest
import requests
from pylti.common import LTIException, verify_request_common

from openjupyter_service.lti.deep_linking import ChosenLink, answer11
from openjupyter_service.lti.outcomes import build_replace_result
from openjupyter_service.platforms import Platform11
from openjupyter_service.store import Launches
from tests.unit.hub.running_hub import Hub
from tests.unit.hub.site import KEY, SECRET
from tests.unit.lti.signing import PARAMETERS

CONSUMERS = {KEY: {"secret": SECRET}}
PLATFORM = Platform11(name="demo", consumer_key=KEY, secret=SECRET)
LINK = ChosenLink("Warm-up & more <ü>", "python", "warm-up", "https://lab.example/hub/lti/launch", 12.0, None)


@pytest.fixture(scope="module")
def hub(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Hub]:
    hub = Hub(tmp_path_factory.mktemp("others11"))
    yield hub
    hub.close()


def sign(url: str, secret: str = SECRET, **changes: str) -> dict[str, str]:
    """Parameters of a launch, signed by python-oauth2."""
    consumer = oauth2.Consumer(KEY, secret)
    values = PARAMETERS | changes | {
        "oauth_version": "1.0", "oauth_nonce": oauth2.generate_nonce(20), "oauth_timestamp": str(int(time.time())),
    }  # fmt: skip
    request = oauth2.Request("POST", url, values)
    request.sign_request(oauth2.SignatureMethod_HMAC_SHA1(), consumer, None)
    return {
        name: value.decode() if isinstance(value, bytes) else value
        for name, value in request.items()
    }  # fmt: skip


def test_a_launch_that_others_signed_opens_the_exercise(hub: Hub) -> None:
    answer = hub.post(urlencode(sign(f"{hub.url}/hub/lti/launch", user_id="of-others")).encode())
    assert answer.status_code == 303, answer.text
    name = [line for line in hub.log if line.startswith("User logged in: ")][-1].rpartition(" ")[2]
    (placement,) = Launches(hub.store).placements(name)
    assert (placement.course, placement.exercise, placement.sourcedid) == (
        "python", "warm-up", PARAMETERS["lis_result_sourcedid"],
    )  # fmt: skip


@pytest.mark.parametrize("text", ["a b+c", "ü/ß?", "100 %", "a&b=c", "~-._", "'\"*()!", "日本"])
def test_others_encode_parameters_as_we_do(hub: Hub, text: str) -> None:
    answer = hub.post(urlencode(sign(f"{hub.url}/hub/lti/launch", context_title=text, custom_note=text)).encode())
    assert answer.status_code == 303, answer.text


def test_a_wrong_secret_of_others_is_refused(hub: Hub) -> None:
    assert hub.post(urlencode(sign(f"{hub.url}/hub/lti/launch", secret="wrong")).encode()).status_code == 401


def test_a_launch_of_others_that_was_changed_is_refused(hub: Hub) -> None:
    form = sign(f"{hub.url}/hub/lti/launch") | {"roles": "Instructor"}
    assert hub.post(urlencode(form).encode()).status_code == 401


def content_items(return_url: str) -> dict[str, str]:
    answer = answer11(
        PLATFORM, return_url=return_url, data="opaque <7> ü", links=[LINK], message="1 exercise", now=time.time()
    )
    assert answer.url == return_url
    return dict(answer.fields)


@pytest.mark.parametrize(
    "url",
    [
        "https://lms.example/items", "https://lms.example/items?course=7&a=%C3%BC%20b", "http://lms.example:8080/items",
        "https://lms.example:443/items?page=a%2Bb",
    ],
)  # fmt: skip
def test_others_take_our_content_items(url: str) -> None:
    # Where the LMS's own query is signed, too, it is one of the parameters (RFC 5849, section 3.4.1.3.1).
    assert verify_request_common(CONSUMERS, url, "POST", {}, content_items(url) | dict(parse_qsl(urlsplit(url).query)))


@pytest.mark.parametrize("name", ["content_items", "data", "lti_msg", "oauth_timestamp"])
def test_others_refuse_our_content_items_when_they_were_changed(name: str) -> None:
    fields = content_items("https://lms.example/items")
    with pytest.raises(LTIException):
        verify_request_common(CONSUMERS, "https://lms.example/items", "POST", {}, fields | {name: fields[name] + "1"})


@pytest.mark.parametrize("url", ["https://lms.example/outcome", "https://lms.example/outcome?course=7&x=%2F"])
def test_others_take_our_scores(url: str) -> None:
    headers, _ = build_replace_result(url, "row & 1", 0.5, KEY, SECRET)
    assert headers["Authorization"].startswith("OAuth ")
    query = dict(parse_qsl(urlsplit(url).query))
    assert verify_request_common(CONSUMERS, url, "POST", headers, query)
    with pytest.raises(LTIException):
        verify_request_common({KEY: {"secret": "wrong"}}, url, "POST", headers, query)


def test_what_others_signed_cannot_be_sent_twice(hub: Hub) -> None:
    body = urlencode(sign(f"{hub.url}/hub/lti/launch")).encode()
    with requests.Session() as session:
        assert hub.post(body, session).status_code == 303
    assert hub.post(body).status_code == 401
