"""The learner's trip in real Chromium: LMS, launch, JupyterLab, the button or the grading cell, the gradebook."""

import json
import os
import re
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect, sync_playwright

from tests.running_site import ROOT, RunningSite, running_site

pytestmark = pytest.mark.browser

SCREENSHOTS = os.environ.get("OPENJUPYTER_SCREENSHOTS")
"""Folder to keep screenshots in, such as docs/images; none are kept by default."""

COURSE = "Data Science with Python"
LAB_MILLISECONDS = 120_000
SPARSE = ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-component-update"]


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningSite]:
    with running_site(tmp_path_factory.mktemp("browser") / "site") as running:
        yield running


@pytest.fixture
def page() -> Iterator[Page]:
    chromium = next(
        (path for name in ("chromium", "chromium-browser", "google-chrome") if (path := shutil.which(name))), None
    )
    assert chromium, "no Chromium found; on Debian: apt install chromium"
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=SPARSE)
        yield browser.new_context(viewport={"width": 1280, "height": 860}).new_page()
        browser.close()


def keep(page: Page, name: str) -> None:
    if SCREENSHOTS:
        page.screenshot(path=Path(SCREENSHOTS) / f"{name}.png")


def sign_in(page: Page, site: RunningSite, name: str) -> None:
    page.goto(site.lms_url)
    page.get_by_role("button", name=name).click()
    page.get_by_role("link", name=COURSE).click()


def launch(page: Page, link: str) -> Page:
    """Click the exercise in the LMS; gives the new window once the notebook is open."""
    with page.expect_popup() as popup:
        page.get_by_role("link", name=re.compile(link)).first.click()
    lab = popup.value
    lab.wait_for_url(re.compile(r"/lab/tree/"), timeout=LAB_MILLISECONDS)
    lab.locator(".jp-NotebookPanel .jp-Cell").first.wait_for(timeout=LAB_MILLISECONDS)
    wait_for_kernel(lab, "warm-up.ipynb")
    return lab


def wait_for_kernel(lab: Page, name: str) -> None:
    """Until the kernel of the notebook in front is idle: its sign in the toolbar says so before there is any."""
    lab.wait_for_function(
        """name => {
            const widget = window.jupyterapp?.shell.currentWidget;
            return widget?.title.label.includes(name) && widget.sessionContext?.session?.kernel?.status === 'idle';
        }""",
        arg=name,
        timeout=LAB_MILLISECONDS,
    )


def type_into(lab: Page, cell_id_text: str, source: str) -> None:
    """Replace the source of the code cell that contains a text, by keyboard."""
    cell = lab.locator(".jp-CodeCell", has_text=cell_id_text).first
    cell.locator(".cm-content").click()
    lab.keyboard.press("Control+a")
    lab.keyboard.insert_text(source)


def run_grading_cell(lab: Page) -> None:
    cell = lab.locator(".jp-CodeCell", has_text="openjupyter.grade()").last
    cell.scroll_into_view_if_needed()
    cell.locator(".cm-content").click()
    lab.keyboard.press("Control+Enter")


def test_learner_edits_unsaved_grades_and_sees_the_score_in_the_lms(site: RunningSite, page: Page) -> None:
    sign_in(page, site, "Ada")
    lab = launch(page, "Python warm-up")
    assert "warm-up/warm-up.ipynb" in lab.url

    # Typed, not saved: the grading cell must see to that itself.
    solution = json.loads((ROOT / "hidden_tests/warm-up/partial/warm-up.ipynb").read_text())
    mean = next("".join(cell["source"]) for cell in solution["cells"] if "def mean(" in "".join(cell["source"]))
    type_into(lab, "def mean(", mean)
    run_grading_cell(lab)
    report = lab.locator(".openjupyter-report")
    expect(report.get_by_text("Some tests did not pass: 1 of 12 points")).to_be_visible(timeout=LAB_MILLISECONDS)
    expect(report.get_by_role("row", name=re.compile("The mean of several numbers"))).to_contain_text("Passed")
    expect(report.get_by_text(re.compile("Sent to Data Science with Python at"))).to_be_visible()
    report.scroll_into_view_if_needed()
    keep(lab, "report")

    page.reload()
    expect(page.get_by_text("8.3", exact=False).first).to_be_visible()
    keep(page, "lms")


def test_an_instructor_chooses_an_exercise_and_a_learner_opens_it_by_lti_13(site: RunningSite, page: Page) -> None:
    sign_in(page, site, "Greta")
    page.get_by_role("link", name="LTI 1.3").click()
    page.get_by_role("link", name="Add exercises from the tool").click()
    page.get_by_label("Warm-up: lists").check()
    page.get_by_role("button", name="Add to the course").click()
    page.wait_for_url(f"{site.lms_url}/course/*")
    links = page.locator(".exercise")
    expect(links).to_have_count(5)
    expect(links.last).to_contain_text("Warm-up: lists")

    page.get_by_role("button", name="Sign out").click()
    sign_in(page, site, "Chlo")
    page.get_by_role("link", name="LTI 1.3").click()
    with page.expect_popup() as popup:
        page.locator(".exercise").last.get_by_role("link", name="Open").click()
    lab = popup.value
    lab.wait_for_url(re.compile(r"/lab/tree/"), timeout=LAB_MILLISECONDS)
    assert "warm-up/warm-up.ipynb" in lab.url
    wait_for_kernel(lab, "warm-up.ipynb")
    run_grading_cell(lab)
    report = lab.locator(".openjupyter-report")
    expect(report.get_by_text(re.compile("Sent to Demo LMS|Sent to Data Science with Python"))).to_be_visible(
        timeout=LAB_MILLISECONDS
    )
    page.reload()
    expect(page.locator(".exercise").last.locator(".value")).to_have_text("0%")


def test_learner_submits_by_the_button_and_reads_the_report_beside_the_notebook(site: RunningSite, page: Page) -> None:
    sign_in(page, site, "Finn")
    lab = launch(page, "Python warm-up")
    solution = json.loads((ROOT / "hidden_tests/warm-up/partial/warm-up.ipynb").read_text())
    mean = next("".join(cell["source"]) for cell in solution["cells"] if "def mean(" in "".join(cell["source"]))
    type_into(lab, "def mean(", mean)
    panel = lab.locator("#openjupyter-panel")
    lab.evaluate("window.jupyterapp.commands.execute('openjupyter:show-panel')")
    expect(panel.get_by_role("status")).to_have_text("")
    lab.evaluate(
        """() => {
            window.told = [];
            const live = document.querySelector('#openjupyter-panel [role=status]');
            new MutationObserver(() => window.told.push(live.textContent)).observe(
                live, {childList: true, characterData: true, subtree: true}
            );
        }"""
    )
    button = lab.locator(".oj-toolbar-button").get_by_role("button")
    button.click()
    expect(panel.get_by_role("heading", name="Warm-up: lists, words and numbers")).to_be_visible()
    expect(panel).to_contain_text("1 of 12 points", timeout=LAB_MILLISECONDS)
    expect(panel).to_contain_text(re.compile("Sent to Data Science with Python at"), timeout=LAB_MILLISECONDS)
    expect(panel.locator(".oj-test", has_text="The mean of several numbers")).to_contain_text("Passed")
    # The way was told as it went, through hub, proxy and gateway.
    told = " ".join(lab.evaluate("window.told"))
    for words in ("Submitting …", "Running your notebook: cell", "Running the hidden tests: test"):
        assert words in told, told
    expect(button).to_be_enabled()
    panel.evaluate("panel => { panel.scrollTop = 0; }")
    keep(lab, "panel")

    page.reload()
    expect(page.get_by_text("8.3", exact=False).first).to_be_visible()


def test_who_learns_in_german_reads_german(site: RunningSite, page: Page) -> None:
    sign_in(page, site, "Deniz")
    lab = launch(page, "Python warm-up")
    lab.locator(".oj-toolbar-button").get_by_role("button", name="Abgeben").click()
    panel = lab.locator("#openjupyter-panel")
    expect(panel).to_contain_text("0 von 12 Punkten", timeout=LAB_MILLISECONDS)
    expect(panel).to_contain_text(re.compile("an Data Science with Python übermittelt"), timeout=LAB_MILLISECONDS)
    expect(panel.locator(".oj-test").first).to_contain_text("Nicht bestanden. mean(...) ist noch nicht geschrieben")


def test_grading_outside_a_course_says_what_to_do(site: RunningSite, page: Page) -> None:
    sign_in(page, site, "Ben")
    lab = launch(page, "Python warm-up")
    lab.evaluate(
        """() => window.jupyterapp.commands.execute(
            'docmanager:new-untitled', {type: 'notebook'}
        ).then(model => window.jupyterapp.commands.execute(
            'docmanager:open', {path: model.path, factory: 'Notebook', kernel: {name: 'python3'}}
        ))"""
    )
    panel = lab.locator(".jp-NotebookPanel:visible")
    wait_for_kernel(lab, "Untitled")
    panel.locator(".cm-content").first.click()
    lab.keyboard.insert_text("import openjupyter; openjupyter.grade()")
    lab.keyboard.press("Control+Enter")
    expect(panel.get_by_text(re.compile("Open the exercise from"))).to_be_visible(timeout=LAB_MILLISECONDS)
