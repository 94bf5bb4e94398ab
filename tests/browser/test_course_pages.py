"""The pages of followed courses in real Chromium, for everybody: axe, wide and at 320 pixels, light and dark."""

import dataclasses
import itertools
from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect

from openjupyter_service.grading.gate import Running
from tests.browser.chromium import NARROW, WIDE, check, chromium, new_page
from tests.browser.front import Front
from tests.unit.hub.test_course_pages import FINDINGS, Followed, report

pytestmark = pytest.mark.browser

LOOKS = [*itertools.product((WIDE, NARROW), ("light", "dark"))]


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Followed]:
    site = Followed(tmp_path_factory.mktemp("courses"))
    site.follow("genes")
    site.verdict("genes", "a", True, report())
    site.verdict("genes", "c", False, report(*FINDINGS, FINDINGS[0] | {"text": "a_very_long_word_" * 20}))
    site.courses.ended_sync("genes", "https://git.example.org/genes/public.git: the host does not answer")
    yield site
    site.close()


@pytest.fixture(scope="module")
def front(site: Followed) -> Iterator[Front]:
    front = Front(site)
    yield front
    front.close()


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with chromium() as browser:
        yield browser


@pytest.fixture(params=LOOKS, ids=lambda look: f"{look[0]}-{look[1]}")
def page(request: pytest.FixtureRequest, browser: Browser, site: Followed, front: Front) -> Iterator[Page]:
    """With the operator signed in."""
    page = new_page(browser, *request.param)
    ticket = site.authenticator.registry.tickets.issue("admin", {}, 600)
    page.goto(f"{front.url}/hub/admin-login?ticket={ticket}")
    page.get_by_role("button").first.click()
    yield page
    page.context.close()


def test_the_pages_are_for_everybody(site: Followed, front: Front, page: Page) -> None:
    page.goto(f"{front.url}/services/openjupyter/courses")
    expect(page.get_by_role("heading", name="Followed courses")).to_be_visible()
    check(page)
    page.get_by_label("Name").fill("x")
    page.get_by_label("Address of the repository").first.fill("nowhere")
    page.get_by_label("Address of the repository").last.fill("nowhere")
    page.get_by_role("button", name="Follow this course").click()
    expect(page.get_by_role("alert")).to_contain_text("use an address such as")
    check(page)
    page.get_by_role("link", name="genes").click()
    expect(page.get_by_role("heading", name="Version 2: refused")).to_be_visible()
    expect(page.get_by_text("the solution gets 1 of <2> points")).to_be_visible()
    check(page)


def test_progress_moves_by_itself(site: Followed, front: Front, page: Page, monkeypatch: pytest.MonkeyPatch) -> None:
    running: Any = Running(7, 0.0, {"means": (1, 4), "sums": (0, 0)})
    monkeypatch.setattr("openjupyter_service.grading.follow.Follower.running", lambda self, name: running)
    page.goto(f"{front.url}/services/openjupyter/courses/genes")
    expect(page.get_by_role("status")).to_have_text("0 of 2 exercises are done.")
    check(page)
    running = dataclasses.replace(running, exercises={"means": (4, 4), "sums": (2, 5)})
    expect(page.get_by_role("status")).to_have_text("1 of 2 exercises are done.")
    expect(page.get_by_role("row", name="sums")).to_contain_text("2 / 5")
    running = None
    expect(page.get_by_role("heading", name="A check is running")).to_have_count(0)
