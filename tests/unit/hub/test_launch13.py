"""Logins and launches of LTI 1.3 through JupyterHub's own application; the platform is played."""

import hashlib
import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

import pytest
import requests

from openjupyter_service.exercises.repository import publish
from openjupyter_service.lti.keysets import KeySets
from openjupyter_service.store import Launches, People
from tests.unit.hub.running_hub import FORM, Hub
from tests.unit.lti.platform13 import CLAIM, PLATFORM, Lms, claims, deep_linking, now, sign
from tests.unit.lti.wrong_ways import NOT_FOR_EVERYBODY, WRONG_WAYS

OTHER = PLATFORM.model_copy(update={"name": "other", "client_id": "client-8", "deployments": ("9",)})
LOGIN = {
    "iss": PLATFORM.issuer,
    "client_id": PLATFORM.client_id,
    "login_hint": "hint-7",
    "lti_message_hint": "message-7",
}


def trust(session: requests.Session) -> None:
    """Browsers trust their own machine without TLS, requests does not."""
    for cookie in session.cookies:
        cookie.secure = False


class Hub13(Hub):
    def __init__(self, folder: Path, **changes: object) -> None:
        platforms = [platform.model_dump(mode="json") for platform in (PLATFORM, OTHER)]
        super().__init__(folder, platforms=platforms, **changes)
        notebook = folder / "public" / "warm up" / "first steps.ipynb"
        notebook.parent.mkdir(parents=True)
        cells = [{"cell_type": "markdown", "source": ["# Warm-up\n", "Some **first** steps."], "metadata": {}}]
        notebook.write_text(json.dumps({"cells": cells, "nbformat": 4, "nbformat_minor": 5, "metadata": {}}))
        publish(folder / "public", self.settings.courses[0].repository)
        self.lms = Lms()
        self.authenticator.registry.key_sets = KeySets(self.lms)

    @property
    def launch_url(self) -> str:
        return f"{self.url}/hub/lti/launch"

    def login(self, session: requests.Session, method: str = "GET", **changes: Any) -> requests.Response:
        values = {"target_link_uri": self.launch_url, **LOGIN, **changes}
        values = {name: value for name, value in values.items() if value is not None}
        options: dict[str, Any] = {"params": values} if method == "GET" else {"data": values}
        answer = session.request(method, f"{self.url}/hub/lti/login", allow_redirects=False, timeout=30, **options)
        trust(session)
        return answer

    def begin(self, session: requests.Session, **changes: Any) -> tuple[str, str]:
        """State and nonce of a login that has begun."""
        answer = self.login(session, **changes)
        assert answer.status_code == 302, answer.text
        query = parse_qs(urlsplit(answer.headers["Location"]).query)
        return query["state"][0], query["nonce"][0]

    def launch(self, session: requests.Session, state: str, token: str, **options: Any) -> requests.Response:
        body = urlencode({"state": state, "id_token": token} | options.pop("more", {}))
        headers = FORM | options.pop("headers", {})
        return session.post(self.launch_url, data=body, headers=headers, allow_redirects=False, timeout=30)

    def good(self, nonce: str) -> dict[str, Any]:
        return claims(now(), nonce, self.launch_url)


@pytest.fixture(scope="module")
def hub(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Hub13]:
    hub = Hub13(tmp_path_factory.mktemp("hub13"))
    yield hub
    hub.close()


@pytest.fixture
def session() -> Iterator[requests.Session]:
    with requests.Session() as session:
        session.trust_env = False
        yield session


def text(answer: requests.Response) -> str:
    return " ".join(re.sub(r"<[^>]*>", " ", answer.text.partition("<body")[2]).split())


def is_signed_in(session: requests.Session) -> bool:
    return any("jupyterhub-hub-login" in cookie.name for cookie in session.cookies)


@pytest.mark.parametrize("method", ["GET", "POST"])
def test_a_login_goes_to_the_platform_and_back(hub: Hub13, session: requests.Session, method: str) -> None:
    answer = hub.login(session, method)
    where = urlsplit(answer.headers["Location"])
    query = {name: values[0] for name, values in parse_qs(where.query).items()}
    assert (where.netloc, where.path, query.pop("lang")) == ("lms.example", "/authorize", "en")
    state, nonce = query.pop("state"), query.pop("nonce")
    assert query == {
        "scope": "openid", "response_type": "id_token", "response_mode": "form_post", "prompt": "none",
        "client_id": "client-7", "redirect_uri": hub.launch_url, "login_hint": "hint-7",
        "lti_message_hint": "message-7",
    }  # fmt: skip
    launched = hub.launch(session, state, sign(hub.good(nonce)))
    assert launched.status_code == 303 and is_signed_in(session)
    assert launched.headers["Location"].startswith("/hub/user-redirect/git-pull?")


def test_the_cookie_comes_back_across_sites(hub: Hub13, session: requests.Session) -> None:
    cookie = hub.login(session).headers["Set-Cookie"]
    for part in ("SameSite=None", "Secure", "Partitioned", "HttpOnly", "Path=/hub/lti/", "Max-Age=600"):
        assert part in cookie, part


def test_a_launch_becomes_a_placement_and_a_person(hub: Hub13, session: requests.Session) -> None:
    state, nonce = hub.begin(session)
    assert hub.launch(session, state, sign(hub.good(nonce) | {"sub": "ada-13"})).status_code == 303
    (line,) = [line for line in hub.log if line.startswith("User logged in: ")][-1:]
    name = line.rpartition(" ")[2]
    (placement,) = Launches(hub.store).placements(name)
    assert (placement.platform, placement.deployment, placement.context_id) == ("campus", "1", "course-7")
    assert (placement.subject, placement.lineitem_url) == (
        "ada-13", "https://lms.example/course/7/lineitems/9/lineitem?type_id=3",
    )  # fmt: skip
    person = People(hub.store).get(name)
    assert person is not None and (person.display_name, person.locale) == ("Ada Öztürk", "en-GB")
    assert not any("Ada" in line or "ada-13" in line for line in hub.log)


def test_two_tabs_log_in_at_once(hub: Hub13, session: requests.Session) -> None:
    tabs = [hub.begin(session) for _ in range(3)]
    for state, nonce in reversed(tabs):
        assert hub.launch(session, state, sign(hub.good(nonce))).status_code == 303


def test_two_learners_of_two_clients_are_two_people(hub: Hub13, session: requests.Session) -> None:
    names = []
    for client, deployment in (("client-7", "1"), ("client-8", "9")):
        state, nonce = hub.begin(session, client_id=client)
        good = hub.good(nonce) | {"aud": client, f"{CLAIM}deployment_id": deployment}
        assert hub.launch(session, state, sign(good)).status_code == 303
        names.append([line for line in hub.log if line.startswith("User logged in: ")][-1])
    assert names[0] != names[1]


def test_nothing_can_be_replayed(hub: Hub13, session: requests.Session) -> None:
    state, nonce = hub.begin(session)
    token = sign(hub.good(nonce))
    assert hub.launch(session, state, token).status_code == 303
    assert hub.launch(session, state, token).status_code == 401
    second, _ = hub.begin(session)
    assert hub.launch(session, second, token).status_code == 401
    assert "the nonce is not the one" in "".join(hub.log[-10:])


def test_a_second_process_finishes_what_the_first_has_begun_and_nothing_twice(
    hub: Hub13, session: requests.Session
) -> None:
    from openjupyter_service.hub.registry import Registry

    state, nonce = hub.begin(session)
    first = hub.authenticator.registry
    hub.authenticator.registry = Registry(hub.settings)  # as after a restart, or in another process
    hub.authenticator.registry.key_sets = KeySets(hub.lms)
    token = sign(hub.good(nonce))
    assert hub.launch(session, state, token).status_code == 303
    hub.authenticator.registry = first
    assert hub.launch(session, state, token).status_code == 401


def test_a_login_that_another_browser_began_is_refused(hub: Hub13, session: requests.Session) -> None:
    with requests.Session() as attacker:
        state, nonce = hub.begin(attacker)
    hub.begin(session)
    cookies = {cookie.name: cookie.value for cookie in session.cookies if cookie.name.startswith("openjupyter-lti-")}
    name = f"openjupyter-lti-{hashlib.sha256(state.encode()).hexdigest()[:16]}"
    session.cookies.set(name, next(iter(cookies.values())) or "", path="/hub/lti/")
    assert hub.launch(session, state, sign(hub.good(nonce))).status_code == 401
    assert not is_signed_in(session) and "another browser" in "".join(hub.log[-10:])


def test_a_cookie_that_stays_away_once_comes_with_a_form_of_our_own(hub: Hub13, session: requests.Session) -> None:
    state, nonce = hub.begin(session)
    cookies = session.cookies.copy()
    session.cookies.clear()
    page = hub.launch(session, state, sign(hub.good(nonce)))
    fields = dict(re.findall(r'<input type="hidden" name="([^"]+)" value="([^"]*)"', page.text))
    assert page.status_code == 200 and fields["openjupyter_reposted"] == "1" and fields["state"] == state
    session.cookies.update(cookies)
    again = session.post(hub.launch_url, data=fields, allow_redirects=False, timeout=30)
    assert again.status_code == 303


def test_where_cookies_are_blocked_a_new_window_begins_again(hub: Hub13, session: requests.Session) -> None:
    state, nonce = hub.begin(session)
    session.cookies.clear()
    page = hub.launch(session, state, sign(hub.good(nonce)), more={"openjupyter_reposted": "1"})
    assert page.status_code == 200 and 'target="_blank"' in page.text and not is_signed_in(session)
    assert nonce not in page.text and state not in page.text and "hint-7" not in page.text
    (ticket,) = re.findall(r'name="ticket" value="([^"]+)"', page.text)
    window = session.post(f"{hub.url}/hub/lti/window", data={"ticket": ticket}, allow_redirects=False, timeout=30)
    trust(session)
    query = parse_qs(urlsplit(window.headers["Location"]).query)
    assert query["login_hint"] == ["hint-7"] and query["state"] != [state]
    answer = hub.launch(session, query["state"][0], sign(hub.good(query["nonce"][0])))
    assert answer.status_code == 303 and is_signed_in(session)
    assert hub.launch(session, state, sign(hub.good(nonce))).status_code == 401
    again = session.post(f"{hub.url}/hub/lti/window", data={"ticket": ticket}, allow_redirects=False, timeout=30)
    assert again.status_code == 401


def test_in_a_frame_the_exercise_opens_in_a_window(hub: Hub13, session: requests.Session) -> None:
    state, nonce = hub.begin(session)
    page = hub.launch(session, state, sign(hub.good(nonce)), headers={"Sec-Fetch-Dest": "iframe"})
    assert page.status_code == 200 and not is_signed_in(session)
    assert "frame-ancestors *" in page.headers["Content-Security-Policy"]
    (ticket,) = re.findall(r'name="ticket" value="([^"]+)"', page.text)
    window = session.post(f"{hub.url}/hub/lti/window", data={"ticket": ticket}, allow_redirects=False, timeout=30)
    assert window.status_code == 303 and is_signed_in(session)
    assert window.headers["Location"].startswith("/hub/user-redirect/git-pull?")


WRONG_LOGINS: dict[str, tuple[dict[str, Any], str]] = {
    "no iss": ({"iss": None}, "iss is missing"),
    "unknown iss": ({"iss": "https://evil.example"}, "is not registered"),
    "unknown client": ({"client_id": "client-9"}, "is not registered"),
    "which client": ({"client_id": None}, "client_id does not say which"),
    "no hint": ({"login_hint": None}, "login_hint is missing"),
    "nobody is signed in": ({"login_hint": "0"}, "nobody is signed in"),
    "no target": ({"target_link_uri": None}, "target_link_uri is missing"),
    "target elsewhere": ({"target_link_uri": "https://evil.example/hub/lti/launch"}, "target_link_uri"),
    "target elsewhere here": ({"target_link_uri": "/hub/logout"}, "target_link_uri"),
    "iss twice": ({"iss": [PLATFORM.issuer, "https://evil.example"]}, "'iss' is given 2 times"),
    "hint without end": ({"lti_message_hint": "x" * 20_000}, "lti_message_hint is longer"),
    "hint with a line end": ({"login_hint": "a\r\nSet-Cookie: b"}, "control characters"),
}


@pytest.mark.parametrize("case", WRONG_LOGINS)
def test_a_wrong_login_is_refused_before_anything_is_kept(hub: Hub13, session: requests.Session, case: str) -> None:
    changes, reason = WRONG_LOGINS[case]
    answer = hub.login(session, "POST", **changes)
    assert answer.status_code == 401 and "Location" not in answer.headers
    assert not any(cookie.name.startswith("openjupyter-lti-") for cookie in session.cookies)
    check_reference(hub, answer, reason)


def test_without_client_id_the_deployment_tells_which_client(hub: Hub13, session: requests.Session) -> None:
    answer = hub.login(session, client_id=None, lti_deployment_id="9")
    assert "client_id=client-8" in answer.headers["Location"]


def check_reference(hub: Hub13, answer: requests.Response, reason: str) -> None:
    """The page shows a number, which leads to the reason in the log; the reason itself it does not show."""
    number = re.search(r"Reference: ([0-9a-f]{12})", text(answer))
    assert number is not None, answer.text
    lines = [line for line in hub.log if number[1] in line]
    assert len(lines) == 1 and reason in lines[0]
    told = lines[0].rpartition(f"{answer.status_code}: ")[2]
    assert told and told not in text(answer)


@pytest.mark.parametrize("name", [*WRONG_WAYS, *NOT_FOR_EVERYBODY])
def test_a_wrong_way_in_gets_its_answer(hub: Hub13, session: requests.Session, name: str) -> None:
    wrong = (WRONG_WAYS | NOT_FOR_EVERYBODY)[name]
    state, nonce = hub.begin(session)
    answer = hub.launch(session, state, wrong.build(now(), nonce, hub.launch_url))
    assert answer.status_code == wrong.status and not is_signed_in(session)
    assert wrong.page in text(answer)
    check_reference(hub, answer, wrong.reason)
    assert hub.launch(session, state, sign(hub.good(nonce))).status_code == 401, (
        "a failed login must not be tried again"
    )


WRONG_STATES: dict[str, dict[str, str]] = {
    "made up": {"state": "x" * 43},
    "empty": {"state": ""},
    "of another purpose": {"state": "WINDOW"},
    "with surrogates": {"state": "\x00"},
}


@pytest.mark.parametrize("case", WRONG_STATES)
def test_a_state_that_is_none_is_refused(hub: Hub13, session: requests.Session, case: str) -> None:
    state = WRONG_STATES[case]["state"]
    if state == "WINDOW":
        state = hub.authenticator.registry.tickets.issue("window", {}, 60)
    answer = hub.launch(session, state, sign(hub.good("nonce-1")))
    assert answer.status_code == 401
    check_reference(hub, answer, "state is unknown")


def test_parameters_that_are_given_twice_are_refused(hub: Hub13, session: requests.Session) -> None:
    state, nonce = hub.begin(session)
    body = urlencode([("state", state), ("id_token", sign(hub.good(nonce))), ("id_token", "x")])
    answer = session.post(hub.launch_url, data=body, headers=FORM, allow_redirects=False, timeout=30)
    assert answer.status_code == 401
    check_reference(hub, answer, "given twice")


def test_a_platform_that_says_no_is_believed(hub: Hub13, session: requests.Session) -> None:
    state, _ = hub.begin(session)
    body = urlencode({"state": state, "error": "login_required", "error_description": "<b>"})
    answer = session.post(hub.launch_url, data=body, headers=FORM, allow_redirects=False, timeout=30)
    assert answer.status_code == 401
    check_reference(hub, answer, "'login_required'")


def test_a_platform_that_was_removed_meanwhile_signs_nobody_in(hub: Hub13, session: requests.Session) -> None:
    extra = PLATFORM.model_copy(update={"name": "extra", "client_id": "client-extra"})
    hub.authenticator.registry.platforms.add(extra)
    state, nonce = hub.begin(session, client_id="client-extra")
    hub.authenticator.registry.platforms.remove("extra")
    answer = hub.launch(session, state, sign(hub.good(nonce) | {"aud": "client-extra"}))
    assert answer.status_code == 401
    check_reference(hub, answer, "no longer registered")


def test_the_keys_of_the_tool_are_public(hub: Hub13, session: requests.Session) -> None:
    answer = session.get(f"{hub.url}/hub/lti/jwks", timeout=30)
    (key,) = answer.json()["keys"]
    assert set(key) == {"kty", "n", "e", "kid", "alg", "use"} and key["alg"] == "RS256"
    assert hub.authenticator.registry.signing_key().kid == key["kid"]
    assert "private" not in answer.text.lower() and answer.headers["Access-Control-Allow-Origin"] == "*"


def test_staff_choose_and_the_lms_gets_links(hub: Hub13, session: requests.Session) -> None:
    from jwt import PyJWK, decode

    state, nonce = hub.begin(session)
    page = hub.launch(session, state, sign(deep_linking(now(), nonce)))
    assert page.status_code == 200 and not is_signed_in(session)
    (ticket,) = re.findall(r'name="ticket" value="([^"]+)"', page.text)
    assert 'value="python/warm-up"' in page.text and "Some first steps." in text(page)
    assert "It cannot be chosen:" in text(page)  # the broken one
    choose = {"ticket": ticket, "exercise": ["python/warm-up", "python/broken", "unknown/unknown"]}
    nothing = session.post(f"{hub.url}/hub/lti/select", data={"ticket": ticket}, timeout=30)
    assert nothing.status_code == 400 and "choose an exercise first" in text(nothing)
    answer = session.post(f"{hub.url}/hub/lti/select", data=choose, timeout=30)
    assert 'action="https://lms.example/deep_link"' in answer.text
    assert "form-action https://lms.example;" in answer.headers["Content-Security-Policy"]
    (token,) = re.findall(r'name="JWT" value="([^"]+)"', answer.text)
    (jwk,) = session.get(f"{hub.url}/hub/lti/jwks", timeout=30).json()["keys"]
    found = decode(token, PyJWK(jwk).key, ["RS256"], audience=PLATFORM.issuer, issuer="client-7")
    assert found[f"{CLAIM}deployment_id"] == "1" and found[f"{CLAIM}message_type"] == "LtiDeepLinkingResponse"
    dl = "https://purl.imsglobal.org/spec/lti-dl/claim/"
    assert found[f"{dl}data"] == "opaque-7"
    (item,) = found[f"{dl}content_items"]
    assert (item["type"], item["title"], item["url"]) == ("ltiResourceLink", "Warm-up", hub.launch_url)
    assert item["custom"] == {"course": "python", "exercise": "warm-up"}
    assert item["lineItem"]["resourceId"] == "python/warm-up"
    again = session.post(f"{hub.url}/hub/lti/select", data=choose, timeout=30)
    assert again.status_code == 401


def test_a_choice_may_be_given_up(hub: Hub13, session: requests.Session) -> None:
    from jwt import decode

    state, nonce = hub.begin(session)
    page = hub.launch(session, state, sign(deep_linking(now(), nonce)))
    (ticket,) = re.findall(r'name="ticket" value="([^"]+)"', page.text)
    answer = session.post(f"{hub.url}/hub/lti/select", data={"ticket": ticket, "cancel": "1"}, timeout=30)
    (token,) = re.findall(r'name="JWT" value="([^"]+)"', answer.text)
    found = decode(token, options={"verify_signature": False})
    assert found["https://purl.imsglobal.org/spec/lti-dl/claim/content_items"] == []


def test_the_operator_comes_in_by_a_link_that_works_once(hub: Hub13, session: requests.Session) -> None:
    ticket = hub.authenticator.registry.tickets.issue("admin", {}, 600)
    url = f"{hub.url}/hub/admin-login"
    for _ in range(2):  # programs that look at links use nothing up
        page = session.get(url, params={"ticket": ticket}, timeout=30)
        assert page.status_code == 200 and "Sign in as operator?" in text(page) and not is_signed_in(session)
    answer = session.post(url, data={"ticket": ticket}, allow_redirects=False, timeout=30)
    assert answer.status_code == 303 and is_signed_in(session)
    assert session.get(f"{hub.url}/hub/lti/setup", timeout=30).status_code == 200
    again = requests.post(url, data={"ticket": ticket}, allow_redirects=False, timeout=30)
    assert again.status_code == 401 and "openjupyter admin-link" in text(again)
    assert not any(ticket in line for line in hub.log)


def test_no_form_makes_an_operator(hub: Hub13, session: requests.Session) -> None:
    answer = session.post(
        f"{hub.url}/hub/login", data={"name": "operator", "username": "operator", "is_admin": "true"}, timeout=30
    )
    assert answer.status_code in (401, 403) and not is_signed_in(session)


def test_nothing_secret_is_logged(hub: Hub13) -> None:
    everything = json.dumps(hub.log)
    assert "person-7" not in everything and "Öztürk" not in everything and "eyJ" not in everything
