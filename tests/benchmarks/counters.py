"""What a pair of containers has used: processor time and memory, as their cgroups count them."""

import contextlib
import shutil
import tempfile
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import docker

from openjupyter_service.exercises.course import Exercise, load_exercise
from openjupyter_service.sandbox.limits import PairSpec
from openjupyter_service.sandbox.pair import Pair
from tests.benchmarks.pool import MESSY

_WAIT = """
import time
import pytest

@pytest.mark.points(0)
def test_wait():
    time.sleep(2)
"""


@dataclass(frozen=True)
class Counters:
    """Of one container: seconds of processor time; memory in MB, anonymous and as `docker stats` shows it."""

    processor: float
    anonymous: float
    shown: float


Reading = tuple[Counters, Counters]
"""The sandbox's counters, and the judge's."""


@dataclass(frozen=True)
class Given:
    """Gives one pair that is there already, and leaves it to others to remove it."""

    one: Pair

    @contextlib.asynccontextmanager
    async def pair(self, spec: PairSpec) -> AsyncIterator[Pair]:
        """That pair."""
        yield self.one


class PairCounters:
    """Reads both containers of a pair."""

    def __init__(self, pair: Pair) -> None:
        self._containers = (pair.judge, pair.sandbox)
        self._engine = docker.from_env().api
        self.at_end: Reading | None = None
        """What was read when all tests but the last had ended."""

    def read(self) -> Reading:
        """The counters of the sandbox, and of the judge; takes some milliseconds."""
        judge, sandbox = (self._engine.stats(one._container, stream=False, one_shot=True) for one in self._containers)
        return as_counters(sandbox), as_counters(judge)

    def watch(self, event: dict[str, Any]) -> None:
        """Progress of a grading of `lingering_exercise`, whose judge is still there then."""
        if event["step"] == "test" and event["done"] == event["total"] - 1:
            self.at_end = self.read()


@contextlib.contextmanager
def lingering_exercise() -> Iterator[Exercise]:
    """The messy exercise with one more test, which only waits: a judge that has said its verdict is gone at once."""
    with tempfile.TemporaryDirectory() as folder:
        shutil.copytree(MESSY / "exercise", Path(folder) / "exercise")
        (Path(folder) / "exercise" / "test_wait.py").write_text(_WAIT)
        yield load_exercise(Path(folder), "exercise")


def as_counters(stats: dict[str, Any]) -> Counters:
    """Counters in an answer of the engine, for both versions of cgroups."""
    memory, detail = stats["memory_stats"], stats["memory_stats"]["stats"]
    if "total_inactive_file" in detail:  # version 1
        anonymous, cached = detail["total_rss"], detail["total_inactive_file"]
    else:
        anonymous, cached = detail["anon"], detail["inactive_file"]
    processor = stats["cpu_stats"]["cpu_usage"]["total_usage"] / 1e9
    return Counters(processor, anonymous / 2**20, (memory["usage"] - cached) / 2**20)
