"""A course with many learners, exercises and submissions, written into a store in bulk, as launches and gradings would
leave it; then everything is counted by the store's own rebuild."""

import hashlib
import json
import random
import sqlite3
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from pydantic import SecretStr

from openjupyter_service.courses import Course
from openjupyter_service.platforms import Platform11
from openjupyter_service.settings import Settings
from openjupyter_service.store.engine import Store

COURSE, PLATFORM, CONTEXT, TEACHER = "python", "campus", "course-1", "teacher"
BEGIN = 1_700_000_000.0
DAY = 86400.0
FULL_REPORTS = 1_000
"""Learners whose newest submissions have a whole report; all others have a short one, with two tests."""
FAULTY = 2_000
"""One of so many gradings was given up."""
REFUSED = 1_000
"""One of so many scores was refused by the LMS."""
_BATCH = 50_000
TITLES = ("The mean of a list", "An empty list")
FIRST_NAMES = ("Ada", "Björn", "Chloé", "Deniz", "Émile", "Fatma", "Güneş", "Ida", "Jürgen", "Zoë")
LAST_NAMES = ("Öztürk", "Meyer", "García", "Nowak", "Ångström", "Şahin", "Lovelace", "Noether", "Turing", "Weiß")


def settings(folder: Path, exercises: int) -> Settings:
    """A site with one course of so many exercises."""
    for number in range(exercises):
        home = folder / "private" / exercise(number)
        home.mkdir(parents=True)
        (home / "exercise.toml").write_text(f'title = "Exercise {number}: lists and numbers"\n')
    return Settings(
        data_dir=folder,
        platforms=[Platform11(name=PLATFORM, consumer_key="key", secret=SecretStr("a secret"))],
        courses=[Course(name=COURSE, repository=folder / "course.git", private=folder / "private")],
    )


def exercise(number: int) -> str:
    """Name of an exercise."""
    return f"exercise-{number:02}"


def learner(number: int) -> str:
    """A hub name, as long as those that launches make."""
    return f"u{hashlib.sha256(str(number).encode()).hexdigest()[:19]}"


def seed(store: Store, path: Path, learners: int, exercises: int, submissions: int, say: Callable[[str], None]) -> None:
    """Fill the store's tables; `store` is up to date and its file is `path`."""
    store.close()
    database = sqlite3.connect(path, isolation_level=None)
    database.execute("PRAGMA journal_mode = OFF")
    database.execute("PRAGMA synchronous = OFF")
    database.execute("PRAGMA cache_size = -400000")
    # Indexes are made at the end: sorting once is faster than finding the place of each row.
    indexes = [
        (name, text)
        for name, text in database.execute(
            "SELECT name, sql FROM sqlite_master WHERE type = 'index' AND sql IS NOT NULL "
            "AND tbl_name IN ('submissions', 'gradings', 'placements', 'outbox')"
        )
    ]
    database.execute("BEGIN")
    for name, _ in indexes:
        database.execute(f"DROP INDEX {name}")
    _people(database, learners, exercises)
    rows = _histories(learners, exercises, submissions)
    done = 0
    while batch := [row for row, _ in zip(rows, range(_BATCH), strict=False)]:
        _write(database, batch)
        done += len(batch)
        if done % 1_000_000 < _BATCH:
            say(f"{done} submissions are written")
    for _, text in indexes:
        database.execute(text)
    database.execute("COMMIT")
    database.close()
    say("everything is counted …")
    store.rebuild()


def _people(database: sqlite3.Connection, learners: int, exercises: int) -> None:
    names = random.Random(1)
    database.executemany(
        "INSERT INTO people (learner, display_name, locale, updated_at) VALUES (?, ?, 'de', ?)",
        ((learner(n), f"{names.choice(FIRST_NAMES)} {names.choice(LAST_NAMES)} {n}", BEGIN) for n in range(learners)),
    )
    placement = (
        "INSERT INTO placements (platform, deployment, context_id, resource_link_id, learner, course, exercise, "
        "subject, is_staff, outcome_url, sourcedid, context_title, resource_title, created_at, last_launched_at) "
        f"VALUES ('{PLATFORM}', '', '{CONTEXT}', ?, ?, '{COURSE}', ?, '', ?, 'https://lms.example/outcomes', ?, "
        "'Programming', ?, ?, ?)"
    )
    database.executemany(
        placement,
        (
            (exercise(e), learner(n), exercise(e), 0, f"row-{n}-{e}", exercise(e), _opened(n, e), _opened(n, e))
            for n in range(learners)
            for e in range(exercises)
        ),
    )
    database.execute(placement, (exercise(0), TEACHER, exercise(0), 1, None, exercise(0), BEGIN, BEGIN))


def _opened(number: int, of: int) -> float:
    return BEGIN + 3 * DAY * of + number * 7919 % 1_000_000


Row = tuple[str, str, str, float, str, str, str, float | None]
"""Submission, learner, exercise, time, state, report, status, score."""


def _histories(learners: int, exercises: int, submissions: int) -> Iterator[Row]:
    draw = random.Random(2)
    short = {
        (status, tenth): _short(status, tenth / 10)
        for status, tenth in [("correct", 10), *(("wrong", tenth) for tenth in range(10))]
    }
    count = 0
    for number in range(learners):
        who, ability = learner(number), draw.random()
        for of in range(exercises):
            name, at = exercise(of), _opened(number, of) + 300
            hard = 0.02 + 0.6 * ability * (1 - of / exercises / 1.2)
            score = 0.0
            for attempt in range(submissions):
                count += 1
                at += 600 + draw.random() * 5000
                score = 1.0 if score == 1.0 or draw.random() < hard else draw.randrange(10) / 10
                status, state = ("correct" if score == 1.0 else "wrong"), "done"
                report = short[status, round(score * 10)]
                if number < FULL_REPORTS and attempt == submissions - 1:
                    report = _whole(status, score)
                if count % FAULTY == 0:
                    state, status, report = "failed", "internal error", _fault()
                kept = score if state == "done" else None
                yield f"{count:012x}{count * 2654435761 % 2**80:020x}", who, name, at, state, report, status, kept


def _write(database: sqlite3.Connection, rows: list[Row]) -> None:
    database.executemany(
        "INSERT INTO submissions (id, learner, course, exercise, notebook_path, created_at) "
        f"VALUES (?, ?, '{COURSE}', ?, ?, ?)",
        ((number, who, of, f"{of}/{of}.ipynb", at) for number, who, of, at, *_ in rows),
    )
    first = database.execute("SELECT coalesce(max(id), 0) + 1 FROM gradings").fetchone()[0]
    database.executemany(
        "INSERT INTO gradings (id, submission_id, state, attempts, queued_at, available_at, started_at, finished_at, "
        "report, status, score, credit) VALUES (?, ?, ?, 1, ?, ?, ?, ?, ?, ?, ?, ?)",
        (
            (first + n, number, state, at, at, at + 1, at + 2, report, status, score, score)
            for n, (number, _, _, at, state, report, status, score) in enumerate(rows)
        ),
    )
    # One score of each learner and exercise has gone to the LMS: that of the last submission.
    last = {(who, of): (first + n, at, score) for n, (_, who, of, at, *_, score) in enumerate(rows) if score}
    database.executemany(
        "INSERT INTO outbox (grading_id, placement_id, score, state, attempts, next_attempt_at, last_error, created_at)"
        " SELECT ?, id, ?, ?, 1, ?, ?, ? FROM placements WHERE platform = ? AND deployment = '' AND context_id = ? "
        "AND resource_link_id = ? AND learner = ?",
        (
            (
                grading, score, *(("failed", at, "HTTP 403") if n % REFUSED == 0 else ("sent", at, None)), at,
                PLATFORM, CONTEXT, of, who,
            )
            for n, ((who, of), (grading, at, score)) in enumerate(last.items())
        ),
    )  # fmt: skip


def _short(status: str, score: float) -> str:
    outcomes = [score > 0, score == 1.0]
    tests = [
        {"title": title, "outcome": "passed" if passed else "failed", "points": 3 * passed, "max_points": 3}
        for title, passed in zip(TITLES, outcomes, strict=True)
    ]
    report = {"status": status, "score": score, "points": 6 * score, "max_points": 6, "tests": tests}
    return json.dumps(report, separators=(",", ":"))


def _whole(status: str, score: float) -> str:
    report: dict[str, Any] = json.loads(_short(status, score))
    for number, test in enumerate(report["tests"]):
        test |= {"id": f"t{number}", "message": "Not passed. `mean(...)` did not give what this test expects.",
                 "hint": "What is the mean of an empty list?", "seconds": 0.1}  # fmt: skip
    report["usage"] = {"notebook_seconds": 0.2, "tests_seconds": 0.3, "cpu_seconds": 0.4, "peak_memory_bytes": 10**8}
    text = "def test_mean(learner):\n>   assert learner.mean([1, 3]) == 2\nE   assert 3 == 2\n" * 5
    tests = {f"t{number}": {"name": f"test_{number}", "sealed": True, "text": text} for number in range(len(TITLES))}
    report["staff"] = {"tests": tests, "traceback": "", "fault": ""}
    return json.dumps(report)


def _fault() -> str:
    staff = {"tests": {}, "traceback": "", "fault": "the sandbox ended before it was ready"}
    return json.dumps({"status": "internal error", "score": None, "points": 0, "max_points": 0, "staff": staff})
