"""Our hub and our grade services against an LMS by others (lti1p3platform), over HTTP from the click to the score.

Tokens of both sides are checked a second time by jwcrypto: lti1p3platform reads them with the library that we use.
"""

import dataclasses
import itertools
import json
import re
from collections.abc import Iterator
from html import unescape
from pathlib import Path
from typing import Any

import pytest
import requests
from jwcrypto.jwk import JWK, JWKSet
from jwcrypto.jwt import JWT

from openjupyter_service.exercises.repository import publish
from openjupyter_service.grading.deliveries import Deliveries
from openjupyter_service.grading.outbound import Outbound
from openjupyter_service.store import Launches, Outbox, OutboxItem, Placement, Queue, Submissions
from tests.unit.hub.running_hub import Hub
from tests.unit.hub.test_launch13 import is_signed_in, trust
from tests.unit.lti_others.platform import CLIENT, DEPLOYMENT, OthersLms, make_key

CLAIM = "https://purl.imsglobal.org/spec/lti/claim/"
DL_CLAIM = "https://purl.imsglobal.org/spec/lti-dl/claim/"
NUMBERS = itertools.count(1)
AGS_SCOPE = "https://purl.imsglobal.org/spec/lti-ags/scope/"


class Site(Hub):
    """Our hub, and the LMS that knows it."""

    def __init__(self, folder: Path, lms: OthersLms) -> None:
        super().__init__(folder, platforms=[lms.platform.model_dump(mode="json")])
        self.lms = lms
        notebook = folder / "public" / "warm up" / "first steps.ipynb"
        notebook.parent.mkdir(parents=True)
        notebook.write_text(json.dumps({"cells": [], "nbformat": 4, "nbformat_minor": 5, "metadata": {}}))
        publish(folder / "public", self.settings.courses[0].repository)
        lms.connect(self.url)

    def click(self, session: requests.Session, **options: Any) -> dict[str, str]:
        """A click on a link of the LMS, up to the form that its browser is to send us."""
        answer = session.get(self.lms.login_url(), allow_redirects=False, timeout=30)
        trust(session)
        assert answer.status_code == 302, answer.text
        form: dict[str, str] = self.lms.answer_login(answer.headers["Location"], **options)
        assert form["launch_url"] == f"{self.url}/hub/lti/launch"
        return form

    def send(self, session: requests.Session, form: dict[str, str]) -> requests.Response:
        data = {name: form[name] for name in ("state", "id_token")}
        return session.post(form["launch_url"], data=data, allow_redirects=False, timeout=30)

    def placement(self) -> Placement:
        """That of the person who launched last."""
        name = [line for line in self.log if line.startswith("User logged in: ")][-1].rpartition(" ")[2]
        (placement,) = Launches(self.store).placements(name)
        return placement

    def grade(self, learner: str, score: float) -> OutboxItem:
        """A submission that was graded, with its score in the outbox."""
        submissions, queue = Submissions(self.store), Queue(self.store)
        submissions.accept(
            learner=learner,
            course="python",
            exercise="warm-up",
            commit=None,
            notebook_path="a.ipynb",
            files={"a.ipynb": b"{}"},
        )
        claimed = queue.claim("worker", 60)
        assert claimed is not None
        report = {"status": "correct", "max_points": 12.0}
        assert queue.finish(claimed.grading_id, "worker", report, score, {})
        return Outbox(self.store).list()[0]

    def deliveries(self) -> Deliveries:
        registry = self.authenticator.registry
        return Deliveries(registry.platforms, registry.tool_keys, registry.launches, Outbound())

    def checked(self, token: str) -> dict[str, Any]:
        """Claims of a token of ours, by jwcrypto and the key set that we publish."""
        keys = JWKSet.from_json(requests.get(f"{self.url}/hub/lti/jwks", timeout=30).text)
        found = JWT(jwt=token, key=keys, algs=["RS256"], expected_type="JWS")
        claims: dict[str, Any] = json.loads(found.claims)
        return claims


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    lms = OthersLms()
    site = Site(tmp_path_factory.mktemp("others"), lms)
    yield site
    site.close()
    lms.close()


@pytest.fixture
def session(site: Site) -> Iterator[requests.Session]:
    site.lms.person = f"person-{next(NUMBERS)}"
    with requests.Session() as session:
        session.trust_env = False
        yield session


def test_a_launch_by_the_other_library_opens_the_exercise(site: Site, session: requests.Session) -> None:
    answer = site.send(session, site.click(session))
    assert answer.status_code == 303 and is_signed_in(session)
    assert answer.headers["Location"].startswith("/hub/user-redirect/git-pull?")
    placement = site.placement()
    assert (placement.platform, placement.deployment, placement.context_id) == ("others", DEPLOYMENT, "course-7")
    assert (placement.resource_link_id, placement.subject, placement.is_staff) == ("link-1", site.lms.person, False)
    assert (placement.lineitems_url, placement.context_title) == (site.lms.lineitems_url, "Data science")


def test_a_launch_that_jwcrypto_has_signed_is_as_good(site: Site, session: requests.Session) -> None:
    form = site.click(session)
    key = JWK.from_pem(site.lms.private_key.encode())
    claims = json.loads(JWT(jwt=form["id_token"], key=key, algs=["RS256"], expected_type="JWS").claims)
    token = JWT(header={"alg": "RS256", "kid": key.thumbprint(), "typ": "JWT"}, claims=claims)
    token.make_signed_token(key)
    assert site.send(session, form | {"id_token": token.serialize()}).status_code == 303


def test_a_signature_by_another_key_is_refused(site: Site, session: requests.Session) -> None:
    form = site.click(session)
    right = JWK.from_pem(site.lms.private_key.encode())
    claims = json.loads(JWT(jwt=form["id_token"], key=right, algs=["RS256"], expected_type="JWS").claims)
    token = JWT(header={"alg": "RS256", "kid": right.thumbprint()}, claims=claims)
    token.make_signed_token(JWK.from_pem(make_key()[0].encode()))
    answer = site.send(session, form | {"id_token": token.serialize()})
    assert answer.status_code == 401 and not is_signed_in(session)
    assert "signature" in "".join(site.log[-5:])


@pytest.mark.parametrize("part", [0, 1, 2])
def test_a_token_that_was_changed_on_its_way_is_refused(site: Site, session: requests.Session, part: int) -> None:
    form = site.click(session)
    parts = form["id_token"].split(".")
    middle = len(parts[part]) // 2
    parts[part] = parts[part][:middle] + ("A" if parts[part][middle] != "A" else "B") + parts[part][middle + 1 :]
    answer = site.send(session, form | {"id_token": ".".join(parts)})
    assert answer.status_code == 401 and not is_signed_in(session)


def test_a_launch_cannot_be_sent_twice(site: Site, session: requests.Session) -> None:
    form = site.click(session)
    assert site.send(session, form).status_code == 303
    assert site.send(session, form).status_code == 401


def choose(site: Site, session: requests.Session, **fields: Any) -> dict[str, str]:
    """The form that our selection page sends the LMS after a choice."""
    page = site.send(session, site.click(session, staff=True, choose=True))
    assert page.status_code == 200, page.text
    (ticket,) = re.findall(r'name="ticket" value="([^"]+)"', page.text)
    answer = session.post(f"{site.url}/hub/lti/select", data={"ticket": ticket} | fields, timeout=30)
    assert re.findall(r'<form method="post" action="([^"]+)"', answer.text) == [f"{site.lms.url}/deep_link"]
    return {name: unescape(value) for name, value in re.findall(r'name="([^"]+)" value="([^"]*)"', answer.text)}


def test_the_other_library_takes_our_choice(site: Site, session: requests.Session) -> None:
    form = choose(site, session, exercise="python/warm-up")
    (item,) = site.lms.take_choice(form)
    assert (item["type"], item["url"]) == ("ltiResourceLink", f"{site.url}/hub/lti/launch")
    assert item["custom"] == {"course": "python", "exercise": "warm-up"}
    assert item["lineItem"]["label"] == "Warm-up" and item["lineItem"]["resourceId"] == "python/warm-up"
    claims = site.checked(form["JWT"])
    assert (claims["iss"], claims["aud"]) == (CLIENT, site.lms.url)
    assert claims[f"{CLAIM}deployment_id"] == DEPLOYMENT and claims[f"{DL_CLAIM}data"] == "data-of-others"
    assert claims["nonce"] and claims[f"{CLAIM}version"] == "1.3.0"


def test_the_other_library_takes_an_empty_choice(site: Site, session: requests.Session) -> None:
    assert site.lms.take_choice(choose(site, session, cancel="1")) == []


def test_the_other_library_refuses_our_choice_when_it_was_changed(site: Site, session: requests.Session) -> None:
    head, body, signature = choose(site, session, exercise="python/warm-up")["JWT"].split(".")
    with pytest.raises(Exception, match="Signature verification failed"):
        site.lms.take_choice({"JWT": f"{head}.{body}.{'A' * len(signature)}"})


def test_learners_cannot_choose(site: Site, session: requests.Session) -> None:
    answer = site.send(session, site.click(session, choose=True))
    assert answer.status_code == 403


async def test_a_score_reaches_the_gradebook_of_the_other_library(site: Site, session: requests.Session) -> None:
    site.send(session, site.click(session))
    site.lms.lineitems.clear()
    site.lms.scores.clear()
    item = site.grade(site.placement().learner, 0.75)
    delivery = await site.deliveries().deliver(item)
    assert delivery.accepted, delivery.description
    ((number, column),) = site.lms.lineitems.items()
    assert (column["label"], column["scoreMaximum"]) == ("Warm-up", 12.0)
    assert (column["resourceId"], column["resourceLinkId"]) == ("python/warm-up", "link-1")
    (score,) = site.lms.scores[number]
    assert (score["userId"], score["scoreGiven"], score["scoreMaximum"]) == (site.lms.person, 9.0, 12.0)
    assert (score["activityProgress"], score["gradingProgress"]) == ("Completed", "FullyGraded")
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z", score["timestamp"])

    # A second one finds the column instead of making another, and comes later than the first.
    again = dataclasses.replace(item, score=1.0, lineitem_url=None)
    assert (await site.deliveries().deliver(again)).accepted
    assert len(site.lms.lineitems) == 1
    assert [each["scoreGiven"] for each in site.lms.scores[number]] == [9.0, 12.0]


async def test_a_score_goes_to_the_column_that_the_launch_names(site: Site, session: requests.Session) -> None:
    url = f"{site.lms.lineitems_url}/5/lineitem?type=3"
    site.lms.lineitems.clear()
    site.lms.scores.clear()
    site.lms.lineitems["5"] = {"id": url, "label": "By the LMS", "scoreMaximum": 100}
    site.send(session, site.click(session, lineitem=True))
    assert site.placement().lineitem_url == url
    delivery = await site.deliveries().deliver(site.grade(site.placement().learner, 0.5))
    assert delivery.accepted and [each["scoreGiven"] for each in site.lms.scores["5"]] == [6.0]
    assert len(site.lms.lineitems) == 1


async def test_our_assertion_is_what_the_standards_ask_for(site: Site, session: requests.Session) -> None:
    """What lti1p3platform does not look at (Security Framework 1.0, section 4.1.1)."""
    site.send(session, site.click(session))
    item = site.grade(site.placement().learner, 0.9)
    site.lms.assertions.clear()
    for _ in range(2):
        assert (await site.deliveries().deliver(item)).accepted
    forms = site.lms.assertions
    assert {form["grant_type"] for form in forms} == {"client_credentials"}
    asked = {scope for form in forms for scope in form["scope"].split()}
    assert asked <= {f"{AGS_SCOPE}lineitem", f"{AGS_SCOPE}score"} and f"{AGS_SCOPE}score" in asked
    found = [site.checked(form["client_assertion"]) for form in forms]
    for claims in found:
        assert claims["iss"] == claims["sub"] == CLIENT
        assert claims["aud"] == f"{site.lms.url}/token" and 0 < claims["exp"] - claims["iat"] <= 300
    assert len({claims["jti"] for claims in found}) == len(forms) >= 2


async def test_an_assertion_by_a_key_that_we_do_not_publish_gets_no_token(
    site: Site, session: requests.Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    site.send(session, site.click(session))
    item = site.grade(site.placement().learner, 0.95)
    sign = Deliveries._sign
    other = make_key()[0]

    def forge(self: Deliveries, claims: Any) -> str:
        kid = json.loads(_decoded(sign(self, claims).split(".")[0]))["kid"]
        token = JWT(header={"alg": "RS256", "kid": kid}, claims=dict(claims))
        token.make_signed_token(JWK.from_pem(other.encode()))
        return str(token.serialize())

    monkeypatch.setattr(Deliveries, "_sign", forge)
    delivery = await site.deliveries().deliver(item)
    assert not delivery.accepted and not delivery.final
    assert "invalid_client" in delivery.description and "Signature" in site.lms.refusals[-1]


async def test_a_column_that_is_gone_is_told_in_words(site: Site, session: requests.Session) -> None:
    site.lms.lineitems["77"] = {"id": f"{site.lms.lineitems_url}/77/lineitem", "label": "x", "scoreMaximum": 1}
    site.send(session, site.click(session))
    item = site.grade(site.placement().learner, 0.96)
    gone = dataclasses.replace(item, lineitem_url=f"{site.lms.lineitems_url}/78/lineitem")
    delivery = await site.deliveries().deliver(gone)
    assert delivery.final and "deleted in the LMS" in delivery.description


def _decoded(part: str) -> bytes:
    from base64 import urlsafe_b64decode

    return urlsafe_b64decode(part + "=" * (-len(part) % 4))
