"""Dynamic registration through the hub: the whole trip with an LMS, and every way in which it may end early."""

import re
import threading
from collections.abc import Iterator
from html import unescape
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

import pytest
import requests

from openjupyter_service.hub.secrets import secret
from openjupyter_service.platforms import Platform13
from openjupyter_service.store import Platforms, SecretBox, Tickets
from tests.unit.hub.lms_server import TOOL_CLAIM, LmsServer
from tests.unit.hub.test_launch import Hub

DAY = 24 * 3600


class Registering:
    """An administrator of an LMS with the operator's link."""

    def __init__(self, hub: Hub, lms: LmsServer) -> None:
        self.hub, self.lms = hub, lms
        self.platforms = Platforms(hub.store, SecretBox(secret(hub.settings, "store")), hub.settings.platforms)
        self.tickets = Tickets(hub.store)

    def link(self, **data: Any) -> str:
        return self.tickets.issue("registration", {"private_network": True} | data, DAY)

    def open(self, token: str, **changes: str | None) -> requests.Response:
        values = {"token": token} | self.lms.query | changes
        query = urlencode({name: value for name, value in values.items() if value is not None})
        return requests.get(f"{self.hub.url}/hub/lti/register?{query}", timeout=30)

    def confirm(self, token: str, **changes: str) -> requests.Response:
        form = {"token": token} | self.lms.query | changes
        return requests.post(f"{self.hub.url}/hub/lti/register", data=form, timeout=30)

    def registered(self) -> list[Platform13]:
        return [known for known in self.platforms.all() if isinstance(known, Platform13)]


@pytest.fixture(scope="module")
def hub(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Hub]:
    hub = Hub(tmp_path_factory.mktemp("hub"))
    yield hub
    hub.close()


@pytest.fixture
def admin(hub: Hub) -> Iterator[Registering]:
    lms = LmsServer()
    found = Registering(hub, lms)
    hub.log.clear()
    yield found
    lms.close()
    for platform in found.registered():
        found.platforms.remove(platform.name)


def refusal(answer: requests.Response, status: int = 400) -> str:
    assert answer.status_code == status
    assert "could not be connected" in answer.text and "Nothing was changed here" in answer.text
    (reason,) = re.findall(r'role="alert">\s*(.*?)\s*</p>', answer.text, re.DOTALL)
    assert "`" not in reason
    return unescape(re.sub("</?code>", "", reason[0].lower() + reason[1:]))


def test_the_whole_trip(admin: Registering, hub: Hub) -> None:
    token = admin.link(name="campus", title="Our LMS", course="python")
    page = admin.open(token)
    assert page.status_code == 200
    assert admin.lms.url in page.text and "campus" in page.text and "Moodle" in page.text
    assert "4.3 &lt;b&gt;" in page.text and "<b>" not in page.text
    assert admin.registered() == [] and admin.lms.registered == [], "looking changes nothing"

    done = admin.confirm(token)
    assert done.status_code == 200 and "OpenJupyter is connected" in done.text
    assert "org.imsglobal.lti.close" in done.text
    (platform,) = admin.registered()
    assert (platform.name, platform.title, platform.product) == ("campus", "Our LMS", "moodle")
    assert (platform.issuer, platform.client_id, platform.deployments) == (admin.lms.url, "client-1", ("7",))
    assert platform.token_url == f"{admin.lms.url}/token" and platform.private_network
    (sent,) = admin.lms.registered
    assert sent["redirect_uris"] == [f"{hub.url}/hub/lti/launch"]
    assert sent["initiate_login_uri"] == f"{hub.url}/hub/lti/login"
    assert sent["jwks_uri"] == f"{hub.url}/hub/lti/jwks"
    assert sent[TOOL_CLAIM]["custom_parameters"] == {"course": "python"}
    assert "used already" in refusal(admin.confirm(token)) and len(admin.lms.registered) == 1


def test_the_new_platform_may_launch_at_once(admin: Registering, hub: Hub) -> None:
    target = f"{hub.url}/hub/lti/launch"
    form = {"iss": admin.lms.url, "login_hint": "7", "target_link_uri": target, "client_id": "client-1"}

    def begin() -> requests.Response:
        return requests.post(f"{hub.url}/hub/lti/login", data=form, allow_redirects=False, timeout=30)

    assert begin().status_code == 401
    admin.confirm(admin.link())
    answer = begin()
    assert answer.status_code in (302, 303)
    assert answer.headers["Location"].startswith(f"{admin.lms.url}/auth?")
    asked = parse_qs(urlsplit(answer.headers["Location"]).query)
    assert (asked["client_id"], asked["redirect_uri"]) == (["client-1"], [target])


def test_no_token_gets_into_the_log(admin: Registering, hub: Hub) -> None:
    token = admin.link()
    nested = f"{admin.lms.url}/configuration?registration_token={admin.lms.token}"
    admin.open(token, openid_configuration=nested)
    admin.lms.answer = (401, {"error": f"bad {admin.lms.token}"})
    refusal(admin.confirm(token))
    assert any("registration of a platform failed" in line for line in hub.log)
    assert not any(word in line for line in hub.log for word in (token, admin.lms.token))


def test_the_page_may_stand_in_a_frame_and_runs_nothing_of_others(admin: Registering) -> None:
    token = admin.link()
    for answer in (admin.open(token), admin.open("nonsense"), admin.confirm(token)):
        policy = answer.headers["Content-Security-Policy"]
        assert "frame-ancestors *" in policy and "default-src 'none'" in policy and "unsafe" not in policy
        assert answer.headers["Referrer-Policy"] == "no-referrer" and answer.headers["Cache-Control"] == "no-store"
        assert "X-Frame-Options" not in answer.headers


def test_without_a_name_the_lms_gives_one(admin: Registering) -> None:
    assert admin.confirm(admin.link()).status_code == 200
    assert "second, empty" in " ".join(admin.open(admin.link()).text.split()), "a second connection is pointed out"
    assert admin.confirm(admin.link()).status_code == 200
    first, second = sorted(known.name for known in admin.registered())
    # Names of LMSes of other tests on this host are not given again.
    assert first.startswith("127-0-0-1") and second.startswith("127-0-0-1-") and first != second


def test_a_known_name_is_renewed_for_the_same_lms_only(admin: Registering) -> None:
    admin.confirm(admin.link(name="renewed", title="First"))
    token = admin.link(name="renewed")
    assert "Renew the connection" in admin.open(token).text
    assert admin.confirm(token).status_code == 200
    (platform,) = admin.registered()
    assert (platform.client_id, platform.title) == ("client-2", "First")
    other = LmsServer()
    try:
        stranger = Registering(admin.hub, other)
        token = stranger.link(name="renewed")
        for answer in (stranger.open(token), stranger.confirm(token)):
            assert "this link renews renewed" in refusal(answer)
        assert other.registered == [] and admin.registered() == [platform]
    finally:
        other.close()


def test_a_removed_lms_comes_back_under_its_name_and_no_other_does(admin: Registering) -> None:
    admin.confirm(admin.link(name="back"))
    admin.platforms.remove("back")
    assert admin.confirm(admin.link(name="back")).status_code == 200
    admin.platforms.remove("back")
    other = LmsServer()
    try:
        stranger = Registering(admin.hub, other)
        assert "once belonged to another LMS" in refusal(stranger.confirm(stranger.link(name="back")))
        assert other.registered == []
    finally:
        other.close()


@pytest.mark.parametrize("name", ["demo", "openhpi"])
def test_names_of_the_settings_file_are_taken(admin: Registering, name: str) -> None:
    assert f"the name {name} is taken" in refusal(admin.confirm(admin.link(name=name)))
    assert admin.lms.registered == []


def test_without_a_deployment_id_all_of_this_client_may_launch(admin: Registering) -> None:
    admin.lms.deployment = None
    admin.confirm(admin.link(name="many"))
    assert admin.registered()[0].deployments == ("*",)


@pytest.mark.parametrize("token", ["", "nonsense", "x" * 5000])
def test_without_a_link_nothing_is_fetched(admin: Registering, token: str) -> None:
    for answer in (admin.open(token), admin.confirm(token)):
        assert "openjupyter platform link" in refusal(answer)
    assert admin.lms.registered == []


def test_a_link_of_another_kind_is_none(admin: Registering) -> None:
    token = admin.tickets.issue("window", {}, DAY)
    assert "used already, or is too old" in refusal(admin.confirm(token))


def test_an_old_link_is_refused(admin: Registering) -> None:
    assert "too old" in refusal(admin.open(admin.tickets.issue("registration", {}, -1)))


def test_opened_in_a_browser_it_says_where_it_belongs(admin: Registering) -> None:
    token = admin.link()
    assert "paste it where the LMS registers tools" in refusal(admin.open(token, openid_configuration=None))
    assert admin.confirm(token).status_code == 200, "it was not used up"


def test_private_addresses_are_for_links_that_allow_them(admin: Registering) -> None:
    token = admin.link(private_network=False)
    for answer in (admin.open(token), admin.confirm(token)):
        assert "--private-network" in refusal(answer)
    assert admin.lms.registered == []


@pytest.mark.parametrize(
    ("changes", "answer", "words"),
    [
        ({"issuer": "https://other.example.org"}, None, "another host"),
        ({"token_endpoint": ""}, None, "token_endpoint"),
        ({}, (401, {"error": "token_already_used"}), "HTTP 401 (token_already_used)"),
        ({}, (500, "boom"), "HTTP 500"),
        ({}, (200, {}), "no client_id"),
        ({}, (200, {"client_id": "a" * 2000}), "client_id is not valid"),
        ({}, (302, {}), "HTTP 302"),
    ],
)
def test_after_a_failure_nothing_is_stored_and_the_link_still_works(
    admin: Registering, changes: dict[str, Any], answer: tuple[int, Any] | None, words: str
) -> None:
    token = admin.link()
    admin.lms.changes, admin.lms.answer = changes, answer
    assert words in refusal(admin.confirm(token))
    assert admin.registered() == []
    admin.lms.changes, admin.lms.answer = {}, None
    assert admin.confirm(token).status_code == 200


def test_an_lms_that_is_gone_is_told(admin: Registering) -> None:
    token = admin.link()
    gone = {"openid_configuration": "http://127.0.0.1:9/configuration"}
    assert "127.0.0.1:9 does not answer" in refusal(admin.open(token, **gone))


def test_two_clicks_make_one_platform(admin: Registering) -> None:
    token = admin.link(name="twice")
    admin.lms.hold = threading.Event()
    answers: list[requests.Response] = []
    first = threading.Thread(target=lambda: answers.append(admin.confirm(token)))
    first.start()
    try:
        assert admin.lms.asked.wait(10)
        assert "under way already" in refusal(admin.confirm(token))
    finally:
        admin.lms.hold.set()
        first.join()
    assert answers[0].status_code == 200 and len(admin.registered()) == len(admin.lms.registered) == 1


def test_a_doubled_parameter_counts_as_none(admin: Registering) -> None:
    token = admin.link()
    url = f"{admin.hub.url}/hub/lti/register?{urlencode([('token', token), ('token', 'x')])}"
    assert "used already" in refusal(requests.get(url, timeout=30))
