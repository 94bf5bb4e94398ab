"""What a pair of containers has used: processor time and memory, as their cgroups count them."""

import contextlib
from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Any

import docker

from openjupyter_service.sandbox.limits import PairSpec
from openjupyter_service.sandbox.pair import Pair


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
        self.last: Reading | None = None
        """What was read when the last test had ended."""

    def read(self) -> Reading:
        """The counters of the sandbox, and of the judge; takes some milliseconds."""
        judge, sandbox = (self._engine.stats(one._container, stream=False, one_shot=True) for one in self._containers)
        return as_counters(sandbox), as_counters(judge)

    def watch(self, event: dict[str, Any]) -> None:
        """Progress of a grading. A judge that has said its verdict is gone at once, at times before it can be read
        after its last test; then what was read one test before stands."""
        if event["step"] == "test" and event["done"] >= event["total"] - 1:
            with contextlib.suppress(KeyError):  # of a container that has ended the engine tells nothing
                self.last = self.read()


def as_counters(stats: dict[str, Any]) -> Counters:
    """Counters in an answer of the engine, for both versions of cgroups."""
    memory, detail = stats["memory_stats"], stats["memory_stats"]["stats"]
    if "total_inactive_file" in detail:  # version 1
        anonymous, cached = detail["total_rss"], detail["total_inactive_file"]
    else:
        anonymous, cached = detail["anon"], detail["inactive_file"]
    processor = stats["cpu_stats"]["cpu_usage"]["total_usage"] / 1e9
    return Counters(processor, anonymous / 2**20, (memory["usage"] - cached) / 2**20)
