"""A measured figure beside its baseline of the same run."""

import statistics
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass
from typing import Any


@dataclass(frozen=True)
class Figure:
    """One number: `ratio` is value / baseline, both in `unit`; a part of another figure may have no baseline.

    What there is to say about value and baseline is in the notes.
    """

    name: str
    value: float
    unit: str
    baseline: float | None = None
    baseline_name: str = ""
    note: str = ""
    baseline_note: str = ""

    @property
    def ratio(self) -> float | None:
        """How many times the baseline."""
        return self.value / self.baseline if self.baseline else None

    def as_json(self) -> dict[str, Any]:
        """The keys that scripts read."""
        return {**asdict(self), "ratio": self.ratio}

    def as_row(self) -> tuple[str, str, str, str, str]:
        """Name, value, baseline, ratio and what the baseline is, as people read them."""
        return (
            self.name,
            _with_unit(self.value, self.unit, self.note),
            "" if self.baseline is None else _with_unit(self.baseline, self.unit, self.baseline_note),
            "" if self.ratio is None else f"{self.ratio:.2f}",
            self.baseline_name,
        )


def _with_unit(value: float, unit: str, note: str) -> str:
    digits = 0 if value >= 1000 or unit.startswith("of ") else 1 if value >= 20 else 2 if value >= 1 else 3
    number = f"{value:.{digits}f}" if value else "0"
    return f"{number} {unit}" + (f" ({note})" if note else "")


def median_seconds(runs: int, action: Callable[[int], Any]) -> float:
    """Median wall clock of `action(0)`, `action(1)`, …"""
    seconds = []
    for number in range(runs):
        started = time.perf_counter()
        action(number)
        seconds.append(time.perf_counter() - started)
    return statistics.median(seconds)
