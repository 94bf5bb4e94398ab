"""The report outside of JupyterLab: in classic Notebook 7, whose page saves the notebook, and in exports; by axe."""

import json
import os
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import nbformat
import pytest
from axe_playwright_python.sync_playwright import Axe
from nbconvert import HTMLExporter
from playwright.sync_api import Browser, Page, expect

from openjupyter.client.render import report_html
from tests.browser.chromium import NARROW, WIDE, chromium, new_page
from tests.unit.client.conftest import PlayedService, stream
from tests.unit.client.test_render import WHOLE, submission

pytestmark = pytest.mark.browser

PATH = "python/means/means.ipynb"
TOKEN = "a-token-of-this-test"
START_SECONDS = 60
LONG_MILLISECONDS = 40_000


@dataclass
class Classic:
    """Notebook 7 in a learner's home, and the grading service that it is told of."""

    url: str
    service: PlayedService

    def open(self, page: Page) -> None:
        page.set_default_timeout(LONG_MILLISECONDS)
        page.goto(f"{self.url}/notebooks/{PATH}?token={TOKEN}")
        expect(page.locator(".jp-Notebook .jp-Cell")).to_have_count(2, timeout=LONG_MILLISECONDS)
        expect(page.locator(".jp-NotebookKernelStatus, .jp-Notebook-ExecutionIndicator").first).to_be_visible()

    def submitted(self) -> str:
        """The notebook that came last."""
        (*_, request) = [each for each in self.service.asked("/api/submissions") if each.method == "POST"]
        return str(json.loads(request.body)["notebook"])


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with chromium() as browser:
        yield browser


@pytest.fixture(params=[True, False], ids=["application shown", "application hidden"])
def classic(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Classic]:
    service = PlayedService()
    service.answer("/api/courses/python/exercise", (200, {"name": "means", "files": []}))
    service.answer("/api/submissions", (202, {"id": "s1"}))
    service.answer("/api/submissions/s1/events", (200, stream({"state": "queued", "position": 2}, {"state": "done"})))
    service.answer("/api/submissions/s1", (200, submission(report=WHOLE)))
    home = tmp_path / "home"
    notebook = home / PATH
    notebook.parent.mkdir(parents=True)
    cells = [nbformat.v4.new_code_cell("x = 1"), nbformat.v4.new_code_cell("%load_ext openjupyter\n%grade")]
    metadata = {"kernelspec": {"name": "python3", "display_name": "Python 3", "language": "python"}}
    nbformat.write(nbformat.v4.new_notebook(cells=cells, metadata=metadata), notebook)
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    command = [
        *(sys.executable, "-m", "notebook", "--no-browser", "--allow-root", "--ip=127.0.0.1", f"--port={port}"),
        *(f"--IdentityProvider.token={TOKEN}", f"--ServerApp.root_dir={home}"),
        f"--JupyterNotebookApp.expose_app_in_browser={request.param}",
    ]
    environment = {
        **os.environ,
        **{"HOME": str(home), "IPYTHONDIR": str(tmp_path / "ipython"), "JUPYTER_RUNTIME_DIR": str(tmp_path / "run")},
        **{"JUPYTER_CONFIG_DIR": str(tmp_path / "config"), "JUPYTER_DATA_DIR": str(tmp_path / "data")},
        **{"OPENJUPYTER_URL": service.url, "JUPYTERHUB_API_TOKEN": "token", "OPENJUPYTER_LOCALE": "de-DE"},
    }
    with (tmp_path / "log").open("wb") as log:
        process = subprocess.Popen(command, cwd=home, env=environment, stdout=log, stderr=log)
    try:
        url = f"http://127.0.0.1:{port}"
        wait_for(f"{url}/api/status?token={TOKEN}", process, tmp_path / "log")
        yield Classic(url, service)
    finally:
        process.kill()
        process.wait()
        service.server.shutdown()
        service.server.server_close()


def wait_for(url: str, process: "subprocess.Popen[bytes]", log: Path) -> None:
    deadline = time.monotonic() + START_SECONDS
    while time.monotonic() < deadline and process.poll() is None:
        try:
            urllib.request.urlopen(url, timeout=5).close()
            return
        except OSError:
            time.sleep(0.2)
    pytest.fail(f"Notebook 7 did not start: {log.read_text()}")


def test_it_saves_grades_and_shows_the_report(classic: Classic, browser: Browser) -> None:
    page = new_page(browser, WIDE)
    classic.open(page)
    first, second = page.locator(".jp-Cell").all()
    first.locator(".cm-content").click()
    page.keyboard.press("Control+End")
    page.keyboard.type("  # typed just now")
    second.locator(".cm-content").click()
    page.keyboard.press("Control+Enter")
    report = page.locator(".openjupyter-report")
    headline = report.get_by_text("Einige Tests sind nicht bestanden: 1,5 von 3 Punkten")
    expect(headline).to_be_visible(timeout=LONG_MILLISECONDS)
    assert "typed just now" in classic.submitted()
    expect(report).not_to_contain_text("zuletzt gespeicherte Stand")
    expect(report.get_by_role("row", name="Half")).to_contain_text("Teilweise bestanden.")
    assert page.locator(".jp-OutputArea script, .openjupyter-report script").count() == 0

    check_report(page)
    page.context.close()


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_an_export_can_be_read_by_everybody(browser: Browser, theme: str) -> None:
    html = report_html(submission(report=WHOLE), "A note.")
    output = nbformat.v4.new_output("display_data", {"text/html": html})
    notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell("%grade", outputs=[output])])
    exported, _ = HTMLExporter(theme=theme).from_notebook_node(notebook)
    page = new_page(browser)
    page.route("**/*", lambda route: route.abort())  # what nbconvert itself would load
    page.set_content(exported, wait_until="commit")
    expect(page.locator(".openjupyter-report")).to_be_visible()
    check_report(page)
    page.context.close()


def check_report(page: Page) -> None:
    for width in (WIDE, NARROW):
        page.set_viewport_size({"width": width, "height": 720})
        found = Axe().run(page, context=".openjupyter-report").response["violations"]
        assert not found, [(each["id"], each["nodes"][0]["html"][:200]) for each in found]
