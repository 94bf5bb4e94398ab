"""One grading: the sandbox runs the notebook, the judge asks it questions, the service carries them back and forth.

The relay looks at a frame's size and its number, never at the values in it: they are the judge's to decode.
"""

import asyncio
import base64
import contextlib
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import Any

from openjupyter.wire.errors import WireError
from openjupyter.wire.frames import Frame
from openjupyter_service.errors import ExerciseError, SandboxError
from openjupyter_service.exercises.course import Exercise
from openjupyter_service.grading.verdict import make_report
from openjupyter_service.report import Report
from openjupyter_service.sandbox.container import ContainerEnded, GradingContainer, open_container
from openjupyter_service.sandbox.engine import Engine
from openjupyter_service.sandbox.limits import judge_spec, sandbox_spec
from openjupyter_service.settings import GradingSettings, parse_bytes

# Beyond a limit, this long for the agent itself to stop the kernel and say so.
GRACE_SECONDS = 30
JUDGE_SECONDS = 120
"""How long a hidden test may compute between two questions."""

_LOST: dict[bool, Frame] = {
    True: {"error": {"kind": "memory limit"}},
    False: {"error": {"kind": "crashed"}},
}

Progress = Callable[[dict[str, Any]], None]


@dataclass(frozen=True)
class Graded:
    """What came of a grading: the report, and seconds of wall clock by stage (start, notebook, tests)."""

    report: Report
    timings: dict[str, float]


async def grade(
    engine: Engine,
    settings: GradingSettings,
    exercise: Exercise,
    files: dict[str, bytes],
    notebook: str,
    progress: Progress,
) -> Graded:
    """Grade one submission in containers of its own.

    Args:
        engine: the Docker engine
        settings: images and limits of the site
        exercise: the exercise, with its limits and tests
        files: content by path below the course's root, the notebook among them
        notebook: path of the notebook
        progress: called with {"step": "start" | "cell" | "test", "done": n, "total": m}

    Raises:
        SandboxError: a container failed; worth another try
        ExerciseError: the hidden tests are broken; their author must mend them
    """
    tests = exercise.tests()
    limits = exercise.limits
    common = (settings.cpus, settings.pids, settings.runtime)
    clock = _Clock()
    progress({"step": "start", "done": 0, "total": 1})
    async with contextlib.AsyncExitStack() as stack:
        sandbox, judge = await _open_both(
            stack,
            open_container(engine, sandbox_spec(settings.sandbox_image, limits.memory_bytes, *common)),
            open_container(engine, judge_spec(settings.judge_image, parse_bytes(settings.judge_memory), *common)),
        )
        clock.lap("start")
        run = await _run_notebook(sandbox, exercise, files, notebook, progress)
        clock.lap("notebook")
        verdict = await _judge(judge, sandbox, tests, exercise, run, progress)
        clock.lap("tests")
    if isinstance(fault := verdict.get("fault"), str):
        raise ExerciseError(fault)
    return Graded(make_report(run, verdict), clock.laps)


class _Clock:
    def __init__(self) -> None:
        self.laps: dict[str, float] = {}
        self._last = time.monotonic()

    def lap(self, name: str) -> None:
        now = time.monotonic()
        self.laps[name], self._last = now - self._last, now


async def _open_both(stack: contextlib.AsyncExitStack, *openings: Any) -> list[GradingContainer]:
    results = await asyncio.gather(*(opening.__aenter__() for opening in openings), return_exceptions=True)
    opened: list[GradingContainer] = []
    for opening, result in zip(openings, results, strict=True):
        if isinstance(result, GradingContainer):
            stack.push_async_exit(opening)
            opened.append(result)
    for result in results:
        if isinstance(result, BaseException):
            raise result
    return opened


async def _run_notebook(
    sandbox: GradingContainer, exercise: Exercise, files: dict[str, bytes], notebook: str, progress: Progress
) -> Frame:
    """The agent's account of the run, or one of our own when the whole container died for memory."""
    limits = exercise.limits
    await sandbox.send(
        {
            "do": "run",
            "id": 0,
            "notebook": notebook,
            "files": {path: base64.b64encode(content).decode() for path, content in files.items()},
            "limits": {"notebook_seconds": limits.notebook_seconds, "output_bytes": limits.output_bytes},
        }
    )
    deadline = time.monotonic() + limits.notebook_seconds + GRACE_SECONDS
    try:
        while True:
            frame = await sandbox.receive(max(deadline - time.monotonic(), 0))
            if frame.get("event") == "cell":
                progress({"step": "cell", "done": _count(frame, "done"), "total": _count(frame, "total")})
            elif isinstance(run := frame.get("run"), dict):
                return run
    except ContainerEnded as end:
        if not end.out_of_memory:
            raise
        return {"status": "memory limit", "alive": False, "failure": None, "seconds": 0.0, "peak_memory_bytes": None}


async def _judge(
    judge: GradingContainer,
    sandbox: GradingContainer,
    tests: dict[str, bytes],
    exercise: Exercise,
    run: Frame,
    progress: Progress,
) -> Frame:
    """Run the tests; carry each of the judge's questions to the sandbox and the reply back."""
    await judge.send(
        {
            "tests": {path: base64.b64encode(content).decode() for path, content in tests.items()},
            "files": _beside(exercise),
            "test_seconds": exercise.limits.test_seconds,
            "notebook_alive": run.get("alive") is True,
        }
    )
    reply_seconds = exercise.limits.test_seconds + GRACE_SECONDS
    while True:
        frame = await judge.receive(JUDGE_SECONDS)
        if isinstance(verdict := frame.get("verdict"), dict):
            return verdict
        if frame.get("event") == "test":
            progress({"step": "test", "done": _count(frame, "done"), "total": _count(frame, "total")})
        elif frame.get("to") == "sandbox":
            reply = await _ask(sandbox, frame, reply_seconds)
            try:
                await judge.send(reply)
            except WireError:
                await judge.send({**_LOST[False], "id": frame["id"]})


async def _ask(sandbox: GradingContainer, question: Frame, seconds: float) -> Frame:
    try:
        await sandbox.send(question)
        reply = await sandbox.receive(seconds)
    except ContainerEnded as end:
        if not end.out_of_memory:
            raise
        return {**_LOST[True], "id": question["id"]}
    if reply.get("id") != question["id"]:
        raise SandboxError("the sandbox answered another question")
    return reply


def _beside(exercise: Exercise) -> list[str]:
    """The learner's files as tracebacks name them: relative to the notebook's folder."""
    home = PurePosixPath(exercise.notebook).parent
    paths = [PurePosixPath(name) for name in exercise.files]
    return [str(path.relative_to(home)) for path in paths if path.is_relative_to(home)]


def _count(frame: Frame, name: str) -> int:
    value = frame.get(name)
    return value if type(value) is int else 0
