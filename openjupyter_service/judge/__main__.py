"""`python -m openjupyter_service.judge`: one order on standard input, then questions, events and one verdict."""

import gc

gc.disable()  # until all is imported: a collection finds nothing before
import base64  # noqa: E402
import contextlib  # noqa: E402
import os  # noqa: E402
import sys  # noqa: E402
import tempfile  # noqa: E402
from pathlib import Path  # noqa: E402
from typing import Any  # noqa: E402

import numpy  # noqa: E402, F401  # hidden tests use both; loaded before an order comes
import pandas  # noqa: E402, F401
import pytest  # noqa: E402

from openjupyter.wire.frames import Frame  # noqa: E402
from openjupyter_service.judge.cells import Notebook  # noqa: E402
from openjupyter_service.judge.channel import Channel, RelayedLink, SandboxGone, SocketLink  # noqa: E402
from openjupyter_service.judge.failures import CellPlace  # noqa: E402
from openjupyter_service.judge.fixtures import Fixtures  # noqa: E402
from openjupyter_service.judge.handle import handle_number, make_handle  # noqa: E402
from openjupyter_service.judge.plugin import GradingPlugin, Rules  # noqa: E402
from openjupyter_service.judge.records import TestRecord  # noqa: E402
from openjupyter_service.judge.sandbox import Sandbox  # noqa: E402
from openjupyter_service.judge.style import StyleCheck  # noqa: E402

_NOT_NEEDED = ("cacheprovider", "doctest", "junitxml", "pastebin", "stepwise", "setuponly", "setupplan", "faulthandler")
# Both look for what nobody waits for with full garbage collections at the end, which take longer than many a run.
_COLLECTING = ("unraisableexception", "threadexception")
OPTIONS = (
    *("-q", "--import-mode=importlib", "--runxfail"),
    *(part for name in (*_NOT_NEEDED, *_COLLECTING) for part in ("-p", f"no:{name}")),
)


def judge(channel: Channel, order: Frame) -> Frame:
    """Run the tests of an order; gives the verdict.

    The verdict is {"tests": [record…], "seed": int | None, "style": [finding…] | None}, {"fault": text for staff}
    when the tests themselves are broken, or {"lost": reason} when the sandbox was lost.
    """

    def finished(record: TestRecord, done: int, total: int) -> None:
        channel.send({"event": "test", "done": done, "total": total})

    def give_up(fault: str) -> None:
        channel.send({"verdict": {"fault": fault}})
        os._exit(0)

    with tempfile.TemporaryDirectory(prefix="tests") as folder:
        tests = Path(folder).resolve()
        for name, content in order["tests"].items():
            path = tests / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(base64.b64decode(content))
        notebook = Notebook(order["notebook"], order["sources"], lambda cell: sandbox.ask_agent("outputs", cell=cell))
        sandbox = Sandbox(
            RelayedLink(channel) if order["link"] is None else SocketLink(order["link"], channel),
            make_handle,
            handle_number,
            {name: order["sources"].get(name, "").count("\n") + 1 for name in order["files"]},
            _executions(order["executions"], notebook),
            order["notebook_alive"],
        )
        rules = Rules(
            order["test_seconds"],
            order["run_seconds"],
            order["own_seconds"],
            order["reveal"],
            order["seed"],
            order["language"],
        )
        plugin = GradingPlugin(sandbox, tests, rules, finished, give_up)
        fixtures = Fixtures(plugin, notebook)
        with contextlib.ExitStack() as stack:
            style = stack.enter_context(StyleCheck(order["notebook"], **order["style"])) if order["style"] else None
            os.chdir(tests)
            code = pytest.main([*OPTIONS, f"--rootdir={tests}", str(tests)], plugins=[plugin, fixtures])
            os.chdir("/")
            findings = style.findings() if style else None
    if sandbox.lost:
        return {"lost": sandbox.lost}
    if code not in (pytest.ExitCode.OK, pytest.ExitCode.TESTS_FAILED) or not plugin.complete:
        return {"fault": "\n".join(plugin.broken) or f"pytest ended with {getattr(code, 'name', code)}"}
    if lost := [record for record in plugin.records if record.outcome == "internal error"]:
        return {"fault": f"{lost[0].name}\n{lost[0].staff}"}
    if sum(record.points for record in plugin.records) <= 0:
        return {"fault": "the tests of this exercise are worth no points"}
    return {
        "tests": [record.as_frame() for record in plugin.records],
        "seed": rules.seed if fixtures.seed_used else None,
        "style": findings,
    }


def _executions(told: Any, notebook: Notebook) -> dict[int, CellPlace]:
    """The cell behind each execution count; what the sandbox tells is looked at with care."""
    places = notebook.places
    return {
        int(count): places[cell]
        for count, cell in (told.items() if isinstance(told, dict) else ())
        if str(count).isdecimal() and type(cell) is int and cell in places
    }


def warm_up() -> None:
    """Have pytest load its plugins, by a run that finds nothing."""
    with tempfile.TemporaryDirectory() as folder:
        pytest.main([*OPTIONS, f"--rootdir={folder}", folder])


def main() -> int:
    """Keep the pipe for frames alone: whatever tests print goes to standard error."""
    channel = Channel(os.dup(0), os.dup(1))
    os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
    os.dup2(2, 1)
    warm_up()
    gc.enable()
    gc.freeze()
    channel.send({"event": "ready"})
    order = channel.receive()
    if order is None:
        return 0
    try:
        channel.send({"verdict": judge(channel, order)})
    except SandboxGone as error:
        channel.send({"verdict": {"lost": str(error)}})
    return 0


if __name__ == "__main__":
    sys.exit(main())
