"""Tallies: of each exercise in each LMS course, how many learners stand where.

A learner's progress at an exercise puts them into a few buckets. When it changes, they are taken out of the old ones
and put into the new: what a grading costs does not grow with the number of learners, and neither does a page.
"""

import math
from collections import Counter
from collections.abc import Iterable, Mapping
from enum import StrEnum
from typing import Any

from sqlalchemy import Connection, text

MAX_ATTEMPTS = 1000
"""Who has more is counted there."""
FULL = 10
"""Bucket of a score of 1; others are tenths, rounded down."""
UNCOUNTED = -1
"""Bucket of learners none of whose scores counts, such as those of late work."""

_DAY = 86400.0
# As text, which is the same for both databases: SQLAlchemy would put its own form of it together anew each time.
_ADD = text(
    "INSERT INTO tallies (lms_course_id, exercise, kind, bucket, count) "
    "VALUES (:lms_course_id, :exercise, :kind, :bucket, :count) "
    "ON CONFLICT (lms_course_id, exercise, kind, bucket) DO UPDATE SET count = tallies.count + excluded.count"
)
_ALL = 1 - 1e-9


class Kind(StrEnum):
    """What is tallied, and what the bucket of a learner is."""

    BEGUN = "begun"
    """Day (of Unix time, UTC) of the first submission with a verdict."""
    SOLVED = "solved"
    """Day of the first correct one."""
    SOLVED_AFTER = "solved after"
    """Attempts until then, that one among them."""
    MINUTES = "minutes"
    """From first opening the exercise until then, to two digits."""
    UNSOLVED = "unsolved"
    """Attempts of who has not solved it."""
    BEST = "best"
    """Best credit, in tenths."""
    LATEST = "latest"
    """Credit of the latest submission that counts, in tenths."""
    INTERNAL = "internal"
    """Submissions that we could not grade."""


Buckets = Counter[tuple[Kind, int]]
Key = tuple[int, str, Kind, int]
"""LMS course, exercise, kind, bucket."""


def buckets(row: Mapping[str, Any] | None) -> Buckets:
    """Where a learner stands, by a row of `progress` (None: nowhere)."""
    found: Buckets = Counter()
    if row is None:
        return found
    if row["internal_errors"]:
        found[Kind.INTERNAL, min(row["internal_errors"], MAX_ATTEMPTS)] = 1
    if row["first_at"] is None:
        return found
    found[Kind.BEGUN, day(row["first_at"])] = 1
    found[Kind.BEST, tenths(row["best_credit"])] = 1
    found[Kind.LATEST, tenths(row["latest_credit"])] = 1
    if row["solved_at"] is None:
        found[Kind.UNSOLVED, min(row["attempts"], MAX_ATTEMPTS)] = 1
    else:
        found[Kind.SOLVED, day(row["solved_at"])] = 1
        found[Kind.SOLVED_AFTER, min(row["solved_after"], MAX_ATTEMPTS)] = 1
        found[Kind.MINUTES, minutes(row["solved_at"] - row["opened_at"])] = 1
    return found


def day(seconds: float) -> int:
    """Days since 1970, UTC."""
    return math.floor(seconds / _DAY)


def tenths(credit: float | None) -> int:
    """0..10, or UNCOUNTED."""
    if credit is None:
        return UNCOUNTED
    return FULL if credit >= _ALL else max(0, math.floor(credit * 10 + 1e-9))


def minutes(seconds: float) -> int:
    """Minutes, rounded down to two digits: what pages show, and few enough to tally."""
    whole = max(0, math.floor(seconds / 60))
    step = 10 ** max(0, len(str(whole)) - 2)
    return whole // step * step


def move(where: Iterable[int], exercise: str, old: Buckets, new: Buckets) -> Counter[Key]:
    """What changes in these LMS courses when a learner goes from the old buckets to the new ones."""
    changes = Counter(new)
    changes.subtract(old)
    places = list(where)
    return Counter({(place, exercise, *key): change for key, change in changes.items() if change for place in places})


def add(connection: Connection, changes: Mapping[Key, int]) -> None:
    """Change tallies, always in the same order, so that no two transactions wait for one another."""
    rows = [
        {"lms_course_id": place, "exercise": exercise, "kind": kind.value, "bucket": bucket, "count": change}
        for (place, exercise, kind, bucket), change in sorted(changes.items())
        if change
    ]
    if rows:
        connection.execute(_ADD, rows)
