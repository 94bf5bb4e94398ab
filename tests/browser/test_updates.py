"""Changes of the course in real Chromium: both versions are read, either is taken, nothing unsaved is replaced."""

import copy
import re
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from images.page import built_page
from tests.browser.chromium import chromium, new_page
from tests.browser.test_lab import BUILT, LONG, NOTEBOOK, ROOT, command, look, open_notebook, panel
from tests.unit.labextension.grading import TOKEN, PlayedGrading
from tests.unit.labextension.lab import Lab, running_lab
from tests.unit.updates.conftest import CELLS
from tests.unit.updates.course import Course, environment, git_config

pytestmark = pytest.mark.browser

KERNEL = {"name": "python3", "display_name": "Python 3", "language": "python"}
MINE, THEIRS = "def mean(values):\n    return 'mine'\n", "def mean(values):\n    return 'theirs'\n"


@pytest.fixture(scope="module")
def lab(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Lab]:
    folder = tmp_path_factory.mktemp("lab")
    page = built_page(ROOT / "labextension", BUILT / "labextension", BUILT / "logs/labextension.log")
    folder.joinpath("share/labextensions").mkdir(parents=True)
    folder.joinpath("share/labextensions/openjupyter").symlink_to(page)
    grading = PlayedGrading()
    surroundings = {
        "JUPYTER_PATH": str(folder / "share"),
        "JUPYTER_CONFIG_PATH": str(ROOT / "images/learner/etc/jupyter"),
    }
    with running_lab(folder, grading.url, TOKEN, **surroundings) as lab:
        yield lab
    grading.stop()


@pytest.fixture
def course(lab: Lab, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Course:
    """One in which learner and course have changed the same cell, and the learner another one besides."""
    for name, value in environment(git_config(tmp_path)).items():
        monkeypatch.setenv(name, value)
    course = Course(tmp_path / "course", NOTEBOOK.partition("/")[2])
    course.copy = lab.home / "python"
    shutil.rmtree(course.copy, ignore_errors=True)
    course.publish(CELLS, kernelspec=KERNEL)
    course.pull()
    course.edit(1, MINE)
    cells = copy.deepcopy(CELLS)
    cells[1]["source"] = THEIRS.splitlines(keepends=True)
    course.publish(cells, kernelspec=KERNEL)
    course.pull()
    return course


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with chromium() as browser:
        yield browser


@pytest.fixture
def page(lab: Lab, course: Course, browser: Browser) -> Iterator[Page]:
    page = new_page(browser)
    open_notebook(page, lab)
    command(page, "openjupyter:show-panel")
    expect(panel(page).get_by_role("heading", name="The course has changed")).to_be_visible(timeout=LONG)
    yield page
    page.context.close()


def type_below(page: Page) -> None:
    """Something that is not saved, in another cell."""
    page.locator(".jp-CodeCell .cm-content").nth(1).click()
    page.keyboard.press("Control+End")
    page.keyboard.insert_text("\n# typed, not saved")


def test_the_version_of_the_course_is_taken_by_keys_alone(page: Page, course: Course) -> None:
    for theme in ("JupyterLab Light", "JupyterLab Dark"):
        command(page, "apputils:change-theme", {"theme": theme})
        expect(page.locator("body")).to_have_attribute("data-jp-theme-name", theme)
        look(page)
    type_below(page)
    summary = panel(page).locator(".oj-updates summary")
    expect(summary).to_have_text("Cell 2")
    summary.focus()
    page.keyboard.press("Enter")
    expect(panel(page).get_by_role("region", name="Yours")).to_contain_text("return 'mine'")
    expect(panel(page).get_by_role("region", name="Version of the course")).to_contain_text("return 'theirs'")
    look(page)
    panel(page).get_by_role("button", name="Take that of the course: Cell 2").focus()
    page.keyboard.press("Enter")
    expect(panel(page)).to_contain_text(re.compile("A copy of yours is in kept/python/means .*ipynb"))
    expect(page.locator(".jp-CodeCell .cm-content").first).to_contain_text("return 'theirs'")
    expect(page.locator(".jp-CodeCell .cm-content").nth(1)).to_contain_text("# typed, not saved")
    assert course.texts()[1] == THEIRS and "# typed, not saved" in course.texts()[3]
    (kept,) = (course.copy.parent / "kept/python").iterdir()
    assert "return 'mine'" in kept.read_text() and "# typed, not saved" in kept.read_text()
    look(page)


def test_mine_is_kept_and_is_not_asked_about_again(page: Page, course: Course, lab: Lab) -> None:
    panel(page).get_by_role("button", name="Keep mine: Cell 2").click()
    expect(panel(page).locator(".oj-updates")).to_have_count(0)
    assert course.texts()[1] == MINE
    open_notebook(page, lab)
    command(page, "openjupyter:show-panel")
    expect(panel(page).get_by_role("heading", name="Means")).to_be_visible(timeout=LONG)
    expect(panel(page).locator(".oj-updates")).to_have_count(0)
