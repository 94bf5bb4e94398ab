"""The pages of hub and service in real Chromium: choosing by keyboard alone, and every page for everybody.

Each page is looked at by axe, wide and at 320 pixels, light and dark.
"""

import itertools
import json
import time
from collections.abc import Iterator
from html import escape
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl

import pytest
from playwright.sync_api import Browser, Page, Route, expect
from pydantic import SecretStr

from openjupyter_service.platforms import Platform11
from openjupyter_service.store import Launches, Outbox, People, Queue, Submissions
from tests.browser.chromium import NARROW, WIDE, check, chromium, new_page
from tests.browser.front import Front
from tests.unit.hub.lms_server import LmsServer
from tests.unit.hub.running_service import HubWithService
from tests.unit.hub.site import KEY, SECRET
from tests.unit.lti import signing
from tests.unit.lti.platform13 import PLATFORM
from tests.unit.lti.wrong_ways11 import content_item_parameters

pytestmark = pytest.mark.browser

RETURN = "https://lms.example/items"
LOOKS = [*itertools.product((WIDE, NARROW), ("light", "dark"))]
EXERCISES = {
    "basket": ("A shopping basket", 'deadline = 2031-05-06T07:08:00Z', 12),
    "sums": ("Sums", "", 1),
    "a-very-long-name-of-an-exercise-that-goes-on": ("Eine_sehr_lange_Überschrift_ohne_einen_Zwischenraum", "", 3),
}  # fmt: skip


class Site(HubWithService):
    def __init__(self, folder: Path) -> None:
        for name, (title, more, points) in EXERCISES.items():
            private, public = folder / "private" / name, folder / "public" / name
            private.mkdir(parents=True)
            public.mkdir(parents=True)
            private.joinpath("exercise.toml").write_text(
                f'title = "{title}"\nnotebook = "{name}/{name}.ipynb"\n{more}\n'
            )
            private.joinpath("test_it.py").write_text(
                f"import pytest\n\n@pytest.mark.points({points})\ndef test_a(learner):\n    assert learner.a\n"
            )
            cells = [{"cell_type": "markdown", "metadata": {}, "source": f"# {title}\n\nWhat **{name}** is about."}]
            notebook = {"cells": cells, "nbformat": 4, "nbformat_minor": 5, "metadata": {}}
            public.joinpath(f"{name}.ipynb").write_text(json.dumps(notebook))
        super().__init__(folder)
        self.authenticator.registry.platforms.add(Platform11(name="demo", consumer_key=KEY, secret=SecretStr(SECRET)))
        self.front = Front(self)

    def close(self) -> None:
        self.front.close()
        super().close()

    def form(self, changes: dict[str, Any]) -> dict[str, str]:
        """A launch of LTI 1.1 as the LMS signs it."""
        url = f"{self.front.url}/hub/lti/launch"
        values = {"custom_course": "python", "custom_exercise": "sums"} | changes
        body = signing.sign(values, url=url, key=KEY, secret=SECRET, timestamp=time.time(), nonce=None)
        return dict(parse_qsl(body.decode(), keep_blank_values=True))

    def send(self, page: Page, changes: dict[str, Any], **more: str) -> None:
        """The LMS's page that brings the browser here."""
        fields = "".join(
            f'<input type="hidden" name="{escape(name)}" value="{escape(value)}">'
            for name, value in (self.form(changes) | more).items()
        )
        page.route("https://lms.example/start", lambda route: route.fulfill(
            content_type="text/html; charset=utf-8",
            body=f'<form method="post" action="{self.front.url}/hub/lti/launch">{fields}<button>Go</button></form>',
        ))  # fmt: skip
        page.goto("https://lms.example/start")
        page.get_by_role("button", name="Go").click()

    def fails(self, context: str) -> None:
        """A score that an LMS has refused."""
        learner = f"u{len(Outbox(self.store).list())}"
        Launches(self.store).record(
            platform="demo", context_id=context, resource_link_id="1", learner=learner, course="python",
            exercise="basket", outcome_url="https://lms.example/o", sourcedid="x", context_title="Data_science_" * 8,
        )  # fmt: skip
        People(self.store).remember(learner, "Ada Öztürk", None)
        Submissions(self.store).accept(
            learner=learner, course="python", exercise="basket", commit=None, notebook_path="a", files={"a": b"{}"}
        )
        claimed = Queue(self.store).claim("worker", 60)
        assert claimed and Queue(self.store).finish(claimed.grading_id, "worker", {"max_points": 12.0}, 0.5, {})
        Outbox(self.store).failed(Outbox(self.store).list()[0].id, "unsupported: <b>this_person_is_not_graded</b>" * 3)

    def works(self, context: str) -> None:
        """Two submissions of a learner: one is graded, and one could not be."""
        learner = f"w{time.monotonic_ns()}"
        Launches(self.store).record(
            platform="demo", context_id=context, resource_link_id="1", learner=learner, course="python",
            exercise="basket", context_title="Data_science_" * 8,
        )  # fmt: skip
        People(self.store).remember(learner, "Ada Öztürk", None)
        test = {"id": "t", "title": "The total_of_all_things" * 5, "outcome": "failed", "points": 0, "max_points": 12}
        staff = {"tests": {"t": {"name": "test_total", "text": "assert 3 == 2"}}, "fault": "The judge_has_ended" * 9}
        report: dict[str, Any] = {"score": 0.5, "points": 6, "max_points": 12, "tests": [test], "staff": staff}
        for status in ("wrong", "internal error"):
            Submissions(self.store).accept(
                learner=learner, course="python", exercise="basket", commit=None, notebook_path="a", files={"a": b"{}"}
            )
            queue, claimed = Queue(self.store), Queue(self.store).claim("worker", 60)
            assert claimed
            if status == "wrong":
                assert queue.finish(claimed.grading_id, "worker", report | {"status": status}, 0.5, {})
            else:
                fault = report | {"status": status, "score": None, "tests": []}
                assert queue.fail(claimed.grading_id, "worker", fault)


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    site = Site(tmp_path_factory.mktemp("pages"))
    yield site
    site.close()


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with chromium() as browser:
        yield browser


@pytest.fixture(params=LOOKS, ids=lambda look: f"{look[0]}-{look[1]}")
def page(request: pytest.FixtureRequest, browser: Browser) -> Iterator[Page]:
    page = new_page(browser, *request.param)
    yield page
    page.context.close()


def focused(page: Page) -> str:
    """What has the focus: id, or name and value, or text."""
    return str(page.evaluate("document.activeElement.id || document.activeElement.textContent.trim()"))


def tab_to(page: Page, what: str, key: str = "Tab") -> None:
    for _ in range(40):
        page.keyboard.press(key)
        assert page.evaluate(
            """() => { const bar = document.querySelector('.actions'), at = document.activeElement;
            return !bar || bar.contains(at) || at === document.body
                || at.getBoundingClientRect().bottom <= bar.getBoundingClientRect().top + 1; }"""
        ), f"{focused(page)} is hidden behind the buttons"
        if focused(page) == what:
            return
    raise AssertionError(f"Tab never comes to {what}")


def test_two_exercises_are_chosen_by_keyboard_alone(site: Site, page: Page) -> None:
    taken: list[dict[str, str]] = []

    def lms(route: Route) -> None:
        taken.append(dict(parse_qsl(route.request.post_data or "", keep_blank_values=True)))
        route.fulfill(content_type="text/html", body="<title>Taken</title>")

    page.route(RETURN, lms)
    site.send(page, content_item_parameters() | {"content_item_return_url": RETURN})
    expect(page.get_by_role("heading", name="Choose exercises")).to_be_visible()
    expect(page.get_by_text("12 points")).to_be_visible()
    expect(page.locator("time")).to_contain_text("2031")
    check(page)

    tab_to(page, "search")
    page.keyboard.type("basket")
    expect(page.get_by_text("1 exercise found")).to_be_visible()
    expect(page.get_by_label("Sums")).to_be_hidden()
    page.keyboard.press("Enter")  # looks for, and sends nothing
    tab_to(page, "python/basket")
    page.keyboard.press("Space")
    tab_to(page, "Preview of A shopping basket")
    page.keyboard.press("Enter")
    expect(page.get_by_text("What basket is about.")).to_be_visible()
    check(page)
    tab_to(page, "search", "Shift+Tab")
    page.keyboard.press("Control+a")
    page.keyboard.press("Delete")
    tab_to(page, "python/sums")
    page.keyboard.press("Space")
    expect(page.get_by_text("2 chosen")).to_be_visible()
    tab_to(page, "Add to the course")
    page.keyboard.press("Enter")
    page.wait_for_url(RETURN)
    (answer,) = taken
    items = json.loads(answer["content_items"])["@graph"]
    assert [item["custom"]["exercise"] for item in items] == ["basket", "sums"]
    assert items[0]["lineItem"]["scoreConstraints"]["normalMaximum"] == 12.0


def test_a_forgotten_choice_is_told_and_one_is_chosen_by_arrows(site: Site, page: Page) -> None:
    page.route(RETURN, lambda route: route.fulfill(content_type="text/html", body="<title>Taken</title>"))
    site.send(page, content_item_parameters() | {"content_item_return_url": RETURN, "accept_multiple": "false"})
    tab_to(page, "Add to the course")
    page.keyboard.press("Enter")
    expect(page.get_by_role("alert")).to_have_text("Please choose an exercise first.")
    check(page)
    tab_to(page, "search")
    page.keyboard.press("Tab")
    page.keyboard.press("Space")
    page.keyboard.press("ArrowDown")
    assert page.locator("input[type=radio]:checked").count() == 1
    tab_to(page, "Add to the course")
    page.keyboard.press("Enter")
    page.wait_for_url(RETURN)


def test_the_doors_pages_are_for_everybody(site: Site, page: Page) -> None:
    page.goto(f"{site.front.url}/hub/lti/launch")
    expect(page.get_by_role("heading", name="Open this exercise from your course")).to_be_visible()
    check(page)
    site.send(page, {}, user_id="somebody else")
    expect(page.get_by_text("Reference:")).to_be_visible()
    check(page)
    site.send(page, content_item_parameters() | {"roles": "Learner"})
    expect(page.get_by_role("heading", name="This is for course staff")).to_be_visible()
    check(page)


def test_the_page_in_a_frame_is_for_everybody(site: Site, page: Page) -> None:
    fields = "".join(f'<input type="hidden" name="{escape(n)}" value="{escape(v)}">' for n, v in site.form({}).items())
    site.front.pages["/course"] = (
        '<html lang="en"><title>Course</title><main><h1>Course</h1><iframe name="tool" title="Exercise"></iframe>'
        f'<form method="post" target="tool" action="{site.front.url}/hub/lti/launch">{fields}<button>Go</button></form>'
        "</main></html>"
    )
    # By another name: a page of another site, on this machine nevertheless.
    page.goto(site.front.url.replace("127.0.0.1", "localhost") + "/course")
    page.get_by_role("button", name="Go").click()
    expect(page.frame_locator("iframe").get_by_role("button", name="Open in a new window")).to_be_visible()
    check(page)  # axe looks into frames, too


def test_the_operators_page_is_for_everybody(site: Site, page: Page) -> None:
    ticket = site.authenticator.registry.tickets.issue("admin", {}, 600)
    page.goto(f"{site.front.url}/hub/admin-login?ticket={ticket}")
    check(page)
    page.get_by_role("button", name="Sign in as operator").click()
    expect(page.get_by_role("heading", name="Connect an LMS")).to_be_visible()
    check(page)
    for query in ("?for=canvas&lti=1.3", "?for=moodle&lti=1.1", f"?platform={PLATFORM.name}"):
        page.goto(f"{site.front.url}/hub/lti/setup{query}")
        check(page)


def test_the_page_of_registration_is_for_everybody(site: Site, page: Page) -> None:
    lms = LmsServer()
    try:
        ticket = site.authenticator.registry.tickets.issue("registration", {"private_network": True}, 600)
        query = f"openid_configuration={lms.url}/configuration&registration_token={lms.token}"
        page.goto(f"{site.front.url}/hub/lti/register?token={ticket}&{query}")
        expect(page.get_by_role("button", name="Connect")).to_be_visible()
        check(page)
        page.get_by_role("button", name="Connect").click()
        expect(page.get_by_role("heading", name="OpenJupyter is connected")).to_be_visible()
        check(page)
        page.goto(f"{site.front.url}/hub/lti/register?token={ticket}&{query}")
        expect(page.get_by_role("heading", name="OpenJupyter could not be connected")).to_be_visible()
        check(page)
    finally:
        lms.close()


def test_the_page_of_scores_is_for_everybody(site: Site, page: Page) -> None:
    context = f"course-{time.monotonic_ns()}"
    for _ in range(2):
        site.fails(context)
    site.send(page, {"roles": "Instructor", "context_id": context, "user_id": f"teacher of {context}"})
    page.goto(f"{site.front.url}/services/openjupyter/passbacks")
    expect(page.get_by_role("heading", name="Ada Öztürk: A shopping basket").first).to_be_visible()
    check(page)
    tab_to(page, "Send all 2 again")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    expect(page.get_by_role("status")).to_contain_text("One score is being sent now")
    check(page)
    page.get_by_role("button", name="Send again").click()
    expect(page.get_by_text("All scores of your courses have arrived")).to_be_visible()
    check(page)


def test_the_pages_of_results_are_for_everybody(site: Site, page: Page) -> None:
    context = f"course-{time.monotonic_ns()}"
    site.works(context)
    staff = {"roles": "Instructor", "context_id": context, "user_id": f"teacher of {context}"}
    site.send(page, staff | {"context_title": "Data_science_" * 8})
    page.goto(f"{site.front.url}/services/openjupyter/passbacks")
    page.get_by_role("link", name="Results").click()
    check(page)
    page.get_by_role("link", name="Data_science").click()
    expect(page.get_by_text("could not be graded for one learner")).to_be_visible()
    check(page)
    page.get_by_role("link", name="A shopping basket", exact=True).click()
    expect(page.get_by_role("img", name="Learners by score, in percent")).to_be_visible()
    for summary in page.locator("summary").all():
        summary.click()
    check(page)
    page.go_back()
    page.get_by_role("link", name="Learners and their results").click()
    page.get_by_label("Name").fill("OZTURK")
    page.get_by_role("button", name="Search").click()
    expect(page.get_by_text("One learner found.")).to_be_visible()
    check(page)
    page.get_by_role("link", name="6 of 12, not solved").click()
    expect(page.get_by_text("The judge_has_ended").first).to_be_visible()
    check(page)
    page.locator("tbody th a").last.click()
    for summary in page.locator("summary").all():
        summary.click()
    expect(page.get_by_text("assert 3 == 2")).to_be_visible()
    check(page)


def test_a_learner_gets_a_page_for_everybody_too(site: Site, page: Page) -> None:
    site.send(page, {"user_id": "learner-of-pages"})
    page.goto(f"{site.front.url}/services/openjupyter/passbacks")
    expect(page.get_by_text("This page is for the staff of a course")).to_be_visible()
    check(page)


def test_the_check_itself_finds_what_is_wrong(browser: Browser) -> None:
    """A check that found nothing at all would pass, too."""
    page = new_page(browser, NARROW)
    for wrong in (
        "<input>",
        "<p style='color: #ccc; background: #fff'>pale words</p>",
        "<p style='width: 400px'>wide words</p>",
    ):
        page.set_content(f"<!DOCTYPE html><html lang='en'><title>a</title><main><h1>a</h1>{wrong}</main></html>")
        with pytest.raises(AssertionError):
            check(page)
    page.context.close()


def test_the_pages_in_german(site: Site, page: Page) -> None:
    """German words are longer."""
    german = {"launch_presentation_locale": "de-DE"}
    site.send(page, content_item_parameters() | german)
    expect(page.get_by_role("heading", name="Aufgaben auswählen")).to_be_visible()
    check(page)
    page.get_by_label("Suchen").fill("basket")
    expect(page.get_by_text("1 Aufgabe gefunden")).to_be_visible()
    page.get_by_role("button", name="Zum Kurs hinzufügen").click()
    expect(page.get_by_text("Bitte wähle zuerst eine Aufgabe.")).to_be_visible()
    check(page)
    site.send(page, german | {"custom_exercise": "unknown"})
    expect(page.get_by_role("heading", name="Diese Aufgabe gibt es nicht")).to_be_visible()
    check(page)
    site.send(page, german | {"user_id": "away"})
    name = [line for line in site.log if line.startswith("User logged in: ")][-1].rpartition(" ")[2]
    page.goto(f"{site.front.url}/hub/user/{name}/lab")
    expect(page.get_by_role("heading", name="Dein JupyterLab")).to_be_visible()
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
