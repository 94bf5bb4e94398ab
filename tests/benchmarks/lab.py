"""What the JupyterLab extension adds to the start of server and page: the learner's image, and the same without it."""

import io
import json
import statistics
import tarfile
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from typing import Any

import docker
import requests
from playwright.sync_api import Browser

from images.build import tags
from openjupyter_service.sandbox.engine import SITE_LABEL
from tests.benchmarks.alone import own_site
from tests.benchmarks.figures import Figure
from tests.browser.chromium import chromium, new_page

PAGES, SERVERS = 20, 6
"""So often a page and a server are started, with and without in turns."""
TOKEN = "of-the-benchmark-0123456789"
START_SECONDS = 60
BASELINE = "the same image without the extension"
_EXTENSION = "/opt/venv/share/jupyter/labextensions/openjupyter"
_WITHOUT = (
    "--ServerApp.jpserver_extensions={'openjupyter.server': False, 'openjupyter.workspace': True,"
    " 'jupyter_resource_usage': False}"
)
_OPENED = """async () => {
    while (!window.jupyterapp) { await new Promise(done => setTimeout(done, 2)); }
    await window.jupyterapp.restored;
    return performance.now() / 1000;
}"""


@dataclass(frozen=True)
class Lab:
    """A container with JupyterLab."""

    url: str
    started: float
    """Seconds until it answered."""


def measure(say: Callable[[str], None]) -> Iterator[Figure]:
    """Medians; what is added is the median of the differences of neighbours in time."""
    with ExitStack() as stack:
        servers: list[tuple[float, float]] = []
        for number in range(SERVERS):
            say(f"servers, pair {number + 1} of {SERVERS} …")
            with lab(True) as own, lab(False) as plain:
                servers.append((own.started, plain.started))
        own, plain = stack.enter_context(lab(True)), stack.enter_context(lab(False))
        browser = stack.enter_context(chromium())
        for each in (own, plain):  # files come into the caches of the machine
            opened(browser, each)
        pages: list[tuple[float, float]] = []
        for number in range(PAGES):
            pair = [opened(browser, each) for each in ((own, plain) if number % 2 else (plain, own))]
            pages.append((pair[0], pair[1]) if number % 2 else (pair[1], pair[0]))
        size = bundle_bytes()
    yield Figure("from the click to JupyterLab in the browser", *_medians(pages))
    yield Figure("– of it, added by the extension", _added(pages), "s")
    yield Figure("from the start of the container to the server's first answer", *_medians(servers))
    yield Figure("– of it, added by the extension", _added(servers), "s")
    yield Figure("the extension's scripts", size / 1000, "kB")


def _medians(pairs: list[tuple[float, float]]) -> tuple[float, str, float, str]:
    own, plain = zip(*pairs, strict=True)
    return statistics.median(own), "s", statistics.median(plain), BASELINE


def _added(pairs: list[tuple[float, float]]) -> float:
    return statistics.median(own - plain for own, plain in pairs)


def opened(browser: Browser, server: Lab) -> float:
    """Seconds until everything stands on the page, by a browser that has never been there."""
    page = new_page(browser)
    page.context.set_default_timeout(START_SECONDS * 1000)
    page.goto(f"{server.url}/lab/tree/first.ipynb?token={TOKEN}", wait_until="commit")
    seconds = float(page.evaluate(_OPENED))
    page.locator(".jp-NotebookPanel .jp-Cell").first.wait_for()
    page.context.close()
    return seconds


@contextmanager
def lab(with_extension: bool) -> Iterator[Lab]:
    """A container of the learner's image on a port of this machine."""
    options: dict[str, Any] = {} if with_extension else {"tmpfs": {_EXTENSION: ""}}
    container = docker.from_env().containers.create(
        tags()["learner"],
        ["jupyter", "lab", "--ip=0.0.0.0", "--port=8888", "--no-browser", f"--IdentityProvider.token={TOKEN}"]
        + ([] if with_extension else [_WITHOUT]),
        ports={"8888/tcp": ("127.0.0.1", None)},
        labels={SITE_LABEL: own_site()},
        init=True,
        **options,
    )
    try:
        container.put_archive("/home/learner", _notebook())
        started = time.perf_counter()
        container.start()
        container.reload()
        url = f"http://127.0.0.1:{container.ports['8888/tcp'][0]['HostPort']}"
        _wait(url)
        yield Lab(url, time.perf_counter() - started)
    finally:
        container.remove(force=True)


def _wait(url: str) -> None:
    deadline = time.monotonic() + START_SECONDS
    while True:
        try:
            if requests.get(f"{url}/api", timeout=5).ok:
                return
        except requests.RequestException:
            assert time.monotonic() < deadline, "JupyterLab does not start"
        time.sleep(0.005)


def _notebook() -> bytes:
    metadata = {"kernelspec": {"name": "python3", "display_name": "Python 3", "language": "python"}}
    cell = {"cell_type": "code", "id": "one", "source": "1", "metadata": {}, "outputs": [], "execution_count": None}
    content = json.dumps({"cells": [cell], "metadata": metadata, "nbformat": 4, "nbformat_minor": 5}).encode()
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w") as tar:
        info = tarfile.TarInfo("first.ipynb")
        info.size, info.uid, info.gid = len(content), 1000, 1000
        tar.addfile(info, io.BytesIO(content))
    return buffer.getvalue()


def bundle_bytes() -> int:
    """Of all scripts that a browser may load of the extension."""
    command = ["sh", "-c", f"cat {_EXTENSION}/static/*.js | wc -c"]
    return int(docker.from_env().containers.run(tags()["learner"], command, remove=True))
