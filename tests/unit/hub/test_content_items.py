"""Content items of LTI 1.1 through JupyterHub's own application: request, page, choice, and the answer's signature."""

import json
import re
from collections.abc import Iterator
from html import unescape
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import pytest
import requests
from pylti.common import LTIException, verify_request_common

from openjupyter_service.exercises.repository import publish
from openjupyter_service.store import Launches
from tests.unit.hub.running_hub import Hub
from tests.unit.hub.site import KEY, SECRET
from tests.unit.hub.test_launch import text
from tests.unit.lti.wrong_ways11 import content_item_parameters

RETURN = "https://lms.example/items?course=7"


class Site(Hub):
    """Two exercises that can be chosen, and a broken one."""

    def __init__(self, folder: Path, **changes: object) -> None:
        super().__init__(folder, **changes)
        second = folder / "private" / "sums"
        second.mkdir()
        second.joinpath("exercise.toml").write_text(
            'title = "Sums & <more>"\nnotebook = "sums/sums.ipynb"\ndeadline = 2030-01-02T03:04:05Z\n'
        )
        second.joinpath("test_sums.py").write_text(
            "import pytest\n\n@pytest.mark.points(3)\ndef test_a(learner):\n    assert learner.a == 1\n"
        )
        for name in ("warm up/first steps.ipynb", "sums/sums.ipynb"):
            path = folder / "public" / name
            path.parent.mkdir(parents=True)
            path.write_text(json.dumps({"cells": [], "nbformat": 4, "nbformat_minor": 5, "metadata": {}}))
        publish(folder / "public", self.settings.courses[0].repository)

    def ask(self, **changes: str | None) -> requests.Response:
        return self.post(self.sign(content_item_parameters() | changes))

    def choose(self, ticket: str, *exercises: str, **more: str) -> requests.Response:
        data: dict[str, Any] = {"ticket": ticket, "exercise": [f"python/{name}" for name in exercises], **more}
        return requests.post(f"{self.url}/hub/lti/select", data=data, timeout=30)


@pytest.fixture(scope="module")
def hub(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    hub = Site(tmp_path_factory.mktemp("content"))
    yield hub
    hub.close()


def ticket_of(page: requests.Response) -> str:
    assert page.status_code == 200, page.text
    return re.findall(r'name="ticket" value="([^"]+)"', page.text)[0]


def answer_of(page: requests.Response) -> tuple[str, dict[str, str]]:
    """Where the form goes, and its fields."""
    page.encoding = "utf-8"  # which the page itself says, as browsers see
    assert page.status_code == 200, page.text
    (url,) = re.findall(r'<form method="post" action="([^"]+)"', page.text)
    fields = re.findall(r'<input type="hidden" name="([^"]+)" value="([^"]*)"', page.text)
    assert len(dict(fields)) == len(fields)
    return unescape(url), {unescape(name): unescape(value) for name, value in fields}


def is_signed(url: str, fields: dict[str, str], secret: str = SECRET) -> bool:
    """Does the signature hold, by an implementation of others?"""
    try:
        query = dict(parse_qsl(urlsplit(url).query))
        return bool(verify_request_common({KEY: {"secret": secret}}, url, "POST", {}, fields | query))
    except LTIException:
        return False


def test_staff_choose_several_and_the_lms_gets_signed_links(hub: Site) -> None:
    page = hub.ask()
    assert 'type="checkbox"' in page.text and 'type="radio"' not in page.text
    assert "broken/exercise.toml, line 1:" in text(page) and str(hub.settings.data_dir.parent) not in page.text
    assert "Sums &amp; &lt;more&gt;" in page.text and "3 points" in text(page) and "2030" in text(page)
    url, fields = answer_of(hub.choose(ticket_of(page), "sums", "warm-up"))
    assert url == RETURN and is_signed(url, fields) and not is_signed(url, fields, "wrong")
    assert (fields["lti_message_type"], fields["lti_version"]) == ("ContentItemSelection", "LTI-1p0")
    assert fields["data"] == "opaque <7>" and fields["lti_msg"] == "2 exercises chosen"
    assert fields["oauth_consumer_key"] == KEY and "secret" not in json.dumps(fields)
    items = json.loads(fields["content_items"])
    assert items["@context"][0] == "http://purl.imsglobal.org/ctx/lti/v1/ContentItem"
    first, second = items["@graph"]
    assert first == {
        "@type": "LtiLinkItem",
        "mediaType": "application/vnd.ims.lti.v1.ltilink",
        "title": "Sums & <more>",
        "url": f"{hub.url}/hub/lti/launch",
        "custom": {"course": "python", "exercise": "sums"},
        "placementAdvice": {"presentationDocumentTarget": "window"},
        "lineItem": {
            "@type": "LineItem",
            "label": "Sums & <more>",
            "reportingMethod": "res:totalScore",
            "assignedActivity": {"activityId": "python/sums"},
            "scoreConstraints": {"@type": "NumericLimits", "normalMaximum": 3.0},
        },
    }
    assert (second["title"], second["custom"]["exercise"]) == ("Warm-up", "warm-up")
    assert second["lineItem"]["scoreConstraints"]["normalMaximum"] == 1.0  # no tests that say more
    assert "@id" not in first and "@id" not in second  # one address is not one thing


def test_the_form_goes_to_the_lms_and_nowhere_else(hub: Site) -> None:
    answer = hub.choose(ticket_of(hub.ask()), "warm-up")
    assert "form-action https://lms.example;" in answer.headers["Content-Security-Policy"]


def test_the_launch_of_a_chosen_link_opens_its_exercise(hub: Site) -> None:
    """The LMS sends `custom` back as custom parameters (Content-Item Message 1.0)."""
    _, fields = answer_of(hub.choose(ticket_of(hub.ask()), "sums"))
    (item,) = json.loads(fields["content_items"])["@graph"]
    launch: dict[str, str | None] = {f"custom_{name}": value for name, value in item["custom"].items()}
    answer = hub.post(hub.sign(launch | {"user_id": "chooser"}, url=item["url"]))
    assert answer.status_code == 303
    name = [line for line in hub.log if line.startswith("User logged in: ")][-1].rpartition(" ")[2]
    assert [placement.exercise for placement in Launches(hub.store).placements(name)] == ["sums"]


@pytest.mark.parametrize("several", ["false", None, "", "no"])
def test_where_the_lms_takes_one_only_one_can_be_chosen(hub: Site, several: str | None) -> None:
    page = hub.ask(accept_multiple=several)
    assert 'type="radio"' in page.text and 'type="checkbox"' not in page.text
    ticket = ticket_of(page)
    two = hub.choose(ticket, "sums", "warm-up")
    assert two.status_code == 400 and "lms.example" not in two.text
    _, fields = answer_of(hub.choose(ticket, "sums"))  # the ticket was not used up
    assert len(json.loads(fields["content_items"])["@graph"]) == 1


def test_a_choice_that_is_made_twice_counts_once(hub: Site) -> None:
    _, fields = answer_of(hub.choose(ticket_of(hub.ask(accept_multiple="false")), "sums", "sums"))
    assert len(json.loads(fields["content_items"])["@graph"]) == 1


def test_a_choice_may_be_given_up(hub: Site) -> None:
    url, fields = answer_of(hub.choose(ticket_of(hub.ask()), cancel="1"))
    assert is_signed(url, fields) and json.loads(fields["content_items"])["@graph"] == []
    assert fields["lti_msg"] == "Nothing was chosen"


def test_without_data_none_is_sent(hub: Site) -> None:
    _, fields = answer_of(hub.choose(ticket_of(hub.ask(data=None)), "sums"))
    assert "data" not in fields


@pytest.mark.parametrize("data", ["", " ", "ü & = +", '{"a": "<b>"}', "x" * 3000])
def test_data_comes_back_as_it_was(hub: Site, data: str) -> None:
    url, fields = answer_of(hub.choose(ticket_of(hub.ask(data=data)), "sums"))
    assert fields["data"] == data and is_signed(url, fields)


@pytest.mark.parametrize("types", ["image/*", "text/html", "", None, "application/vnd.ims.lti.v1.ltilink2"])
def test_an_lms_that_takes_no_links_is_refused(hub: Site, types: str | None) -> None:
    answer = hub.ask(accept_media_types=types)
    assert answer.status_code == 401 and "accept_media_types" in "".join(hub.log[-5:])


@pytest.mark.parametrize("types", ["*/*", " application/vnd.ims.lti.v1.ltilink ,image/*"])
def test_an_lms_that_takes_anything_takes_links(hub: Site, types: str) -> None:
    assert 'name="ticket"' in hub.ask(accept_media_types=types).text


@pytest.mark.parametrize(
    "url",
    ["javascript:alert(1)", "//lms.example/items", "https://a:b@lms.example/", "https://lms.example/#x", "data:,x", ""],
)
def test_a_wrong_return_address_is_refused(hub: Site, url: str) -> None:
    answer = hub.ask(content_item_return_url=url)
    assert answer.status_code == 401 and "form" not in answer.text.partition("<main>")[2]


def test_a_return_address_is_what_was_signed(hub: Site) -> None:
    body = hub.sign(content_item_parameters()).replace(b"lms.example", b"evil.example")
    assert hub.post(body).status_code == 401


def test_a_request_cannot_be_sent_twice_and_an_answer_neither(hub: Site) -> None:
    body = hub.sign(content_item_parameters())
    ticket = ticket_of(hub.post(body))
    assert hub.post(body).status_code == 401
    assert hub.choose(ticket, "sums").status_code == 200
    again = hub.choose(ticket, "sums")
    assert again.status_code == 401 and "lms.example" not in again.text


@pytest.mark.parametrize("exercises", [(), ("broken",), ("unknown",), ("../private",), ("sums/x",)])
def test_what_cannot_be_chosen_is_not_sent(hub: Site, exercises: tuple[str, ...]) -> None:
    answer = hub.choose(ticket_of(hub.ask()), *exercises)
    assert answer.status_code == 400 and "choose an exercise first" in text(answer)


@pytest.mark.parametrize("ticket", ["", "x" * 43, "ü", "x" * 5000])
def test_a_made_up_ticket_chooses_nothing(hub: Site, ticket: str) -> None:
    assert hub.choose(ticket, "sums").status_code == 401


def test_a_ticket_of_another_purpose_chooses_nothing(hub: Site) -> None:
    ticket = hub.authenticator.registry.tickets.issue("admin", {"platform": "demo", "return_url": "https://x/"}, 60)
    assert hub.choose(ticket, "sums").status_code == 401


def test_nobody_is_signed_in_by_choosing(hub: Site) -> None:
    page = hub.ask()
    answer = hub.choose(ticket_of(page), "sums")
    for each in (page, answer):
        assert not any("jupyterhub-hub-login" in cookie.name for cookie in each.cookies)


def test_it_all_speaks_german_to_those_whose_lms_does(hub: Site) -> None:
    page = hub.ask(launch_presentation_locale="de-DE")
    assert page.headers["Content-Type"] == "text/html; charset=utf-8" and '<html lang="de">' in page.text
    words = text(page)
    assert "Aufgaben auswählen" in words and "3 Punkte · bis 2030-01-02 03:04 UTC" in words
    assert "Zum Kurs hinzufügen" in words and "Choose" not in words and "point" not in words
    problem = hub.choose(ticket_of(page))
    assert "Bitte wähle zuerst eine Aufgabe." in problem.text and problem.status_code == 400
    answer = hub.choose(ticket_of(page), "sums")
    assert "Deine Aufgaben sind unterwegs" in text(answer)
    assert answer_of(answer)[1]["lti_msg"] == "1 Aufgabe ausgewählt"


def test_only_courses_that_are_open_to_the_lms_can_be_chosen(tmp_path: Path) -> None:
    platform = {"name": "demo", "consumer_key": KEY, "secret": SECRET, "courses": ["another"]}
    site = Site(tmp_path, platforms=[platform])
    try:
        page = site.ask()
        assert "Sums" not in page.text and 'type="checkbox"' not in page.text
        assert site.choose(ticket_of(page), "sums").status_code == 400
    finally:
        site.close()
