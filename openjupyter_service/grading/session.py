"""One grading: the sandbox runs the notebook, then the judge tests what it left, straight or by way of the service.

Where the two containers share a socket, the service sees events and the verdict alone. Where they do not, it carries
their frames: it looks at their size and number, never at the values in them, which are the judge's to decode.
"""

import base64
import secrets
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import Any

from openjupyter.wire.errors import WireError
from openjupyter.wire.frames import Frame
from openjupyter_service.datasets import DataSet
from openjupyter_service.errors import ExerciseError, SandboxError
from openjupyter_service.exercises.course import Exercise
from openjupyter_service.grading.verdict import make_report
from openjupyter_service.report import Report
from openjupyter_service.sandbox.container import ContainerEnded, GradingContainer
from openjupyter_service.sandbox.limits import pair_spec
from openjupyter_service.sandbox.pair import Containers, Pair
from openjupyter_service.settings import GradingSettings

# Beyond a limit, this long for the agent itself to stop the kernel and say so.
GRACE_SECONDS = 30
OWN_SECONDS = 60
"""How long a hidden test's own code may compute, on top of what it waits for."""
SEED_BITS = 32
WHY_SECONDS = 5
"""How long a container that has closed its socket may take to end."""

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
    containers: Containers,
    settings: GradingSettings,
    exercise: Exercise,
    files: dict[str, bytes],
    notebook: str,
    progress: Progress,
    seed: int | None = None,
    language: str = "en",
    data_sets: tuple[DataSet, ...] = (),
) -> Graded:
    """Grade one submission in containers of its own.

    Args:
        containers: where the containers come from
        settings: images and limits of the site
        exercise: the exercise, with its limits and tests
        files: content by path below the course's root, the notebook among them
        notebook: path of the notebook
        progress: called with {"step": "start" | "cell" | "test", "done": n, "total": m}
        seed: of tests with random inputs, 32 bits; drawn when not given
        language: of the sentences that the judge writes into the report
        data_sets: of the exercise's course

    Raises:
        SandboxError: a container failed; worth another try
        ExerciseError: the hidden tests are broken; their author must mend them
    """
    tests = exercise.tests()
    spec = pair_spec(settings, exercise.image, exercise.limits.memory_bytes, exercise.runtime, data_sets)
    clock = _Clock()
    progress({"step": "start", "done": 0, "total": 1})
    async with containers.pair(spec) as pair:
        clock.lap("start")
        run = await _run_notebook(pair.sandbox, exercise, files, notebook, progress)
        clock.lap("notebook")
        order = _order(exercise, files, notebook, run, pair)
        order |= {"seed": secrets.randbits(SEED_BITS) if seed is None else seed, "language": language}
        verdict = await _judge(pair, tests, order, exercise, progress)
        clock.lap("tests")
    if isinstance(lost := verdict.get("lost"), str):
        raise SandboxError(f"the sandbox was lost while tests ran: {lost}")
    if isinstance(fault := verdict.get("fault"), str):
        raise ExerciseError(fault)
    return Graded(make_report(run, verdict, exercise.style, clock.laps["tests"]), clock.laps)


class _Clock:
    def __init__(self) -> None:
        self.laps: dict[str, float] = {}
        self._last = time.monotonic()

    def lap(self, name: str) -> None:
        now = time.monotonic()
        self.laps[name], self._last = now - self._last, now


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
            "files": {path: _base64(content) for path, content in files.items()},
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
        return {
            "status": "memory limit",
            "alive": False,
            "failure": None,
            "seconds": 0.0,
            "cpu_seconds": None,
            "peak_memory_bytes": None,
            "executions": {},
        }


def _order(exercise: Exercise, files: dict[str, bytes], notebook: str, run: Frame, pair: Pair) -> Frame:
    """What the judge is told of the exercise and the run, but for the tests."""
    limits, style = exercise.limits, exercise.style
    beside = _beside(exercise, notebook)
    return {
        "files": list(beside),
        "sources": {
            name: files[path].decode("utf-8", "replace")
            for name, path in beside.items()
            if name.endswith(".py") and path in files
        },
        "notebook": files[notebook].decode("utf-8", "replace"),
        "executions": run.get("executions"),
        "notebook_alive": run.get("alive") is True,
        "link": pair.link,
        "test_seconds": limits.test_seconds,
        "run_seconds": limits.run_seconds,
        # A test that kills its kernel makes the next one wait until the notebook has run again.
        "own_seconds": OWN_SECONDS + limits.notebook_seconds,
        "reveal": exercise.reveal,
        "style": {"select": style.select, "ignore": style.ignore} if style.select else None,
    }


async def _judge(pair: Pair, tests: dict[str, bytes], order: Frame, exercise: Exercise, progress: Progress) -> Frame:
    """Run the tests; where the containers share no socket, carry questions to the sandbox and replies back."""
    await pair.judge.send({"tests": {path: _base64(content) for path, content in tests.items()}, **order})
    limits = exercise.limits
    reply_seconds = limits.test_seconds + limits.notebook_seconds + GRACE_SECONDS
    deadline = time.monotonic() + limits.run_seconds + order["own_seconds"] + GRACE_SECONDS
    while True:
        frame = await pair.judge.receive(max(deadline - time.monotonic(), 0))
        if isinstance(verdict := frame.get("verdict"), dict):
            return verdict
        if frame.get("event") == "test":
            progress({"step": "test", "done": _count(frame, "done"), "total": _count(frame, "total")})
        elif frame.get("to") in ("sandbox", "service"):
            reply = await _ask(pair.sandbox, frame, reply_seconds)
            try:
                await pair.judge.send(reply)
            except WireError:
                await pair.judge.send({**_LOST[False], "id": frame["id"]})


async def _ask(sandbox: GradingContainer, question: Frame, seconds: float) -> Frame:
    """The sandbox's reply; the judge asks the service itself why a sandbox has ended that it could ask directly."""
    try:
        if question["to"] == "service":
            return await sandbox.receive(WHY_SECONDS)
        await sandbox.send(question)
        return await sandbox.receive(seconds)
    except ContainerEnded as end:
        if not end.out_of_memory:
            raise
        return {**_LOST[True], "id": question["id"]}


def _beside(exercise: Exercise, notebook: str) -> dict[str, str]:
    """The learner's files as tracebacks name them, relative to the notebook's folder, and their paths."""
    home = PurePosixPath(notebook).parent
    paths = [PurePosixPath(name) for name in exercise.files]
    return {str(path.relative_to(home)): str(path) for path in paths if path.is_relative_to(home)}


def _base64(content: bytes) -> str:
    return base64.b64encode(content).decode()


def _count(frame: Frame, name: str) -> int:
    value = frame.get(name)
    return value if type(value) is int else 0
