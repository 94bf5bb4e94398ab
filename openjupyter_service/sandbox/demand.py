"""How many warm pairs of each kind are worth keeping, by what was asked for lately."""

from collections import deque
from typing import Literal

from openjupyter_service.sandbox.limits import PairSpec

Size = int | Literal["adaptive"]

WINDOW_SECONDS = 3.0
"""About as long as it takes to start a pair: who comes within it needs a pair that waits already."""
MEMORY_SECONDS = 600.0
"""A peak is expected to come again for so long; a spec that nobody asked for in that time is not in use."""
MAX_REMEMBERED = 10_000


class Demand:
    """Counts what is taken. `targets` tells what to keep.

    Args:
        size: pairs for each spec in use, or "adaptive"
        most: pairs of all specs together, unless a larger size was asked for
    """

    def __init__(self, size: Size, most: int) -> None:
        self._size = size
        self._most = most
        self._taken: dict[PairSpec, deque[float]] = {}

    def resize(self, size: Size, most: int | None = None) -> None:
        """Another size from now on; `most` stays as it is if not given."""
        self._size = size
        self._most = self._most if most is None else most

    def took(self, spec: PairSpec, now: float) -> None:
        """A pair of this spec was asked for."""
        times = self._taken.pop(spec, deque(maxlen=MAX_REMEMBERED))
        times.append(now)
        self._taken[spec] = times  # the latest spec is the last one

    def targets(self, default: PairSpec, now: float) -> dict[PairSpec, int]:
        """How many pairs of each spec should wait; those asked for last come first, the default one is always there."""
        for spec, times in list(self._taken.items()):
            while times and now - times[0] > MEMORY_SECONDS:
                times.popleft()
            if not times:
                del self._taken[spec]
        left = self._most if self._size == "adaptive" else max(self._most, self._size)
        targets: dict[PairSpec, int] = {}
        specs = [*reversed(self._taken), *([] if default in self._taken else [default])]
        for place, spec in enumerate(specs):
            wanted = _peak(self._taken.get(spec, deque())) + 1 if self._size == "adaptive" else self._size
            # One pair each for the specs that come later, as far as there is room for them.
            spare = left - min(len(specs) - place - 1, max(left - 1, 0))
            targets[spec] = max(min(wanted, spare), 0)
            left -= targets[spec]
        return targets


def _peak(times: deque[float]) -> int:
    """The most that were taken within one window."""
    window: deque[float] = deque()
    most = 0
    for moment in times:
        window.append(moment)
        while moment - window[0] > WINDOW_SECONDS:
            window.popleft()
        most = max(most, len(window))
    return most
