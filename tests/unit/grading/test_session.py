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
from openjupyter_service.grading.session import Graded, grade
from openjupyter_service.sandbox.container import ContainerEnded, GradingContainer
from openjupyter_service.sandbox.limits import PairSpec
from openjupyter_service.sandbox.pair import Pair
from openjupyter_service.settings import GradingSettings
from tests.unit.grading.course import CourseSite

RUN: Frame = {
    "status": "ran",
    "failure": None,
    "seconds": 0.5,
    "cpu_seconds": 0.4,
    "alive": True,
    "peak_memory_bytes": None,
    "executions": {"1": 0},
}
TEST: Frame = {
    "id": "01234567",
    "sealed": True,
    "place": None,
    "details": None,
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
VERDICT: Frame = {"verdict": {"tests": [TEST], "seed": None, "style": []}}

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
    """Both containers of one grading; `link` is the socket that they share, None when the service carries frames."""

    def __init__(self, site: CourseSite, sandbox: Script, judge: Script, link: str | None = None) -> None:
        self.exercise = load_exercise(site.private, "means")
        self.sandbox, self.judge = PlayedContainer("sandbox", sandbox), PlayedContainer("judge", judge)
        self.link = link
        self.specs: list[PairSpec] = []
        self.open = False
        self.events: list[Any] = []

    @contextlib.asynccontextmanager
    async def pair(self, spec: PairSpec) -> AsyncIterator[Pair]:
        self.specs.append(spec)
        self.open = True
        try:
            yield Pair(self.sandbox, self.judge, self.link, warm=True)
        finally:
            self.open = False

    async def grade(self, seed: int | None = None) -> Graded:
        files = {"means/means.ipynb": b'{"cells": []}', "means/helper.py": b"\xff\0"}
        try:
            return await grade(
                self, GradingSettings(), self.exercise, files, "means/means.ipynb", self.events.append, seed
            )
        finally:
            assert not self.open, "a pair is left"


def sandbox_saying(*replies: Any, run: Any = RUN) -> Script:
    left = list(replies)

    def script(frame: Frame) -> list[Any]:
        if frame["do"] == "run":
            return [{"event": "cell", "done": 0, "total": 1}, {"id": 0, "run": run} if isinstance(run, dict) else run]
        reply = left.pop(0)
        return [{"id": frame["id"], **reply} if isinstance(reply, dict) else reply]

    return script


def judge_asking(*questions: Frame, verdict: Frame = VERDICT) -> Script:
    left = [{"to": "sandbox", **question, "id": number} for number, question in enumerate(questions, 1)]

    def script(frame: Frame) -> list[Any]:
        return [left.pop(0)] if left else [{"event": "test", "done": 1, "total": 1}, verdict]

    return script


async def test_a_grading_from_files_to_report(site: CourseSite) -> None:
    question = {"do": "get", "name": "mean"}
    played = Played(site, sandbox_saying({"value": 3}), judge_asking(question))
    graded = await played.grade()
    assert (graded.report.status, graded.report.score) == ("correct", 1.0)
    assert set(graded.timings) == {"start", "notebook", "tests"}
    assert played.events == [
        {"step": "start", "done": 0, "total": 1},
        {"step": "cell", "done": 0, "total": 1},
        {"step": "test", "done": 1, "total": 1},
    ]
    run, asked = played.sandbox.got
    assert base64.b64decode(run["files"]["means/helper.py"]) == b"\xff\0"
    assert run["limits"] == {"notebook_seconds": 60, "output_bytes": 16 * 2**20}
    assert asked == {"to": "sandbox", "id": 1, **question}
    order, answer = played.judge.got
    assert order["notebook_alive"] is True and order["files"] == ["helper.py"]
    assert set(order["tests"]) == {"test_means.py"}
    assert order["sources"] == {"helper.py": "\ufffd\0"} and order["executions"] == {"1": 0}
    assert (order["link"], order["reveal"], order["notebook"]) == (None, "none", '{"cells": []}')
    assert order["language"] == "en" and 0 <= order["seed"] < 2**32
    assert answer == {"id": 1, "value": 3}
    (spec,) = played.specs
    assert (spec.sandbox.memory_bytes, spec.judge.memory_bytes) == (2**29, 2**29)


async def test_a_seed_is_passed_on_or_drawn(site: CourseSite) -> None:
    seeds = []
    for seed in (7, None, None):
        played = Played(site, sandbox_saying(), judge_asking())
        await played.grade(seed)
        seeds.append(played.judge.got[0]["seed"])
    assert seeds[0] == 7 and all(0 <= seed < 2**32 for seed in seeds) and len(set(seeds)) == 3


async def test_the_judge_asks_why_a_sandbox_has_ended_that_it_could_ask_itself(site: CourseSite) -> None:
    played = Played(site, sandbox_saying(), judge_asking({"to": "service"}), link="/run/link/socket")
    run = played.sandbox._script

    def script(frame: Frame) -> list[Any]:
        return [*run(frame), ContainerEnded("sandbox", True, "")]

    played.sandbox._script = script
    await played.grade()
    assert played.judge.got[0]["link"] == "/run/link/socket"
    assert played.judge.got[1] == {"id": 1, "error": {"kind": "memory limit"}}
    assert len(played.sandbox.got) == 1


async def test_a_sandbox_that_the_judge_has_lost_is_worth_another_try(site: CourseSite) -> None:
    played = Played(site, sandbox_saying(), judge_asking(verdict={"verdict": {"lost": "no reply"}}))
    with pytest.raises(SandboxError, match="no reply"):
        await played.grade()


async def test_the_tests_never_enter_the_sandbox(site: CourseSite) -> None:
    played = Played(site, sandbox_saying(), judge_asking())
    await played.grade()
    assert "test_means" not in str(played.sandbox.got)


async def test_broken_tests_are_the_authors_fault(site: CourseSite) -> None:
    played = Played(site, sandbox_saying(), judge_asking(verdict={"verdict": {"fault": "test_means.py: SyntaxError"}}))
    with pytest.raises(ExerciseError, match="SyntaxError"):
        await played.grade()


async def test_a_stopped_notebook_is_still_judged(site: CourseSite) -> None:
    stopped = {**RUN, "status": "time limit", "alive": False}
    played = Played(site, sandbox_saying(run=stopped), judge_asking())
    assert (await played.grade()).report.status == "time limit"
    assert played.judge.got[0]["notebook_alive"] is False


@pytest.mark.parametrize("alive", [1, "yes", None])
async def test_only_true_is_alive(site: CourseSite, alive: Any) -> None:
    played = Played(site, sandbox_saying(run={**RUN, "alive": alive}), judge_asking())
    await played.grade()
    assert played.judge.got[0]["notebook_alive"] is False


async def test_a_sandbox_killed_for_memory_is_the_learners_memory_limit(site: CourseSite) -> None:
    played = Played(site, sandbox_saying(run=ContainerEnded("sandbox", True, "")), judge_asking())
    graded = await played.grade()
    assert graded.report.status == "memory limit"
    assert played.judge.got[0]["notebook_alive"] is False


async def test_a_sandbox_killed_for_memory_in_a_test_is_told_to_the_judge(site: CourseSite) -> None:
    sandbox = sandbox_saying(ContainerEnded("sandbox", True, ""))
    played = Played(site, sandbox, judge_asking({"do": "call"}))
    await played.grade()
    assert played.judge.got[1] == {"id": 1, "error": {"kind": "memory limit"}}


LOST = {
    "ends in the notebook": (sandbox_saying(run=ContainerEnded("sandbox", False, "no reason")), judge_asking()),
    "does not answer": (sandbox_saying(run=SandboxError("did not answer within 90 s")), judge_asking()),
    "ends in a test": (sandbox_saying(ContainerEnded("sandbox", False, "")), judge_asking({"do": "get"})),
    "sends a run that is none": (sandbox_saying(run={"status": "perfect", "alive": True}), judge_asking()),
    "sends a verdict that is none": (sandbox_saying(), judge_asking(verdict={"verdict": {"score": 1.0}})),
    "judge ends": (sandbox_saying(), lambda frame: [ContainerEnded("judge", True, "")]),
}


@pytest.mark.parametrize("name", LOST)
async def test_a_container_that_fails_is_no_fault_of_the_learner(site: CourseSite, name: str) -> None:
    played = Played(site, *LOST[name])
    with pytest.raises(SandboxError):
        await played.grade()


async def test_a_reply_that_cannot_be_sent_on_is_a_crash(site: CourseSite) -> None:
    played = Played(site, sandbox_saying({"value": float("inf")}), judge_asking({"do": "get"}))
    await played.grade()
    assert played.judge.got[1] == {"id": 1, "error": {"kind": "crashed"}}


async def test_counts_of_a_sandbox_are_numbers(site: CourseSite) -> None:
    def sandbox(frame: Frame) -> list[Any]:
        return [{"event": "cell", "done": "<script>", "total": [1]}, {"event": "unknown"}, {"run": RUN}]

    played = Played(site, sandbox, judge_asking())
    await played.grade()
    assert {"step": "cell", "done": 0, "total": 0} in played.events


async def test_waiting_is_limited_everywhere(site: CourseSite) -> None:
    played = Played(site, sandbox_saying({"value": 1}), judge_asking({"do": "get"}))
    await played.grade()
    patience = [*played.sandbox.patience, *played.judge.patience]
    assert len(patience) >= 5 and all(0 < seconds <= 780 for seconds in patience)
