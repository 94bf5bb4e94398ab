"""The agent's story: unpack a submission, run its notebook, then answer the judge's questions until the pipe closes."""

import asyncio
import base64
import os
import tempfile
from collections.abc import Callable
from dataclasses import asdict
from pathlib import Path, PurePosixPath
from typing import Any

import nbformat

from openjupyter.agent.forks import CRASHED, Forks
from openjupyter.agent.memory import peak_bytes
from openjupyter.agent.notebook import NotebookRun, Run
from openjupyter.agent.user import LearnerUser
from openjupyter.wire.errors import WireError
from openjupyter.wire.frames import Frame, read_frame

Send = Callable[[Frame], None]


class Agent:
    """Serves one submission. Frames come from `reader`; replies and events leave by `send`."""

    def __init__(self, reader: asyncio.StreamReader, send: Send, user: LearnerUser) -> None:
        self.reader = reader
        self.send = send
        self.user = user

    async def serve(self) -> None:
        """Wait for the order to run, run, then answer questions until the service closes the pipe."""
        order = await read_frame(self.reader)
        if order is None:
            return
        notebook_path = self._unpack(order)
        notebook = nbformat.reads(notebook_path.read_text(), as_version=4)
        limits = order["limits"]
        runner = NotebookRun(notebook, notebook_path.parent, self.user, limits["output_bytes"])
        async with runner.kernel():
            run = await runner.run(limits["notebook_seconds"], self._progress)
            with tempfile.TemporaryDirectory(prefix="probe") as folder:
                os.chmod(folder, 0o711)  # noqa: PTH101, S103  # the kernel's user must reach the socket inside
                forks = Forks(Path(folder) / "socket", self.user)
                if run.alive and not await forks.attach(runner.client.kc):
                    run = runner.unanswering(run)
                self.send({"id": order["id"], "run": _run_frame(run)})
                await self._answer(forks, runner)
                forks.end()

    def _unpack(self, order: Frame) -> Path:
        """Lay the submission's files into the learner's home; gives the notebook's path."""
        root = self.user.home
        with self.user.acting():
            for name, content in order["files"].items():
                path = root / checked_path(name)
                path.parent.mkdir(parents=True, exist_ok=True)
                path.write_bytes(base64.b64decode(content))
        return root / checked_path(order["notebook"])

    def _progress(self, done: int, total: int) -> None:
        self.send({"event": "cell", "done": done, "total": total})

    async def _answer(self, forks: Forks, runner: NotebookRun) -> None:
        while (question := await read_frame(self.reader)) is not None:
            if question["do"] == "begin":
                reply = await forks.begin(question["seconds"])
            elif question["do"] == "end":
                forks.end()
                reply = {"value": None}
            else:
                reply = await forks.ask(question)
            _locate(reply, runner)
            try:
                self.send({**reply, "id": question["id"]})
            except WireError:  # a forged reply can decode and yet not encode, such as 1e999
                self.send({**CRASHED, "id": question["id"]})


def checked_path(name: Any) -> PurePosixPath:
    """A path below the home folder; WireError for anything that would leave it."""
    path = PurePosixPath(str(name))
    if path.is_absolute() or not path.parts or ".." in path.parts or os.sep != "/":
        raise WireError(f"{str(name)[:100]!r} is not a path inside the course")
    return path


def _run_frame(run: Run) -> Frame:
    return {**asdict(run), "peak_memory_bytes": peak_bytes()}


def _locate(reply: Frame, runner: NotebookRun) -> None:
    """Turn an execution count in an error's place into the cell that learners know."""
    error = reply.get("error")
    place = error.get("place") if isinstance(error, dict) else None
    if not isinstance(error, dict) or not isinstance(place, dict):
        return
    if "execution" not in place:  # only we know cells by number
        error["place"] = {key: place.get(key) for key in ("file", "line")}
        return
    count = place["execution"]
    cell = runner.cell_of_execution.get(count) if isinstance(count, int) else None
    number = None if cell is None else runner.code_cell_number(cell)
    error["place"] = {"cell": cell, "number": number, "line": place.get("line")}
