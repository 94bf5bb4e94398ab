"""Kinds of pairs that do not start, or do not live: tried again, later each time."""

from openjupyter_service.sandbox.limits import PairSpec

MAX_SECONDS = 60.0


class BackOff:
    """When a spec may be tried again: 1, 2, 4 … seconds after each failure, at most MAX_SECONDS."""

    def __init__(self) -> None:
        self._failures: dict[PairSpec, tuple[int, float]] = {}

    def failed(self, spec: PairSpec, now: float) -> None:
        """A pair did not start, or died soon."""
        count, _ = self._failures.get(spec, (0, 0.0))
        self._failures[spec] = (count + 1, now + min(2.0 ** min(count, 16), MAX_SECONDS))

    def worked(self, spec: PairSpec) -> None:
        """A pair was of use: what failed before is forgotten."""
        self._failures.pop(spec, None)

    def may_start(self, spec: PairSpec, now: float) -> bool:
        """Is its time come?"""
        return self._failures.get(spec, (0, 0.0))[1] <= now

    def seconds_left(self, now: float) -> float:
        """Until some spec may be tried again; infinite when none waits."""
        return min((until - now for _, until in self._failures.values() if until > now), default=float("inf"))
