"""The relay between judge and sandbox; both containers are played, frames and all."""

import asyncio
import base64
import contextlib
from collections.abc import AsyncIterator, Callable
from typing import Any

import pytest

from openjupyter.wire.frames import Frame, pack
from openjupyter_service.errors import ExerciseError, SandboxError
from openjupyter_service.exercises.course import load_exercise
from openjupyter_service.grading import session
from openjupyter_service.grading.session import Graded, grade
from openjupyter_service.sandbox.container import ContainerEnded, GradingContainer
from openjupyter_service.settings import GradingSettings
from tests.unit.grading.course import CourseSite

RUN: Frame = {"status": "ran", "failure": None, "seconds": 0.5, "alive": True, "peak_memory_bytes": None}
TEST: Frame = {
    "name": "test_means.py::test_mean",
    "title": "Mean",
    "points": 1.0,
    "earned": 1.0,
    "hint": "",
    "outcome": "passed",
    "message": "",
    "seconds": 0.1,
    "staff": "",
}
VERDICT: Frame = {"verdict": {"tests": [TEST], "points": 1.0, "max_points": 1.0, "score": 1.0}}

Script = Callable[[Frame], list[Any]]
"""What a container says after it got a frame: frames, or an exception that ends it."""


class PlayedContainer(GradingContainer):
    def __init__(self, role: str, script: Script) -> None:
        self.role = role
        self._script = script
        self._said: asyncio.Queue[Any] = asyncio.Queue()
        self.got: list[Frame] = []
        self.patience: list[float] = []

    async def send(self, frame: Frame) -> None:
        pack(frame)
        self.got.append(frame)
        for said in self._script(frame):
            self._said.put_nowait(said)

    async def receive(self, seconds: float, cap: int = 0) -> Frame:
        self.patience.append(seconds)
        assert not self._said.empty(), f"the {self.role} would wait for ever"
        said = self._said.get_nowait()
        if isinstance(said, Exception):
            raise said
        return dict(said)


class Played:
    """Both containers of one grading."""

    def __init__(self, site: CourseSite, monkeypatch: pytest.MonkeyPatch, sandbox: Script, judge: Script) -> None:
        self.exercise = load_exercise(site.private, "means")
        self.containers = {"sandbox": PlayedContainer("sandbox", sandbox), "judge": PlayedContainer("judge", judge)}
        self.specs: list[Any] = []
        self.open: set[str] = set()
        self.events: list[Any] = []
        self.fails_to_open: str | None = None
        monkeypatch.setattr(session, "open_container", self.open_container)

    @contextlib.asynccontextmanager
    async def open_container(self, engine: Any, spec: Any) -> AsyncIterator[GradingContainer]:
        self.specs.append(spec)
        if spec.role == self.fails_to_open:
            raise SandboxError("a grading image is missing")
        self.open.add(spec.role)
        try:
            yield self.containers[spec.role]
        finally:
            self.open.discard(spec.role)

    async def grade(self) -> Graded:
        files = {"means/means.ipynb": b"{}", "means/helper.py": b"\xff\0"}
        engine: Any = None
        try:
            return await grade(engine, GradingSettings(), self.exercise, files, "means/means.ipynb", self.events.append)
        finally:
            assert self.open == set(), "a container is left"


def sandbox_saying(*replies: Any, run: Any = RUN) -> Script:
    left = list(replies)

    def script(frame: Frame) -> list[Any]:
        if frame["do"] == "run":
            return [{"event": "cell", "done": 0, "total": 1}, {"id": 0, "run": run} if isinstance(run, dict) else run]
        reply = left.pop(0)
        return [{"id": frame["id"], **reply} if isinstance(reply, dict) else reply]

    return script


def judge_asking(*questions: Frame, verdict: Frame = VERDICT) -> Script:
    left = [{"to": "sandbox", "id": number, **question} for number, question in enumerate(questions, 1)]

    def script(frame: Frame) -> list[Any]:
        return [left.pop(0)] if left else [{"event": "test", "done": 1, "total": 1}, verdict]

    return script


async def test_a_grading_from_files_to_report(site: CourseSite, monkeypatch: pytest.MonkeyPatch) -> None:
    question = {"do": "get", "name": "mean"}
    played = Played(site, monkeypatch, sandbox_saying({"value": 3}), judge_asking(question))
    graded = await played.grade()
    assert (graded.report.status, graded.report.score) == ("correct", 1.0)
    assert set(graded.timings) == {"start", "notebook", "tests"}
    assert played.events == [
        {"step": "start", "done": 0, "total": 1},
        {"step": "cell", "done": 0, "total": 1},
        {"step": "test", "done": 1, "total": 1},
    ]
    run, asked = played.containers["sandbox"].got
    assert base64.b64decode(run["files"]["means/helper.py"]) == b"\xff\0"
    assert run["limits"] == {"notebook_seconds": 60, "output_bytes": 2**20}
    assert asked == {"to": "sandbox", "id": 1, **question}
    order, answer = played.containers["judge"].got
    assert order["notebook_alive"] is True and order["files"] == ["helper.py"]
    assert set(order["tests"]) == {"test_means.py"}
    assert answer == {"id": 1, "value": 3}
    assert [(spec.role, spec.memory_bytes) for spec in played.specs] == [("sandbox", 2**29), ("judge", 2**29)]


async def test_the_tests_never_enter_the_sandbox(site: CourseSite, monkeypatch: pytest.MonkeyPatch) -> None:
    played = Played(site, monkeypatch, sandbox_saying(), judge_asking())
    await played.grade()
    assert "test_means" not in str(played.containers["sandbox"].got)


async def test_broken_tests_are_the_authors_fault(site: CourseSite, monkeypatch: pytest.MonkeyPatch) -> None:
    played = Played(
        site, monkeypatch, sandbox_saying(), judge_asking(verdict={"verdict": {"fault": "test_means.py: SyntaxError"}})
    )
    with pytest.raises(ExerciseError, match="SyntaxError"):
        await played.grade()


async def test_a_stopped_notebook_is_still_judged(site: CourseSite, monkeypatch: pytest.MonkeyPatch) -> None:
    stopped = {**RUN, "status": "time limit", "alive": False}
    played = Played(site, monkeypatch, sandbox_saying(run=stopped), judge_asking())
    assert (await played.grade()).report.status == "time limit"
    assert played.containers["judge"].got[0]["notebook_alive"] is False


@pytest.mark.parametrize("alive", [1, "yes", None])
async def test_only_true_is_alive(site: CourseSite, monkeypatch: pytest.MonkeyPatch, alive: Any) -> None:
    played = Played(site, monkeypatch, sandbox_saying(run={**RUN, "alive": alive}), judge_asking())
    await played.grade()
    assert played.containers["judge"].got[0]["notebook_alive"] is False


async def test_a_sandbox_killed_for_memory_is_the_learners_memory_limit(
    site: CourseSite, monkeypatch: pytest.MonkeyPatch
) -> None:
    played = Played(site, monkeypatch, sandbox_saying(run=ContainerEnded("sandbox", True, "")), judge_asking())
    graded = await played.grade()
    assert graded.report.status == "memory limit"
    assert played.containers["judge"].got[0]["notebook_alive"] is False


async def test_a_sandbox_killed_for_memory_in_a_test_is_told_to_the_judge(
    site: CourseSite, monkeypatch: pytest.MonkeyPatch
) -> None:
    sandbox = sandbox_saying(ContainerEnded("sandbox", True, ""))
    played = Played(site, monkeypatch, sandbox, judge_asking({"do": "call"}))
    await played.grade()
    assert played.containers["judge"].got[1] == {"id": 1, "error": {"kind": "memory limit"}}


LOST = {
    "ends in the notebook": (sandbox_saying(run=ContainerEnded("sandbox", False, "no reason")), judge_asking()),
    "does not answer": (sandbox_saying(run=SandboxError("did not answer within 90 s")), judge_asking()),
    "ends in a test": (sandbox_saying(ContainerEnded("sandbox", False, "")), judge_asking({"do": "get"})),
    "answers another question": (sandbox_saying({"id": 99, "value": 1}), judge_asking({"do": "get"})),
    "sends a run that is none": (sandbox_saying(run={"status": "perfect", "alive": True}), judge_asking()),
    "sends a verdict that is none": (sandbox_saying(), judge_asking(verdict={"verdict": {"score": 1.0}})),
    "judge ends": (sandbox_saying(), lambda frame: [ContainerEnded("judge", True, "")]),
}


@pytest.mark.parametrize("name", LOST)
async def test_a_container_that_fails_is_no_fault_of_the_learner(
    site: CourseSite, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    played = Played(site, monkeypatch, *LOST[name])
    with pytest.raises(SandboxError):
        await played.grade()


@pytest.mark.parametrize("role", ["sandbox", "judge"])
async def test_when_one_container_does_not_start_the_other_is_removed(
    site: CourseSite, monkeypatch: pytest.MonkeyPatch, role: str
) -> None:
    played = Played(site, monkeypatch, sandbox_saying(), judge_asking())
    played.fails_to_open = role
    with pytest.raises(SandboxError, match="image is missing"):
        await played.grade()
    assert len(played.specs) == 2


async def test_a_reply_that_cannot_be_sent_on_is_a_crash(site: CourseSite, monkeypatch: pytest.MonkeyPatch) -> None:
    played = Played(site, monkeypatch, sandbox_saying({"value": float("inf")}), judge_asking({"do": "get"}))
    await played.grade()
    assert played.containers["judge"].got[1] == {"id": 1, "error": {"kind": "crashed"}}


async def test_counts_of_a_sandbox_are_numbers(site: CourseSite, monkeypatch: pytest.MonkeyPatch) -> None:
    def sandbox(frame: Frame) -> list[Any]:
        return [{"event": "cell", "done": "<script>", "total": [1]}, {"event": "unknown"}, {"run": RUN}]

    played = Played(site, monkeypatch, sandbox, judge_asking())
    await played.grade()
    assert {"step": "cell", "done": 0, "total": 0} in played.events


async def test_waiting_is_limited_everywhere(site: CourseSite, monkeypatch: pytest.MonkeyPatch) -> None:
    played = Played(site, monkeypatch, sandbox_saying({"value": 1}), judge_asking({"do": "get"}))
    await played.grade()
    patience = [seconds for container in played.containers.values() for seconds in container.patience]
    assert len(patience) >= 5 and all(0 < seconds <= 120 for seconds in patience)
