"""What the judge knows of one test: its title and points, how it ended, and what may be said of it."""

import hashlib
import inspect
import math
from dataclasses import asdict, dataclass, field
from typing import Any

import pytest

from openjupyter_service.judge.marks import argument

MAX_TITLE = 200
MAX_HINT = 1_000
MAX_STAFF = 20_000
MAX_MESSAGE = 1_000


@dataclass
class TestRecord:
    """One test of the report; `points` and `earned` in the exercise's points, `seconds` of wall clock."""

    __test__ = False

    id: str
    name: str
    title: str
    points: float
    hint: str
    sealed: bool
    outcome: str = "passed"
    message: str = ""
    seconds: float = 0.0
    staff: str = ""
    earned: float = 0.0
    place: dict[str, Any] | None = None
    details: dict[str, Any] | None = None
    _given: list[tuple[float, str]] = field(default_factory=list)

    def give(self, points: float, message: str) -> None:
        """Part of the points, for part of the work; what is no finite number may be the learner's, and is nothing."""
        self._given.append((points if math.isfinite(points) else 0.0, message))

    def close(self) -> None:
        """The test has ended: all of its points or none, unless it gave parts of them."""
        if not self._given:
            self.earned = self.points if self.outcome == "passed" else 0.0
            return
        self.earned = min(max(sum(points for points, _ in self._given), 0.0), self.points)
        said = " ".join(message for _, message in self._given if message)
        if self.earned < self.points:
            if self.outcome == "passed" or (self.outcome == "failed" and self.earned > 0):
                self.outcome = "partial"
            self.message = " ".join(filter(None, [said, self.message]))[:MAX_MESSAGE]

    def as_frame(self) -> dict[str, Any]:
        """The record in a verdict."""
        frame = asdict(self)
        del frame["_given"]
        return frame


def open_record(item: pytest.Item, seen: dict[str, int]) -> TestRecord:
    """The record of a test that is about to run; `seen` counts titles."""
    title = _title(item)
    # Parameter ids may show inputs; repeated titles are numbered instead.
    seen[title] = count = seen.get(title, 0) + 1
    return TestRecord(
        id=hashlib.sha256(item.nodeid.encode()).hexdigest()[:8],
        name=item.nodeid[:MAX_TITLE],
        title=(title if count == 1 else f"{title} ({count})")[:MAX_TITLE],
        points=float(argument(item, "points", 1.0)),
        hint=argument(item, "hint", "")[:MAX_HINT],
        sealed=item.get_closest_marker("in_kernel") is None,
    )


def _title(item: pytest.Item) -> str:
    documentation = inspect.getdoc(getattr(item, "obj", None)) or ""
    name = getattr(item, "originalname", None) or item.name
    return documentation.strip().split("\n")[0] or name.removeprefix("test_").replace("_", " ").capitalize()
