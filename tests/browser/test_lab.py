"""Submitting from JupyterLab in real Chromium, before a played grading service: every step, and what may fail."""

import json
import re
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import requests
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Locator, Page, expect

from images.page import built_page
from tests.browser.chromium import chromium, new_page
from tests.unit.labextension.grading import TOKEN, PlayedGrading, one_test, report
from tests.unit.labextension.lab import LAB_TOKEN, Lab, notebook, running_lab

pytestmark = pytest.mark.browser

ROOT = Path(__file__).resolve().parents[2]
BUILT = ROOT / ".openjupyter"
NOTEBOOK = "python/means/means.ipynb"
LONG = 30_000
SENT = {"platform": "demo", "context_title": "Data Science", "state": "sent", "score": 0.5, "next_attempt_at": None,
        "last_error": None}  # fmt: skip
TABLE = {
    "columns": ["a", "a long name of a column"],
    "rows": [{"label": "0", "cells": [{"got": "1", "expected": "2", "same": False}, {"got": "x" * 40, "expected": "",
                                                                                       "same": False}]}],
    "more": 2,
}  # fmt: skip
DETAILS = dict.fromkeys(("called", "returned", "raised", "printed", "changed", "expected", "compared", "table"))
REPORT = report(
    one_test("The mean of several numbers"),
    one_test("An empty list", "failed", message="`mean([])` raised ZeroDivisionError", hint="What should it be?",
             place={"cell": 1, "number": 2, "file": None, "line": 1}, details=DETAILS | {"called": "mean([])"}),
    one_test("A table", "partial", message="Some values differ.", details=DETAILS | {"table": TABLE}),
    failing_cell={"cell": 1, "number": 2, "cell_id": "cell1", "line": 1, "error": "NameError", "message": "no mena"},
    style={"score": 0.9, "weight": 0.1, "more": 0, "findings": [
        {"cell": 0, "number": 1, "cell_id": "cell0", "line": 2, "column": 5, "code": "E741", "message": "Bad name: `l`"}
    ]},
)  # fmt: skip


@pytest.fixture(scope="module")
def grading() -> Iterator[PlayedGrading]:
    grading = PlayedGrading()
    yield grading
    grading.stop()


@pytest.fixture(scope="module")
def lab(tmp_path_factory: pytest.TempPathFactory, grading: PlayedGrading) -> Iterator[Lab]:
    folder = tmp_path_factory.mktemp("lab")
    page = built_page(ROOT / "labextension", BUILT / "labextension", BUILT / "logs/labextension.log")
    folder.joinpath("share/labextensions").mkdir(parents=True)
    folder.joinpath("share/labextensions/openjupyter").symlink_to(page)
    surroundings = {
        "JUPYTER_PATH": str(folder / "share"),
        "JUPYTER_CONFIG_PATH": str(ROOT / "images/learner/etc/jupyter"),
    }
    with running_lab(folder, grading.url, TOKEN, **surroundings) as lab:
        yield lab


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with chromium() as browser:
        yield browser


@pytest.fixture(autouse=True)
def fresh(lab: Lab, grading: PlayedGrading) -> None:
    grading.refusal = None
    grading.exercise |= {"deadline": None, "attempts": None, "attempts_left": None}
    grading.bodies.clear()
    grading.submissions.clear()
    (lab.home / NOTEBOOK).write_text(notebook("def mean(values):\n    return sum(values)", f"# {time.time()}"))
    settings(lab, "@jupyterlab/translation-extension:plugin", {})
    settings(lab, "@jupyterlab/apputils-extension:themes", {})


@pytest.fixture
def page(lab: Lab, browser: Browser) -> Iterator[Page]:
    page = new_page(browser)
    open_notebook(page, lab)
    yield page
    page.context.close()


def settings(lab: Lab, plugin: str, values: dict[str, Any]) -> None:
    answer = requests.put(
        f"{lab.url}/lab/api/settings/{plugin}",
        json={"raw": json.dumps(values)},
        headers={"Authorization": f"token {LAB_TOKEN}"},
        timeout=30,
    )
    assert answer.ok, answer.text


def open_notebook(page: Page, lab: Lab, path: str = NOTEBOOK) -> None:
    page.goto(f"{lab.url}/lab/tree/{path}?token={LAB_TOKEN}&reset")
    page.locator(".jp-NotebookPanel:visible .jp-Cell").first.wait_for(timeout=LONG)
    page.wait_for_function(  # the kernel's sign in the toolbar says "idle" before there is any
        "window.jupyterapp?.shell.currentWidget?.sessionContext?.session?.kernel?.status === 'idle'", timeout=LONG
    )


def button(page: Page) -> Locator:
    return page.locator(".oj-toolbar-button").get_by_role("button")


def panel(page: Page) -> Locator:
    return page.locator("#openjupyter-panel")


def live(page: Page) -> Locator:
    return panel(page).get_by_role("status")


def command(page: Page, name: str, arguments: dict[str, Any] | None = None) -> None:
    page.evaluate("([name, args]) => window.jupyterapp.commands.execute(name, args)", [name, arguments or {}])


def look(page: Page) -> None:
    """Nothing that keeps people from using the panel, and nothing beside it."""
    found = Axe().run(page, context="#openjupyter-panel").response["violations"]
    told = [f"{each['id']}: {node['html'][:200]} {node['failureSummary']}" for each in found for node in each["nodes"]]
    assert not told, told
    assert page.evaluate("(e => e.scrollWidth <= e.clientWidth)(document.querySelector('#openjupyter-panel'))")


def test_from_unsaved_changes_to_the_report(page: Page, lab: Lab, grading: PlayedGrading) -> None:
    grading.exercise |= {"deadline": time.time() + 400, "attempts": 5, "attempts_left": 3}
    open_notebook(page, lab)
    page.locator(".jp-CodeCell .cm-content").first.click()
    page.keyboard.press("Control+End")
    page.keyboard.insert_text("  # typed, not saved")
    button(page).click()
    expect(live(page)).to_have_text("Submitted. In the queue: place 1 …")
    expect(panel(page).get_by_role("heading", name="Means")).to_be_visible()
    expect(panel(page)).to_contain_text(re.compile("[67] minutes left!"))
    expect(panel(page)).to_contain_text("3 of 5")
    assert "typed, not saved" in grading.bodies[0]["notebook"]
    grading.tell(state="running", step="cell", done=3, total=9)
    expect(live(page)).to_have_text("Running your notebook: cell 3 of 9 …")
    expect(button(page)).to_have_accessible_name("Cell 3 of 9")
    expect(panel(page).get_by_role("progressbar")).to_be_visible()
    look(page)
    grading.tell(state="running", step="test", done=5, total=12)
    expect(live(page)).to_have_text("Running the hidden tests: test 5 of 12 …")
    grading.end(REPORT, SENT | {"sent_at": time.time()})
    expect(panel(page)).to_contain_text("3 of 6 points (50%)")
    expect(panel(page)).to_contain_text(re.compile("Sent to Data Science at .* 50% "))
    expect(live(page)).to_have_text("")
    expect(button(page)).to_have_accessible_name("Submit")
    assert len(grading.bodies) == 1


def test_the_report_is_for_everybody(page: Page, grading: PlayedGrading) -> None:
    button(page).click()
    expect(live(page)).to_contain_text("place 1")
    grading.end(REPORT, SENT | {"sent_at": time.time()})
    hint = panel(page).get_by_text("What should it be?")
    expect(panel(page).get_by_role("heading", name="Some tests did not pass")).to_be_visible()
    expect(hint).to_be_hidden()
    for theme in ("JupyterLab Light", "JupyterLab Dark"):
        command(page, "apputils:change-theme", {"theme": theme})
        expect(page.locator("body")).to_have_attribute("data-jp-theme-name", theme)
        look(page)
    # By keys alone: the hint, and to the cell that is meant.
    panel(page).locator("summary", has_text="Hint").focus()
    page.keyboard.press("Enter")
    expect(hint).to_be_visible()
    look(page)
    panel(page).get_by_role("button", name="Go to code cell 2, line 1").first.focus()
    page.keyboard.press("Enter")
    expect(page.locator(".jp-Cell").nth(1)).to_have_class(re.compile("jp-mod-active"))
    expect(page.locator(".jp-Cell").nth(1).locator(".cm-content")).to_be_focused()


def test_by_shortcut_palette_and_menu(page: Page, grading: PlayedGrading) -> None:
    page.locator(".jp-CodeCell .cm-content").first.click()
    page.keyboard.press("Control+Shift+Enter")
    expect(live(page)).to_contain_text("place 1")
    grading.end(REPORT)
    expect(button(page)).to_be_enabled()
    page.locator(".lm-MenuBar-itemLabel", has_text="Run").first.click()
    page.locator(".lm-Menu-itemLabel", has_text="Submit for Grading").click()
    expect(live(page)).to_contain_text("place 1")
    grading.end(REPORT)
    expect(button(page)).to_be_enabled()
    page.keyboard.press("Control+Shift+C")
    page.locator(".lm-CommandPalette-input").fill("Submit for Grading")
    page.keyboard.press("Enter")
    expect(live(page)).to_contain_text("place 1")
    assert len(grading.bodies) == 3


def test_the_grading_cell_and_the_panel_know_of_one_another(page: Page, grading: PlayedGrading) -> None:
    grading.accept({"course": "python", "exercise": "means"})
    grading.end(REPORT)
    page.locator(".jp-CodeCell .cm-content").last.click()
    page.keyboard.press("Control+a")
    page.keyboard.insert_text("def grade(): pass\ngrade()")
    command(page, "openjupyter:show-panel")
    expect(panel(page)).not_to_contain_text("3 of 6 points")
    page.keyboard.press("Control+Enter")
    expect(panel(page)).to_contain_text("3 of 6 points")


def test_other_notebooks_have_no_button(page: Page, lab: Lab) -> None:
    open_notebook(page, lab, "python/other.ipynb")
    command(page, "openjupyter:show-panel")
    expect(panel(page)).to_contain_text("This notebook belongs to no exercise.")
    expect(button(page)).to_have_count(0)
    assert page.evaluate("window.jupyterapp.commands.isVisible('openjupyter:submit')") is False


def test_a_double_click_and_a_second_tab_are_one_submission(page: Page, lab: Lab, grading: PlayedGrading) -> None:
    button(page).dblclick()
    expect(live(page)).to_contain_text("place 1")
    second = page.context.new_page()
    open_notebook(second, lab)
    expect(button(second)).to_have_accessible_name("Place 1")
    grading.end(REPORT)
    expect(button(second)).to_have_accessible_name("Submit")
    assert len(grading.bodies) == 1


def test_after_a_reload_the_submission_is_found_again(page: Page, lab: Lab, grading: PlayedGrading) -> None:
    button(page).click()
    expect(live(page)).to_contain_text("place 1")
    page.reload()
    expect(button(page)).to_have_accessible_name("Place 1", timeout=LONG)
    command(page, "openjupyter:show-panel")
    grading.tell(state="running", step="cell", done=1, total=2)
    expect(live(page)).to_have_text("Running your notebook: cell 1 of 2 …")
    grading.end(REPORT)
    expect(panel(page)).to_contain_text("3 of 6 points")
    page.reload()
    page.locator(".jp-NotebookPanel:visible .jp-Cell").first.wait_for(timeout=LONG)
    command(page, "openjupyter:show-panel")
    expect(panel(page)).to_contain_text("3 of 6 points", timeout=LONG)
    assert len(grading.bodies) == 1


def test_a_service_that_restarts(page: Page, grading: PlayedGrading) -> None:
    button(page).click()
    expect(live(page)).to_contain_text("place 1")
    grading.stop()
    try:
        expect(live(page)).to_contain_text("The grading service is restarting. Your submission is stored")
    finally:
        grading.start()
    grading.end(REPORT)
    expect(panel(page)).to_contain_text("3 of 6 points")


def test_a_service_that_is_away_when_one_submits(page: Page, grading: PlayedGrading) -> None:
    expect(button(page)).to_be_enabled()
    grading.stop()
    try:
        button(page).click()
        alert = panel(page).get_by_role("alert")
        expect(alert).to_contain_text("The grading service cannot be reached just now, so nothing was submitted.")
        look(page)
    finally:
        grading.start()
    button(page).click()
    expect(live(page)).to_contain_text("place 1")
    expect(alert).to_have_text("")


def test_a_network_that_is_cut(page: Page, grading: PlayedGrading) -> None:
    button(page).click()
    expect(live(page)).to_contain_text("place 1")
    page.context.set_offline(True)
    expect(live(page)).to_contain_text("The connection is lost. Your submission is stored", timeout=LONG)
    grading.end(REPORT)
    page.context.set_offline(False)
    expect(panel(page)).to_contain_text("3 of 6 points", timeout=LONG)


def test_a_network_that_is_cut_when_one_submits(page: Page, grading: PlayedGrading) -> None:
    lost: list[str] = []

    def lose(route: Any) -> None:
        if lost:
            return route.continue_()
        lost.append(route.request.url)
        route.fetch()  # it arrives, and its answer does not
        return route.abort()

    page.route("**/openjupyter/api/submissions?*", lose)
    button(page).click()
    expect(live(page)).to_contain_text("place 1", timeout=LONG)
    assert lost and len(grading.bodies) == 1


def test_a_notebook_that_cannot_be_saved_is_not_submitted(page: Page, grading: PlayedGrading) -> None:
    page.route(
        "**/api/contents/**", lambda route: route.abort() if route.request.method == "PUT" else route.continue_()
    )
    page.locator(".jp-CodeCell .cm-content").first.click()
    page.keyboard.insert_text("# changed\n")
    button(page).click()
    page.locator(".jp-Dialog").get_by_role("button").first.click()
    expect(panel(page).get_by_role("alert")).to_contain_text("The notebook could not be saved")
    assert grading.bodies == []


def test_what_the_service_refuses_is_told_in_words(page: Page, grading: PlayedGrading) -> None:
    grading.refusal = 413, {"status": 413, "message": "the notebook is larger than 10 MB"}
    button(page).click()
    expect(panel(page).get_by_role("alert")).to_contain_text("The notebook or a file is too large")
    grading.refusal = 409, {"status": 409, "message": "you have used all your attempts"}
    button(page).click()
    expect(panel(page).get_by_role("alert")).to_contain_text("You have no attempts left")


def test_a_dead_kernel_is_in_nobodys_way(page: Page, lab: Lab, grading: PlayedGrading) -> None:
    headers = {"Authorization": f"token {LAB_TOKEN}"}
    for kernel in requests.get(f"{lab.url}/api/kernels", headers=headers, timeout=30).json():
        requests.delete(f"{lab.url}/api/kernels/{kernel['id']}", headers=headers, timeout=30)
    button(page).click()
    expect(live(page)).to_contain_text("place 1")
    grading.end(REPORT)
    expect(panel(page)).to_contain_text("3 of 6 points")


def test_a_server_that_has_been_stopped(page: Page) -> None:
    page.route("**/openjupyter/api/submissions?*", lambda route: route.fulfill(status=424, json={"message": "no"}))
    button(page).click()
    expect(panel(page).get_by_role("alert")).to_contain_text("Open the exercise from your course page again")


def test_earlier_submissions(page: Page, lab: Lab, grading: PlayedGrading) -> None:
    for points in (1.0, 3.0):
        button(page).click()
        expect(live(page)).to_contain_text("place 1")
        grading.end(REPORT | {"points": points, "score": points / 6})
        expect(panel(page)).to_contain_text(f"{points:g} of 6 points")
        page.locator(".jp-CodeCell .cm-content").first.click()
        page.keyboard.insert_text("#\n")
    panel(page).locator("summary", has_text="Your submissions (2)").click()
    panel(page).locator(".oj-earlier button").last.click()
    expect(panel(page)).to_contain_text("1 of 6 points")
    look(page)
    panel(page).get_by_role("button", name="Open this version").click()
    version = page.locator(".lm-TabBar-tabLabel", has_text=re.compile(r"means \d{4}-\d\d-\d\d .*\.ipynb"))
    expect(version).to_be_visible()
    (file,) = (lab.home / "python/means").glob("means 2*.ipynb")
    assert (
        json.loads(file.read_text())["cells"][0]["source"]
        == json.loads(grading.bodies[0]["notebook"])["cells"][0]["source"]
    )
    file.unlink()


def test_cells_that_the_report_speaks_of_are_marked_until_they_are_edited(page: Page, grading: PlayedGrading) -> None:
    marked = page.locator(".jp-Cell.oj-marked-error, .jp-Cell.oj-marked-style")
    button(page).click()
    expect(live(page)).to_contain_text("place 1")
    grading.end(REPORT)
    expect(marked).to_have_count(2)
    expect(page.locator(".jp-Cell").nth(1)).to_have_class(re.compile("oj-marked-error"))
    expect(page.locator(".jp-Cell").nth(0)).to_have_class(re.compile("oj-marked-style"))
    page.locator(".jp-CodeCell .cm-content").nth(1).click()
    page.keyboard.insert_text("# better\n")
    expect(marked).to_have_count(1)
    page.reload()
    expect(marked).to_have_count(2, timeout=LONG)  # what was edited was not saved
    page.locator(".jp-CodeCell .cm-content").nth(1).click()
    page.keyboard.insert_text("# better\n")
    page.wait_for_timeout(5500)
    page.keyboard.press("Control+s")
    page.wait_for_timeout(500)
    page.reload()
    page.locator(".jp-NotebookPanel:visible .jp-Cell").first.wait_for(timeout=LONG)
    command(page, "openjupyter:show-panel")
    expect(panel(page)).to_contain_text("3 of 6 points", timeout=LONG)
    expect(marked).to_have_count(0)


def test_nothing_is_asked_while_nothing_happens(page: Page, grading: PlayedGrading) -> None:
    button(page).click()
    expect(live(page)).to_contain_text("place 1")
    grading.end(REPORT, SENT | {"sent_at": time.time()})
    expect(panel(page)).to_contain_text("Sent to Data Science")
    expect(button(page)).to_be_enabled()
    page.wait_for_timeout(500)
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url) if "/openjupyter/" in request.url else None)
    page.wait_for_timeout(4000)
    assert asked == [] and grading.streams == 0


def test_in_german(page: Page, lab: Lab, grading: PlayedGrading) -> None:
    settings(lab, "@jupyterlab/translation-extension:plugin", {"locale": "de_DE"})
    open_notebook(page, lab)
    expect(button(page)).to_have_accessible_name("Abgeben")
    button(page).click()
    expect(live(page)).to_have_text("Abgegeben. In der Warteschlange: Platz 1 …")
    grading.end(REPORT, SENT | {"sent_at": time.time()})
    expect(panel(page)).to_contain_text("3 von 6 Punkten")
    expect(panel(page)).to_contain_text(re.compile(r"Um \d\d:\d\d:\d\d an Data Science übermittelt: 50\s%"))
    look(page)


def test_the_page_is_light() -> None:
    page = built_page(ROOT / "labextension", BUILT / "labextension", BUILT / "logs/labextension.log")
    assert sum(path.stat().st_size for path in page.joinpath("static").glob("*.js")) < 150_000
