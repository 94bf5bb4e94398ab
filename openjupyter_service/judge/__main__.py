"""`python -m openjupyter_service.judge`: one order on standard input, then questions, events and one report."""

import base64
import os
import sys
import tempfile
from dataclasses import asdict
from pathlib import Path

import numpy  # noqa: F401  # hidden tests use both; loaded before an order comes
import pandas  # noqa: F401
import pytest

from openjupyter.wire.frames import Frame
from openjupyter_service.judge.channel import Channel, SandboxGone
from openjupyter_service.judge.learner import Sandbox
from openjupyter_service.judge.plugin import GradingPlugin, TestRecord


def judge(channel: Channel, order: Frame) -> Frame:
    """Run the tests of an order; gives the verdict.

    The verdict is {"tests": [...], "points", "max_points", "score"}, with score = points / max_points in 0..1, or
    {"fault": text for staff} when the tests themselves are broken or the sandbox was lost.
    """

    def finished(record: TestRecord, done: int, total: int) -> None:
        channel.send({"event": "test", "done": done, "total": total})

    with tempfile.TemporaryDirectory(prefix="tests") as folder:
        tests = Path(folder).resolve()
        for name, content in order["tests"].items():
            path = tests / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(base64.b64decode(content))
        sandbox = Sandbox(channel, order["files"])
        plugin = GradingPlugin(sandbox, tests, order["test_seconds"], order["notebook_alive"], finished)
        options = ["-q", "-p", "no:cacheprovider", "-p", "no:doctest", "--import-mode=importlib", "--runxfail"]
        os.chdir(tests)
        code = pytest.main([*options, f"--rootdir={tests}", str(tests)], plugins=[plugin])
        os.chdir("/")
    if code not in (pytest.ExitCode.OK, pytest.ExitCode.TESTS_FAILED) or not plugin.complete:
        return {"fault": "\n".join(plugin.broken) or f"pytest ended with {getattr(code, 'name', code)}"}
    if lost := [record for record in plugin.records if record.outcome == "internal error"]:
        return {"fault": lost[0].staff}
    max_points = sum(record.points for record in plugin.records)
    if max_points <= 0:
        return {"fault": "the tests of this exercise are worth no points"}
    points = sum(record.earned for record in plugin.records)
    tests_frame = [{**asdict(record), "earned": record.earned} for record in plugin.records]
    return {"tests": tests_frame, "points": points, "max_points": max_points, "score": points / max_points}


def main() -> int:
    """Keep the pipe for frames alone: whatever tests print goes to standard error."""
    channel = Channel(os.dup(0), os.dup(1))
    os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
    os.dup2(2, 1)
    channel.send({"event": "ready"})
    order = channel.receive()
    if order is None:
        return 0
    try:
        channel.send({"verdict": judge(channel, order)})
    except SandboxGone as error:
        channel.send({"verdict": {"fault": str(error)}})
    return 0


if __name__ == "__main__":
    sys.exit(main())
