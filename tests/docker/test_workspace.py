"""What learners work with, as JupyterLab uses it: debugger, input(), figures, modules beside the notebook, usage."""

import asyncio
import json
import re
from collections.abc import AsyncIterator
from typing import Any

import pytest

from openjupyter_service.settings import GradingSettings
from tests.docker.lab import Lab, Page, is_of, running_lab

pytestmark = pytest.mark.docker

CELL = "def double(number):\n    result = number * 2\n    return result\n\ndouble(21)"


@pytest.fixture
async def lab(grading_settings: GradingSettings) -> AsyncIterator[Lab]:
    async with running_lab(grading_settings.sandbox_image) as lab:
        yield lab


class Debugger:
    """JupyterLab's side of the debug protocol: requests on the control channel, events on iopub."""

    def __init__(self, page: Page) -> None:
        self._page = page
        self._count = 0

    async def ask(self, command: str, **arguments: Any) -> dict[str, Any]:
        """Body of the answer to a request; fails if the debugger refuses it."""
        self._count += 1
        content = {"type": "request", "seq": self._count, "command": command, "arguments": arguments}
        answer = await self._page.reply(await self._page.send("debug_request", content, "control"))
        assert answer["success"], answer
        body: dict[str, Any] = answer.get("body", {})
        return body

    async def event(self, name: str) -> dict[str, Any]:
        """The body of the next event of that name, or of one that has come before."""
        fits = lambda each: each["header"]["msg_type"] == "debug_event" and each["content"]["event"] == name  # noqa: E731
        found = next(filter(fits, self._page.seen), None) or await self._page.wait(fits)
        body: dict[str, Any] = found["content"].get("body", {})
        return body


async def test_the_debugger_stops_at_a_breakpoint_and_shows_variables(lab: Lab) -> None:
    (spec,) = lab.get("api/kernelspecs")["kernelspecs"].values()
    assert spec["spec"]["metadata"]["debugger"] is True  # else JupyterLab's button stays grey
    async with lab.page(lab.start_kernel()) as page:
        info = await page.reply(await page.send("kernel_info_request", {}))
        assert "debugger" in info["supported_features"]
        debugger = Debugger(page)
        # The order of requests is JupyterLab's own (packages/debugger/src/service.ts).
        await debugger.ask("debugInfo")
        await debugger.ask(
            "initialize",
            clientID="jupyterlab",
            clientName="JupyterLab",
            adapterID="python",
            pathFormat="path",
            linesStartAt1=True,
            columnsStartAt1=True,
            supportsVariableType=True,
            supportsVariablePaging=True,
            supportsRunInTerminalRequest=True,
            locale="en",
        )
        await debugger.ask("attach")
        await debugger.event("initialized")
        path = (await debugger.ask("dumpCell", code=CELL))["sourcePath"]
        found = await debugger.ask(
            "setBreakpoints", source={"path": path}, breakpoints=[{"line": 3}], sourceModified=False
        )
        assert [point["verified"] for point in found["breakpoints"]] == [True]
        await debugger.ask("configurationDone")
        cell = await page.execute(CELL)
        stopped = await debugger.event("stopped")
        assert stopped["reason"] == "breakpoint"
        (frame, *_) = (await debugger.ask("stackTrace", threadId=stopped["threadId"]))["stackFrames"]
        assert (frame["name"], frame["line"], frame["source"]["path"]) == ("double", 3, path)
        scopes = (await debugger.ask("scopes", frameId=frame["id"]))["scopes"]
        variables = (await debugger.ask("variables", variablesReference=scopes[0]["variablesReference"]))["variables"]
        values = {each["name"]: each["value"] for each in variables}
        assert (values["number"], values["result"]) == ("21", "42")
        await debugger.ask("next", threadId=stopped["threadId"])
        await debugger.ask("continue", threadId=stopped["threadId"])
        await page.wait(lambda each: is_of(each, cell) and each["content"].get("execution_state") == "idle")
        (result,) = [each for each in page.seen if is_of(each, cell) and each["header"]["msg_type"] == "execute_result"]
        assert result["content"]["data"]["text/plain"] == "42"
        await debugger.ask("disconnect", restart=False, terminateDebuggee=False)
        assert await page.run("print('as before')") == "as before\n"


async def test_input_asks_the_learner(lab: Lab) -> None:
    async with lab.page(lab.start_kernel()) as page:
        cell = await page.execute("name = input('Your name? ')\nprint('Hello', name)")
        question = await page.wait(lambda each: each["header"]["msg_type"] == "input_request")
        assert question["content"] == {"prompt": "Your name? ", "password": False}
        await page.send("input_reply", {"value": "Ada"}, "stdin")
        await page.wait(lambda each: is_of(each, cell) and each["content"].get("execution_state") == "idle")
        assert page.printed(cell) == "Hello Ada\n"


async def test_figures_are_shown_and_modules_beside_the_notebook_are_found(lab: Lab) -> None:
    lab.run("sh", "-c", "mkdir -p ~/course/one && cd ~/course/one && echo 'value = 7' > helper.py && echo 5 > n.txt")
    notebook = {"path": "course/one/one.ipynb", "type": "notebook", "name": "", "kernel": {"name": "python3"}}
    session = lab.post("api/sessions", notebook)
    async with lab.page(session["kernel"]["id"]) as page:
        assert await page.run("import helper\nprint(helper.value + int(open('n.txt').read()))") == "12\n"
        cell = await page.execute("import matplotlib.pyplot as plt\nplt.plot([1, 2, 4])\nplt.title('t');")
        shown = await page.wait(lambda each: is_of(each, cell) and each["header"]["msg_type"] == "display_data")
        assert shown["content"]["data"]["image/png"].startswith("iVBORw0KGgo")


async def test_the_status_bar_shows_the_container_against_its_limits(lab: Lab) -> None:
    before = lab.get("api/metrics/v1")
    assert before["limits"]["memory"] == {"rss": 512 * 2**20, "warn": False}
    assert 40e6 < before["rss"] < 250e6
    async with lab.page(lab.start_kernel()) as page:
        await page.run("kept = b'x' * 300_000_000")
        after = lab.get("api/metrics/v1")
        assert after["rss"] - before["rss"] > 300e6
        cell = await page.execute("import time\nuntil = time.time() + 4\nwhile time.time() < until: pass")
        lab.get("api/metrics/v1")
        await asyncio.sleep(2)
        assert lab.get("api/metrics/v1")["cpu_percent"] > 20  # other programs of this machine want some, too
        await page.wait(lambda each: is_of(each, cell) and each["content"].get("execution_state") == "idle")
    assert lab.status("api/metrics/v1") == 403


async def test_who_only_looks_at_usage_does_not_keep_a_server_alive(lab: Lab) -> None:
    first = lab.get("api/status")["last_activity"]
    await asyncio.sleep(1.1)
    for _ in range(3):
        lab.get("api/metrics/v1")
    assert lab.get("api/status")["last_activity"] == first
    lab.get("api/contents")
    assert lab.get("api/status")["last_activity"] > first


async def test_nothing_stands_before_the_notebook(lab: Lab) -> None:
    found = re.search(r'id="jupyter-config-data" type="application/json">(.*?)</script>', lab.text("lab"), re.DOTALL)
    assert found is not None
    disabled = json.loads(found[1])["disabledExtensions"]
    for name in ("@jupyterlab/apputils-extension:announcements", "@jupyter-server/resource-usage:topbar-item"):
        assert name in disabled
    tracker = lab.get("lab/api/settings/@jupyterlab/notebook-extension:tracker")["schema"]["properties"]
    assert tracker["autoStartDefaultKernel"]["default"] is True
    assert tracker["enableKernelInitNotification"]["default"] is True
    notification = lab.get("lab/api/settings/@jupyterlab/apputils-extension:notification")["schema"]["properties"]
    assert (notification["fetchNews"]["default"], notification["checkForUpdates"]["default"]) == ("false", False)
