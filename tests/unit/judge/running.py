"""The real judge in a process of its own; the test plays the service and the sandbox at the other end of its pipe."""

import base64
import os
import select
import subprocess
import sys
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import nbformat

from openjupyter.agent.objects import Objects
from openjupyter.agent.quiet import Streams
from openjupyter.wire.frames import Frame, pack, receive_frame

PATIENCE_SECONDS = 60

Answer = Callable[[Frame], Frame | None]
"""The sandbox's reply to a question, without its number; None closes the pipe."""


@dataclass
class Judged:
    """What a judge said before it ended."""

    verdict: Frame
    events: list[Frame] = field(default_factory=list)
    questions: list[Frame] = field(default_factory=list)
    standard_error: str = ""

    @property
    def tests(self) -> dict[str, Frame]:
        """The records by name of the test function (and parameter)."""
        assert "tests" in self.verdict, self.verdict
        return {record["name"].partition("::")[2]: record for record in self.verdict["tests"]}


class NoConversation:
    """Nobody to call back: a callback's frames would need the judge's pipe."""

    def call_back(self, answer: Any, frame: Frame) -> Frame:
        raise AssertionError("this sandbox cannot call a test's function")


class Namespace:
    """An honest sandbox: the agent's own objects over a namespace made by `source`, fresh for each test."""

    def __init__(self, source: str) -> None:
        self._code = compile(source, "<the notebook>", "exec")
        self._objects: Objects | None = None

    def __call__(self, question: Frame) -> Frame:
        match question.get("agent"):
            case "begin":
                names: dict[str, Any] = {"__name__": "__main__"}
                streams = Streams()
                names["print"] = lambda *words: print(*words, file=streams.stdout)
                exec(self._code, names)
                shell = SimpleNamespace(user_ns=names, compile=SimpleNamespace(_filename_map={"<the notebook>": 3}))
                self._objects = Objects(shell, streams, NoConversation())  # type: ignore[arg-type]
                return {"value": None}
            case "outputs":
                return {"value": [{"output_type": "stream", "name": "stdout", "text": "shown\n"}]}
            case str():
                return {"value": None}
        assert self._objects
        return self._objects.answer(question)


NOTEBOOK = nbformat.writes(
    nbformat.v4.new_notebook(
        cells=[
            nbformat.v4.new_markdown_cell("text", id="text-1"),
            nbformat.v4.new_markdown_cell("text", id="text-2"),
            nbformat.v4.new_code_cell("import math", id="code-1"),
            nbformat.v4.new_code_cell("%matplotlib inline", id="code-2"),
            nbformat.v4.new_code_cell("def f(n):\n    return n" + "\n" * 40, id="code-3"),
        ]
    )
)
"""What was handed in; the namespace's source counts as its third execution, of the one code cell."""


def run_judge(
    folder: Path,
    tests: str | Mapping[str, str],
    answer: Answer | None = None,
    *,
    alive: bool = True,
    files: list[str] | None = None,
    **order: Any,
) -> Judged:
    """Judge with these hidden tests (source, or sources by file name)."""
    sources = {"test_hidden.py": tests} if isinstance(tests, str) else tests
    answer = answer or Namespace("")
    process = subprocess.Popen(
        [sys.executable, "-m", "openjupyter_service.judge"],
        cwd=folder,
        # As in its image, where pytest has no plugins.
        env={**os.environ, "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1", "TMPDIR": str(folder), "PYTEST_ADDOPTS": ""},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )
    try:
        judged = _converse(process, sources, answer, {"notebook_alive": alive, "files": files or [], **order})
    finally:
        process.kill()
        assert process.stderr and process.stdout and process.stdin
        errors = process.stderr.read()
        for pipe in (process.stdin, process.stdout, process.stderr):
            pipe.close()
        process.wait()
    judged.standard_error = errors.decode(errors="replace")
    return judged


def _converse(process: "subprocess.Popen[bytes]", sources: Mapping[str, str], answer: Answer, changes: Frame) -> Judged:
    assert process.stdin and process.stdout
    descriptor, deadline = process.stdout.fileno(), time.monotonic() + PATIENCE_SECONDS
    stdin = process.stdin

    def read(count: int) -> bytes:
        ready, _, _ = select.select([descriptor], [], [], max(deadline - time.monotonic(), 0))
        assert ready, f"no frame within {PATIENCE_SECONDS} s"
        return os.read(descriptor, count)

    def send(frame: Frame) -> None:
        stdin.write(pack(frame))
        stdin.flush()

    assert receive_frame(read) == {"event": "ready"}
    tests = {name: base64.b64encode(source.encode()).decode() for name, source in sources.items()}
    order = {
        "tests": tests, "test_seconds": 7, "run_seconds": 60, "own_seconds": 30, "link": None, "notebook": NOTEBOOK,
        "sources": {}, "executions": {"3": 4}, "seed": 7, "reveal": "none", "style": None, "language": "en",
    }  # fmt: skip
    send({**order, **changes})
    judged = Judged({})
    while (frame := receive_frame(read)) is not None:
        if "verdict" in frame:
            judged.verdict = frame["verdict"]
        elif "event" in frame:
            judged.events.append(frame)
        else:
            assert frame.pop("to") == "sandbox"
            judged.questions.append(frame)
            reply = None if stdin.closed else answer(frame)
            if reply is None:
                stdin.close()
            else:
                send({"id": frame["id"], **reply})
    assert judged.verdict, "the judge ended without a verdict"
    assert process.wait(PATIENCE_SECONDS) == 0
    return judged
