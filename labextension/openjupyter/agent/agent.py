"""The agent's story: a kernel waits for a submission, runs its notebook, then answers the judge until it has gone."""

import asyncio
import base64
import contextlib
import os
from collections.abc import Callable
from dataclasses import asdict
from pathlib import Path, PurePosixPath
from typing import Any

import nbformat

from openjupyter.agent.forks import Forks, KernelLost
from openjupyter.agent.home import Home
from openjupyter.agent.link import Link, PipeLink, SocketLink
from openjupyter.agent.notebook import NotebookRun, Run
from openjupyter.agent.processes import kill_below
from openjupyter.agent.user import LearnerUser
from openjupyter.agent.zygote import ZygoteClient
from openjupyter.cgroup import peak_bytes
from openjupyter.wire.errors import WireError
from openjupyter.wire.frames import Frame, is_frame, pack, unpack

ATTACH_SECONDS = 15.0
MAX_RUNS = 6
"""How often the notebook may run anew because a test has killed its kernel."""

_OURS = b'{"agent":'
"""How a question begins that is for the agent itself; all others go to the fork unread."""


class Agent:
    """Serves one submission.

    Args:
        pipe: the service's; orders come from it, events and the account of the run leave by it
        link: path of the socket for the judge; None when the service carries its questions
        zygote: makes kernels
        user: whose the kernels and their files are
    """

    def __init__(self, pipe: PipeLink, link: Path | None, zygote: ZygoteClient, user: LearnerUser) -> None:
        self._pipe = pipe
        self._link: Link = pipe if link is None else SocketLink(link)
        self._zygote = zygote
        self._root = os.getppid()
        self._user = user
        self._home = Home(user)
        self._order: Frame = {}

    async def serve(self) -> None:
        """Warm up, wait for the order to run, run, then answer questions."""
        async with contextlib.AsyncExitStack() as stack:
            runner = await self._new_kernel(stack)
            self._say({"event": "ready"})
            body = await asyncio.to_thread(self._pipe.receive)
            if body is None:
                return
            self._order = unpack(body)
            runner, forks, run = await self._run(runner, self._progress)
            self._say({"id": self._order["id"], "run": {**asdict(run), "peak_memory_bytes": peak_bytes()}})
            await self._answer(stack, runner, forks, MAX_RUNS if run.alive else 0)
            forks.end()

    async def _new_kernel(self, stack: contextlib.AsyncExitStack) -> NotebookRun:
        runner = NotebookRun(self._zygote)
        await stack.enter_async_context(runner.kernel())
        return runner

    async def _run(self, runner: NotebookRun, progress: Callable[[int, int], None]) -> tuple[NotebookRun, Forks, Run]:
        """Run the notebook in a kernel that waits for it; afterwards the kernel serves forks, if it still can."""
        notebook_path = self._unpack()
        text = base64.b64decode(self._order["files"][self._order["notebook"]]).decode("utf-8", "replace")
        limits = self._order["limits"]
        run = await runner.run(
            _plain_notebook(text),
            notebook_path.parent,
            limits["notebook_seconds"],
            limits["output_bytes"],
            progress,
        )
        forks = Forks(runner.process, self._root, self._home.restore)
        if run.alive:
            # As one expression, because a statement would leave a name in the learner's namespace.
            runner.execute_silently("__import__('openjupyter.agent.probe', fromlist=['serve']).serve()")
            if not await asyncio.to_thread(forks.attach, ATTACH_SECONDS):
                run = runner.unanswering(run)
        self._home.remember()
        if run.alive:
            forks.prepare()
        return runner, forks, run

    def _unpack(self) -> Path:
        """Lay the submission's files into the learner's home; gives the notebook's path."""
        root = self._user.home
        with self._user.acting():
            for name, content in self._order["files"].items():
                path = root / checked_path(name)
                path.parent.mkdir(parents=True, exist_ok=True)
                path.write_bytes(base64.b64decode(content))
        return root / checked_path(self._order["notebook"])

    def _progress(self, done: int, total: int) -> None:
        self._say({"event": "cell", "done": done, "total": total})

    def _say(self, frame: Frame) -> None:
        self._pipe.send(pack(frame)[4:])

    async def _answer(self, stack: contextlib.AsyncExitStack, runner: NotebookRun, forks: Forks, runs: int) -> None:
        while (body := self._link.receive()) is not None:
            if not body.startswith(_OURS):
                reply_body = forks.ask(body)
                if reply_body is None or (self._link.checked and not is_frame(reply_body)):
                    reply_body = _body(forks.verdict(), unpack(body))
                self._link.send(reply_body)
                continue
            question = unpack(body)
            match question["agent"]:
                case "begin":
                    runner, forks, runs, reply = await self._begin(stack, runner, forks, runs, question["seconds"])
                case "end":
                    # Answered first: the judge has other things to do while files and the next fork are made ready.
                    self._link.send(_body({"value": None}, question))
                    forks.prepare()
                    continue
                case "memory":
                    reply = {"value": forks.memory(question["watch"])}
                case "outputs":
                    reply = {"value": _outputs(runner.notebook, question["cell"])}
                case _:
                    reply = {"error": {"kind": "value", "message": "the agent does not know this question"}}
            self._link.send(_body(reply, question))

    async def _begin(
        self, stack: contextlib.AsyncExitStack, runner: NotebookRun, forks: Forks, runs: int, seconds: float
    ) -> tuple[NotebookRun, Forks, int, Frame]:
        """Fork for a test. Where an earlier test has killed the kernel, the notebook runs anew in a fresh one first."""
        while runs > 0:
            try:
                forks.begin(seconds)
            except KernelLost:
                runs -= 1
                kill_below(self._root, set())
                runner = await self._new_kernel(stack)
                self._home.empty()
                runner, forks, _ = await self._run(runner, lambda done, total: None)
                if not forks.ready:  # it was no test: the notebook itself keeps its kernel from forking
                    break
            else:
                return runner, forks, runs, {"value": None}
        return runner, forks, 0, {"error": {"kind": "crashed"}}


def checked_path(name: Any) -> PurePosixPath:
    """A path below the home folder; WireError for anything that would leave it."""
    path = PurePosixPath(str(name))
    if path.is_absolute() or not path.parts or ".." in path.parts or os.sep != "/":
        raise WireError(f"{str(name)[:100]!r} is not a path inside the course")
    return path


def _body(reply: Frame, question: Frame) -> bytes:
    try:
        return pack({**reply, "id": question.get("id")})[4:]
    except WireError:  # such as outputs that are too large together
        return pack({"error": {"kind": "value", "message": "it is too large"}, "id": question.get("id")})[4:]


def _plain_notebook(text: str) -> Any:
    """The notebook with nothing in its metadata but tags: the rest is for editors, and could hold anything."""
    notebook = nbformat.reads(text, as_version=4)
    notebook.metadata = nbformat.NotebookNode()
    for cell in notebook.cells:
        tags = cell.get("metadata", {}).get("tags")
        known = [tag for tag in tags if isinstance(tag, str)] if isinstance(tags, list) else []
        cell.metadata = nbformat.NotebookNode(tags=known)
    return notebook


def _outputs(notebook: Any, index: Any) -> list[Any]:
    cells = notebook.cells
    if type(index) is not int or not 0 <= index < len(cells):
        return []
    return list(cells[index].get("outputs", []))
