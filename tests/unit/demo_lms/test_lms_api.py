"""The endpoints for scripts, and who may use them."""

import json
from collections.abc import Mapping

import pytest
from tornado.httpclient import HTTPResponse

from deploy.demo_lms import RunningLms
from tests.unit.demo_lms.helpers import ADA, ESRA, GRETA, TOOL_URL, Browser, sourced_id

JSON = {"Content-Type": "application/json"}


async def launch(browser: Browser, body: object, headers: Mapping[str, str] = JSON) -> HTTPResponse:
    return await browser.fetch("/api/launch", "POST", json.dumps(body), headers)


async def test_health(browser: Browser) -> None:
    response = await browser.fetch("/health")
    assert (response.code, json.loads(response.body)) == (200, {"status": "ok"})


async def test_links_and_people(browser: Browser) -> None:
    listed = json.loads((await browser.fetch("/api/links")).body)
    links = {course["id"]: [link["exercise"] for link in course["links"]] for course in listed["courses"]}
    assert links == {
        "data-science": ["warm-up", "cleaning", "figure", "network"],
        "refresher": ["warm-up", "figure"],
    }
    roles = [person["role"] for person in listed["people"]]
    assert (roles.count("Learner"), roles.count("Instructor")) == (6, 1)
    assert all(person["name"].split()[0].lower() not in person["user_id"] for person in listed["people"])


async def test_launch_for_a_scripted_learner(lms: RunningLms, browser: Browser) -> None:
    response = await launch(browser, {"user_id": ADA, "resource_link_id": "ds-network"})
    made = json.loads(response.body)
    assert made["url"] == TOOL_URL
    assert made["parameters"]["custom_exercise"] == "network"
    assert made["parameters"]["lis_result_sourcedid"] == sourced_id(lms, ADA, "ds-network")
    assert len(made["parameters"]["oauth_signature"]) == 28


async def test_launch_for_the_instructor(browser: Browser) -> None:
    made = json.loads((await launch(browser, {"user_id": GRETA, "resource_link_id": "py-figure"})).body)
    assert made["parameters"]["roles"] == "Instructor"


@pytest.mark.parametrize(
    ("body", "code"),
    [
        ([], 400),
        ("text", 400),
        (None, 400),
        ({"user_id": ADA}, 400),
        ({"user_id": ADA, "resource_link_id": "nothing"}, 404),
        ({"user_id": "nobody", "resource_link_id": "ds-figure"}, 404),
        ({"user_id": [ADA], "resource_link_id": {}}, 400),
        ({"user_id": ESRA, "resource_link_id": "py-figure"}, 404),
    ],
)
async def test_bad_launch_requests(browser: Browser, body: object, code: int) -> None:
    response = await launch(browser, body)
    assert response.code == code
    assert json.loads(response.body)["error"].endswith(".")


@pytest.mark.parametrize("body", [b"{", b"\xff", b"[" * 90000, b""])
async def test_launch_wants_json(browser: Browser, body: bytes) -> None:
    assert (await browser.fetch("/api/launch", "POST", body, JSON)).code == 400


async def test_launch_wants_the_json_type(browser: Browser) -> None:
    body = {"user_id": ADA, "resource_link_id": "ds-figure"}
    assert (await launch(browser, body, {"Content-Type": "text/plain"})).code == 415


@pytest.mark.parametrize(
    "header",
    [{"Host": "rebound.example.org"}, {"X-Forwarded-For": "127.0.0.1"}, {"Forwarded": "for=127.0.0.1"}],
)
async def test_only_direct_requests_on_this_machine_count_as_local(browser: Browser, header: dict[str, str]) -> None:
    assert (await browser.fetch("/api/links", headers=header)).code == 403
    body = {"user_id": ADA, "resource_link_id": "ds-figure"}
    assert (await launch(browser, body, {**JSON, **header})).code == 403
    assert (await browser.fetch("/gradebook.json?course=data-science", headers=header)).code == 401
    assert (await browser.fetch("/health", headers=header)).code == 200


async def test_gradebook_json_needs_a_course(browser: Browser) -> None:
    assert (await browser.fetch("/gradebook.json")).code == 400
    assert (await browser.fetch("/gradebook.json?course=x")).code == 404
