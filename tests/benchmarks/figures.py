"""A measured figure beside its baseline of the same run."""

import statistics
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass
from typing import Any


@dataclass(frozen=True)
class Figure:
    """One number: `ratio` is value / baseline, both in `unit`; a part of another figure has no baseline."""

    name: str
    value: float
    unit: str
    baseline: float | None = None
    baseline_name: str = ""

    @property
    def ratio(self) -> float | None:
        """How many times the baseline."""
        return self.value / self.baseline if self.baseline else None

    def as_json(self) -> dict[str, Any]:
        """The keys that scripts read."""
        return {**asdict(self), "ratio": self.ratio}


def median_seconds(runs: int, action: Callable[[int], Any]) -> float:
    """Median wall clock of `action(0)`, `action(1)`, …"""
    seconds = []
    for number in range(runs):
        started = time.perf_counter()
        action(number)
        seconds.append(time.perf_counter() - started)
    return statistics.median(seconds)
