"""Chromium as the tests use it, and what axe says of a page."""

import contextlib
import shutil
from collections.abc import Iterator
from typing import Any

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, sync_playwright

SPARSE = ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-component-update"]
WIDE, NARROW = 1280, 320


@contextlib.contextmanager
def chromium() -> Iterator[Browser]:
    path = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
    assert path, "no Chromium found; on Debian: apt install chromium"
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=SPARSE)
        yield browser
        browser.close()


def new_page(browser: Browser, width: int = WIDE, scheme: Any = "light") -> Page:
    context = browser.new_context(viewport={"width": width, "height": 720}, color_scheme=scheme)
    context.set_default_timeout(15_000)
    return context.new_page()


def check(page: Page) -> None:
    """Nothing that keeps people from using the page, and nothing beside it: WCAG 1.4.10, reflow at 320 pixels."""
    found = Axe().run(page).response["violations"]
    told = [f"{each['id']}: {node['html'][:200]} {node['failureSummary']}" for each in found for node in each["nodes"]]
    assert not told, f"{page.title()}: {told}"
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), f"{page.title()} is too wide"
