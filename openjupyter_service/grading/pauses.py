"""Pauses that grow with each failure, for what is tried again until it works."""

import asyncio
import random

FIRST_SECONDS, MAX_SECONDS = 10.0, 900.0


class Pauses:
    """When something that has failed may be tried again: 10, 20, 40 … seconds later, at most 15 minutes."""

    def __init__(self) -> None:
        self._failures: dict[str, tuple[int, float]] = {}

    def failed(self, name: str) -> None:
        """It has failed once more."""
        count = self.failures(name) + 1
        pause = min(FIRST_SECONDS * 2.0 ** min(count - 1, 16), MAX_SECONDS)
        self._failures[name] = (count, _now() + pause * random.uniform(0.8, 1.0))  # noqa: S311

    def over(self, name: str) -> None:
        """It needs no further try."""
        self._failures.pop(name, None)

    def failures(self, name: str) -> int:
        """How often it has failed in a row."""
        return self._failures.get(name, (0, 0.0))[0]

    def holds(self, name: str) -> bool:
        """Is it too early for another try?"""
        return self._failures.get(name, (0, 0.0))[1] > _now()

    def ended(self) -> list[str]:
        """What may be tried again now."""
        return [name for name, (_, until) in self._failures.items() if until <= _now()]


def _now() -> float:
    """The event loop's clock."""
    return asyncio.get_running_loop().time()
