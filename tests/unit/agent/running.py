"""A real agent with a real kernel, run by whoever runs the tests in a home folder of its own."""

import base64
import os
import select
import subprocess
import sys
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Self

import nbformat

from openjupyter.wire.codec import Decoder, encode
from openjupyter.wire.frames import Frame, pack, receive_frame

PATIENCE_SECONDS = 60
"""No test waits longer than that for a frame: an agent that hangs is a failure, not a hang."""

# `python -m openjupyter.agent` looks for the image's user when it is root; here the kernel runs as whoever we are.
_PROGRAM = """
import os, pathlib, sys

sys.modules["rfc3987_syntax"] = None  # a second of grammar that jsonschema would load and nbformat never uses

from openjupyter.agent import __main__ as program
from openjupyter.agent.user import LearnerUser

class Tester(LearnerUser):
    # Nobody to become: the kernel runs as whoever runs the tests.
    def become(self): pass

program.LearnerUser.find = lambda: Tester(os.geteuid(), os.getegid(), pathlib.Path(sys.argv[1]))
sys.exit(program.main())
"""


def notebook_of(*cells: str) -> bytes:
    """A notebook of these code cells; one that starts with # is Markdown."""
    made = [
        nbformat.v4.new_markdown_cell(cell) if cell.startswith("# ") else nbformat.v4.new_code_cell(cell)
        for cell in cells
    ]
    return str(nbformat.writes(nbformat.v4.new_notebook(cells=made))).encode()


class RunningAgent:
    """The agent's process and its pipe; ends with the block."""

    def __init__(self, home: Path) -> None:
        self.home = home
        self.events: list[Frame] = []
        self._number = 0
        home.mkdir(parents=True, exist_ok=True)
        runtime = home.parent / "t"  # short, because the path of a socket in it may have 107 characters
        runtime.mkdir(exist_ok=True)
        self.process = subprocess.Popen(
            [sys.executable, "-c", _PROGRAM, str(home)],
            cwd=home.parent,
            env={
                **os.environ,
                "TMPDIR": str(runtime),
                "JUPYTER_RUNTIME_DIR": str(runtime),
                "IPYTHONDIR": str(runtime / "ipython"),
                "MPLCONFIGDIR": str(runtime / "matplotlib"),
            },
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
        )
        os.set_blocking(self.process.stderr.fileno(), False)  # type: ignore[union-attr]

    def __enter__(self) -> Self:
        assert self.receive() == {"event": "ready"}
        return self

    def __exit__(self, *_: object) -> None:
        self.process.stdin.close()  # type: ignore[union-attr]
        try:
            self.process.wait(PATIENCE_SECONDS)
        finally:
            self.process.kill()
            self.process.wait()
            self.process.stdout.close()  # type: ignore[union-attr]
            self.process.stderr.close()  # type: ignore[union-attr]

    def send(self, frame: Frame) -> None:
        assert self.process.stdin
        self.process.stdin.write(pack(frame))
        self.process.stdin.flush()

    def receive(self) -> Frame | None:
        """The next frame, or None when the agent has closed its pipe."""
        assert self.process.stdout
        descriptor, deadline = self.process.stdout.fileno(), time.monotonic() + PATIENCE_SECONDS

        def read(count: int) -> bytes:
            ready, _, _ = select.select([descriptor], [], [], max(deadline - time.monotonic(), 0))
            assert ready, f"no frame within {PATIENCE_SECONDS} s: {self.standard_error()}"
            return os.read(descriptor, count)

        return receive_frame(read)

    def standard_error(self) -> str:
        assert self.process.stderr
        return (self.process.stderr.read() or b"").decode(errors="replace")

    def run(
        self,
        *cells: str,
        files: Mapping[str, bytes] | None = None,
        seconds: float = 30,
        output_bytes: int = 100_000,
    ) -> dict[str, Any]:
        """Run a notebook; gives the agent's account of it and collects the events before."""
        given = {"course/task.ipynb": notebook_of(*cells), **(files or {})}
        return self.run_files("course/task.ipynb", given, seconds, output_bytes)

    def run_files(
        self, notebook: str, files: Mapping[str, bytes], seconds: float = 30, output_bytes: int = 100_000
    ) -> dict[str, Any]:
        """As run, for a notebook that is one of some files."""
        self.send(
            {
                "do": "run",
                "id": 0,
                "notebook": notebook,
                "files": {path: base64.b64encode(content).decode() for path, content in files.items()},
                "limits": {"notebook_seconds": seconds, "output_bytes": output_bytes},
            }
        )
        while frame := self.receive():
            if "run" in frame:
                assert frame["id"] == 0
                return dict(frame["run"])
            self.events.append(frame)
        raise AssertionError(f"the agent ended: {self.standard_error()}")

    def ask(self, do: str, **question: Any) -> Frame:
        """The reply of the fork to one question: {"value": …} or {"error": …}."""
        return self._exchange({"do": do, **question})

    def ask_agent(self, do: str, **question: Any) -> Frame:
        """The reply of the agent itself."""
        return self._exchange({"agent": do, **question})

    def _exchange(self, question: Frame) -> Frame:
        self._number += 1
        self.send({**question, "id": self._number})
        reply = self.receive()
        assert reply is not None, self.standard_error()
        assert reply.pop("id") == self._number
        assert set(reply) in ({"value"}, {"error"}), reply
        return reply

    # The same in words of a test, with values decoded and handles left as their nodes.

    def begin(self, seconds: float = 10) -> Frame:
        return self.ask_agent("begin", seconds=seconds)

    def value(self, do: str, **question: Any) -> Any:
        reply = self.ask(do, **question)
        assert "value" in reply, reply
        return Decoder(lambda node: node).decode(reply["value"])

    def error(self, do: str, **question: Any) -> Frame:
        reply = self.ask(do, **question)
        assert "error" in reply, reply
        return dict(reply["error"])

    def get(self, name: str) -> Any:
        return self.value("get", name=name)

    def call(self, target: Frame, *args: Any, **kwargs: Any) -> Any:
        return self.value("call", **call_of(target, *args, **kwargs))


def call_of(target: Frame, *args: Any, **kwargs: Any) -> Frame:
    """A call's part of a question; arguments that are handles stay what they are."""
    return {
        "target": target,
        "args": [node_of(argument) for argument in args],
        "kwargs": {name: node_of(argument) for name, argument in kwargs.items()},
    }


def node_of(value: Any) -> Any:
    return value if isinstance(value, dict) and value.get("t") == "handle" else encode(value)
