"""JupyterLab in the learner's image, in real Chromium: nothing stands before the notebook, and memory is explained."""

import contextlib
import json
import re
import shutil
from collections.abc import AsyncIterator

import docker
import pytest
from playwright.async_api import Page, Route, async_playwright, expect

from images.build import build
from tests.browser.chromium import SPARSE
from tests.docker.lab import TOKEN, Lab, running_lab

pytestmark = pytest.mark.browser

PATIENCE_MILLISECONDS = 60_000
HOARD = "hoard = []\nwhile True:\n    hoard.append(b'x' * 10_000_000)"
IDLE = "Python 3 (ipykernel) | Idle"


@pytest.fixture(scope="module")
def image(tmp_path_factory: pytest.TempPathFactory) -> str:
    return build(docker.from_env(), tmp_path_factory.mktemp("build") / "build.log")["learner"]


@pytest.fixture
async def lab(image: str) -> AsyncIterator[Lab]:
    async with running_lab(image, "400m") as lab:
        yield lab


@pytest.fixture
async def page() -> AsyncIterator[Page]:
    path = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
    assert path, "no Chromium found; on Debian: apt install chromium"
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=path, args=SPARSE)
        context = await browser.new_context(viewport={"width": 1280, "height": 720})
        context.set_default_timeout(PATIENCE_MILLISECONDS)
        expect.set_options(timeout=PATIENCE_MILLISECONDS)
        yield await context.new_page()
        await browser.close()


async def open_notebook(lab: Lab, page: Page, *cells: str, kernel: str = "python3") -> None:
    """Write a notebook of these cells and go to it, as a launch does."""
    made = [
        {"cell_type": "code", "id": f"c{n}", "metadata": {}, "execution_count": None, "outputs": [], "source": source}
        for n, source in enumerate(cells)
    ]
    about = {"kernelspec": {"name": kernel, "display_name": kernel}} if kernel else {}
    text = json.dumps({"cells": made, "metadata": about, "nbformat": 4, "nbformat_minor": 5})
    lab.run("python", "-c", f"import pathlib; pathlib.Path('/home/learner/work.ipynb').write_text({text!r})")
    await page.goto(f"{lab.url}/lab/tree/work.ipynb?token={TOKEN}")
    await page.locator(".jp-CodeCell .cm-content").first.wait_for()


async def run_first_cell(page: Page) -> None:
    await page.locator(".jp-CodeCell .cm-content").first.click()
    await page.keyboard.press("Shift+Enter")


# What JupyterLab asks before it knows which kernel a notebook wants, and before it knows whether one runs already. The
# first GET of sessions comes before the notebook is there at all.
@pytest.mark.parametrize(("path", "passing"), [(r"/checkpoints", 0), (r"/api/sessions\?", 1)])
async def test_a_cell_that_is_run_before_there_is_a_kernel_brings_no_dialog(
    lab: Lab, page: Page, path: str, passing: int
) -> None:
    """As on a machine under load: an answer comes late."""
    held: list[Route] = []
    asked = 0
    free = False

    async def hold(route: Route) -> None:
        nonlocal asked
        asked += 1
        if free or asked <= passing:
            await route.continue_()
        else:
            held.append(route)

    await page.route(re.compile(path), hold)
    await open_notebook(lab, page, "print(6 * 7)")
    await run_first_cell(page)
    await expect(page.locator(".Toastify__toast")).to_contain_text("still initializing")
    await expect(page.locator(".jp-Dialog")).to_have_count(0)
    while not held:
        await page.wait_for_timeout(50)
    free = True
    for route in held:
        await route.continue_()
    await page.get_by_role("button", name=IDLE).wait_for()
    await run_first_cell(page)
    await expect(page.locator(".jp-OutputArea-output").first).to_have_text("42\n")
    await expect(page.locator(".jp-Dialog")).to_have_count(0)


@pytest.mark.parametrize("kernel", ["", "a-kernel-of-somebody-else"])
async def test_a_notebook_of_no_kernel_or_of_anothers_gets_python(lab: Lab, page: Page, kernel: str) -> None:
    await open_notebook(lab, page, "print(6 * 7)", kernel=kernel)
    await page.get_by_role("button", name=IDLE).wait_for()
    await run_first_cell(page)
    await expect(page.locator(".jp-OutputArea-output").first).to_have_text("42\n")
    await expect(page.locator(".jp-Dialog")).to_have_count(0)


async def test_the_notebook_is_all_there_is_and_the_status_bar_shows_usage(lab: Lab, page: Page) -> None:
    await open_notebook(lab, page, "1")
    await page.get_by_role("button", name=IDLE).wait_for()
    assert await page.locator("#jp-main-dock-panel .lm-TabBar-tab").all_inner_texts() == ["work.ipynb"]
    await expect(page.locator(".jp-Dialog, .Toastify__toast, .jp-Launcher")).to_have_count(0)
    usage = page.get_by_title("Current resource usage")
    await expect(usage).to_have_text(re.compile(r"CPU:\s+[\d.]+ % \| Mem:\s+[\d.]+ / 400.00 MB"))


async def test_a_cell_that_uses_up_the_memory_says_so_where_the_learner_looks(lab: Lab, page: Page) -> None:
    await open_notebook(lab, page, HOARD, "print(6 * 7)")
    await page.get_by_role("button", name=IDLE).wait_for()
    await run_first_cell(page)
    words = page.locator(".jp-CodeCell").first.locator(".jp-OutputArea")
    await expect(words).to_contain_text("Out of memory: Python was stopped here.")
    await expect(words).to_contain_text("Your notebooks together may use 400 MB.")
    await expect(words).to_contain_text("Everything you wrote is still there.")
    await page.locator(".jp-Dialog", has_text="will restart automatically").get_by_role("button", name="Ok").click()
    after = page.locator(".jp-CodeCell").nth(1)
    for _ in range(6):  # until the new kernel listens
        await after.locator(".cm-content").click()
        await page.keyboard.press("Shift+Enter")
        with contextlib.suppress(AssertionError):
            await expect(after.locator(".jp-OutputArea-output")).to_have_text("42\n", timeout=10_000)
            break
    await expect(after.locator(".jp-OutputArea-output")).to_have_text("42\n")
    # The words are in the notebook, too, once it is saved.
    await page.keyboard.press("Control+S")
    await expect(page.locator(".jp-mod-dirty")).to_have_count(0)
    saved = lab.get("api/contents/work.ipynb")["content"]
    assert "Out of memory" in json.dumps(saved["cells"][0]["outputs"])
