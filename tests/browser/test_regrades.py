"""The pages of regrades in real Chromium: for everybody, by keyboard, and telling by themselves how far it is."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Page, expect

from openjupyter_service.grading.regrade import Regrading
from openjupyter_service.store import Launches, Outbox, People, Queue, Submissions, Trials
from tests.browser.chromium import check
from tests.browser.test_pages import Site, browser, focused, page
from tests.unit.grading.regrades import report

__all__ = ["browser", "page"]

pytestmark = pytest.mark.browser

EXERCISE = "a-very-long-name-of-an-exercise-that-goes-on"
LONG = "A_very_long_title_of_a_test_without_a_single_space_in_it"


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("openjupyter_service.web.regrades.REFRESH_SECONDS", 0.5)


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    site = Site(tmp_path_factory.mktemp("regrades"))
    for number in range(3):
        learner = f"u{number}"
        Launches(site.store).record(
            platform="demo", context_id="regrades", resource_link_id="1", learner=learner, course="python",
            exercise=EXERCISE, outcome_url="https://lms.example/o", sourcedid=learner,
        )  # fmt: skip
        People(site.store).remember(learner, f"Ada-mit-einem-sehr-langen-Namen Öztürk {number}", None)
        Submissions(site.store).accept(
            learner=learner, course="python", exercise=EXERCISE, commit=None, notebook_path="a", files={"a": b"{}"}
        )
        claimed = Queue(site.store).claim("w", 60)
        given = report(number != 0, True, titles=(LONG, "b"))
        assert claimed and Queue(site.store).finish(
            claimed.grading_id, "w", given.model_dump(mode="json"), given.score, {}
        )
    yield site
    site.close()


def grade(site: Site, count: int) -> None:
    """The first learner gains, the second one loses, the third one's work cannot be graded."""
    for _ in range(count):
        claimed = Trials(site.store).claim("w", 60)
        assert claimed is not None
        given = report(claimed.learner == "u0", claimed.learner != "u1", titles=(LONG, "b"))
        if claimed.learner == "u2":
            assert Trials(site.store).fail(claimed.grading_id, "w", {"status": "internal error"})
        else:
            dumped = given.model_dump(mode="json")
            assert Trials(site.store).finish(claimed.grading_id, "w", dumped, given.score, {})


def test_a_regrade_from_the_first_look_to_its_end(site: Site, page: Page) -> None:
    teacher = {"roles": "Instructor", "context_id": "regrades", "user_id": "teacher", "custom_exercise": EXERCISE}
    site.send(page, teacher | {"resource_link_id": "1"})
    page.goto(f"{site.front.url}/services/openjupyter/regrades")
    check(page)
    for _ in range(page.locator("nav.staff a").count() + 1):
        page.keyboard.press("Tab")
    assert focused(page).startswith("Grade Eine_sehr_lange")
    page.keyboard.press("Enter")
    expect(page.get_by_role("status")).to_contain_text("0 of 3 submissions are graded")
    check(page)
    place = page.url
    grade(site, 1)
    expect(page.get_by_role("status")).to_contain_text("1 of 3 submissions are graded", timeout=30_000)
    assert page.get_by_role("progressbar", name="Graded").evaluate("bar => bar.value") == 1
    grade(site, 2)
    expect(page.get_by_role("status")).to_contain_text("All are graded", timeout=30_000)
    assert page.url == place
    table = page.get_by_role("table", name="Who loses")
    expect(table.get_by_role("row", name="Ada-mit-einem-sehr-langen-Namen Öztürk 1")).to_contain_text("100 %")
    check(page)
    page.get_by_role("button", name="Apply, but lower nobody").click()
    expect(page.get_by_role("status")).to_contain_text("being applied")
    check(page)
    assert Regrading(site.settings, site.store).go_on() == 1
    expect(page.get_by_role("status")).to_contain_text("Applied, but nobody was lowered", timeout=30_000)
    check(page)
    page.get_by_role("link", name="All exercises").click()
    expect(page.get_by_text("applied, 3 of 3 graded").first).to_be_visible()
    check(page)
    for item in Outbox(site.store).due(4e9, 100):
        Outbox(site.store).sent(item.id, 1.0)
