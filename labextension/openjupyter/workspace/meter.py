"""Memory and processor time of the whole container against its limits, for the status bar of jupyter-resource-usage.

That package's own server half adds up processes every second, whether anybody looks or not, and takes a processor core
for the limit. The container's cgroup knows both for a few files read, and it is what runs out.
"""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from openjupyter.cgroup import CGROUP, cpu_limit, cpu_seconds, memory_limit_bytes, memory_used_bytes

WARN_SHARE = 0.9
"""The status bar turns red when more than this share of the memory is used."""
SHORTEST_SECONDS = 1.0
"""Processor time is looked at over at least so long; two pages that ask at once get the same."""


@dataclass
class _Look:
    at: float
    seconds: float
    percent: float = 0.0


class Meter:
    """Reads the cgroup; remembers the last look, because processor time is a difference of two."""

    def __init__(self, root: Path = CGROUP) -> None:
        self._root = root
        self._last: _Look | None = None

    def read(self, now: float) -> dict[str, Any]:
        """What jupyter-resource-usage's status bar reads: bytes, and percent of the processor time allowed.

        Args:
            now: seconds of a clock that never goes back
        """
        used, limit = memory_used_bytes(self._root), memory_limit_bytes(self._root)
        limits = {"memory": {"rss": limit, "warn": (used or 0) > WARN_SHARE * limit}} if limit else {}
        percent = self._cpu_percent(now)
        return {
            "rss": used or 0,
            "limits": limits,
            **({} if percent is None else {"cpu_percent": percent}),
        }

    def _cpu_percent(self, now: float) -> float | None:
        seconds = cpu_seconds(self._root)
        if seconds is None:
            return None
        last = self._last or _Look(now - SHORTEST_SECONDS, seconds)
        if self._last is None or now - last.at >= SHORTEST_SECONDS:
            share = (seconds - last.seconds) / (now - last.at) / (cpu_limit(self._root) or 1.0)
            self._last = last = _Look(now, seconds, round(100 * max(0.0, min(share, 1.0)), 1))
        return last.percent
