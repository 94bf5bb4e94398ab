"""Random histories of a few LMS courses: launches, submissions, gradings and regrades; and what they come to, counted
in plain Python from what the store has of placements, submissions and gradings."""

import random
from collections import Counter
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import insert, select

from openjupyter_service.store import GradingState, Launches, People, Queue, Store, Submissions
from openjupyter_service.store.tables import gradings, placements, submissions

EXERCISES = [f"exercise-{number}" for number in range(4)]
COURSES = ["python", "other"]
CONTEXTS = [("campus", "1", "course-7"), ("campus", "1", "course-8"), ("campus", "1", "")]
TESTS = ["A mean", "A sum", "<b>Bold</b>"]
WORKER = "worker"


class Clock:
    def __init__(self) -> None:
        self.time = 1_800_000_000.0

    def __call__(self) -> float:
        return self.time


@dataclass
class History:
    """Things that happen, one after the other, as a seed wants them."""

    store: Store
    clock: Any
    seed: int
    learners: list[str] = field(default_factory=lambda: [f"learner-{number}" for number in range(6)])

    def __post_init__(self) -> None:
        self.random = random.Random(self.seed)
        self.launches, self.submissions, self.queue = (
            Launches(self.store),
            Submissions(self.store),
            Queue(self.store),
        )
        for name in self.learners:
            People(self.store).remember(name, f"Name of {name}", None)

    def go(self, steps: int) -> None:
        for _ in range(steps):
            self.clock.time += self.random.choice([1.0, 60.0, 5000.0, 90_000.0])
            self.random.choice([self.launch, self.submit, self.submit, self.grade, self.grade, self.regrade])()

    def launch(self) -> None:
        platform, deployment, context = self.random.choice(CONTEXTS)
        self.launches.record(
            platform=platform, deployment=deployment, context_id=context,
            resource_link_id=f"link-{self.random.randrange(3)}", learner=self.random.choice(self.learners),
            course=self.random.choice(COURSES), exercise=self.random.choice(EXERCISES),
            is_staff=self.random.random() < 0.15, context_title=self.random.choice(["", "A title", "Another"]),
            lineitem_url="https://lms.example/lineitem",
        )  # fmt: skip

    def submit(self) -> None:
        self.submissions.accept(
            learner=self.random.choice(self.learners), course=self.random.choice(COURSES),
            exercise=self.random.choice(EXERCISES), commit=None, notebook_path="a", files={"a": b"{}"},
        )  # fmt: skip

    def grade(self) -> None:
        claimed = self.queue.claim(WORKER, 60)
        if claimed is None:
            return
        if self.random.random() < 0.15:
            assert self.queue.fail(claimed.grading_id, WORKER, {"status": "internal error"})
            return
        score = self.random.choice([0.0, 0.25, 0.5, 0.99, 1.0])
        tests = [
            {"title": title, "outcome": self.random.choice(["passed", "failed", "error", "not run"])}
            for title in TESTS[: self.random.randrange(4)]
        ]
        status = "correct" if score == 1 else "wrong"
        report = {"status": status, "score": score, "max_points": 12.0, "tests": tests}
        late = self.random.choice([1.0, 1.0, 0.5, 0.0])
        assert self.queue.finish(claimed.grading_id, WORKER, report, score, {}, late_factor=late)

    def regrade(self) -> None:
        """Another grading for a submission that has one."""
        with self.store.write() as connection:
            ids = sorted(connection.scalars(select(submissions.c.id)))
            if ids:
                now = self.store.now()
                values = {"submission_id": self.random.choice(ids), "state": "queued", "attempts": 0}
                connection.execute(insert(gradings).values(**values, queued_at=now, available_at=now))


@dataclass
class Reached:
    """One learner at one exercise, in the order of their submissions."""

    opened_at: float
    times: list[float] = field(default_factory=list)
    statuses: list[str] = field(default_factory=list)
    credits: list[float | None] = field(default_factory=list)
    all_times: list[float] = field(default_factory=list)
    internal_errors: int = 0

    @property
    def solved(self) -> int | None:
        return self.statuses.index("correct") if "correct" in self.statuses else None


def reached(store: Store) -> dict[tuple[str, str, str], Reached]:
    """By learner, course and exercise."""
    with store.read() as connection:
        works = connection.execute(select(submissions).order_by(submissions.c.created_at, submissions.c.id)).all()
        ended = connection.execute(select(gradings).where(gradings.c.state.in_(["done", "failed"]))).all()
        places = connection.execute(select(placements)).all()
    found: dict[tuple[str, str, str], Reached] = {}
    for work in works:
        mine = sorted((each for each in ended if each.submission_id == work.id), key=lambda each: each.id)
        done = [each for each in mine if each.state == GradingState.DONE]
        if not mine:
            continue
        key = (work.learner, work.course, work.exercise)
        if key not in found:
            opened = [p.created_at for p in places if (p.learner, p.course, p.exercise) == key]
            found[key] = Reached(min([work.created_at, *opened]))
        one = found[key]
        one.all_times.append(work.created_at)
        if done:
            one.times.append(work.created_at)
            one.statuses.append(done[-1].status)
            one.credits.append(done[-1].credit)
        else:
            one.internal_errors += 1
    return found


def counted_tests(store: Store) -> dict[tuple[str, str, str], tuple[int, int]]:
    """Seen and failed, by course, exercise and title: of the last verdict on each submission."""
    with store.read() as connection:
        rows = connection.execute(
            select(submissions.c.course, submissions.c.exercise, gradings)
            .join_from(gradings, submissions)
            .where(gradings.c.state == "done")
            .order_by(gradings.c.id)
        ).all()
    seen: Counter[tuple[str, str, str]] = Counter()
    failed: Counter[tuple[str, str, str]] = Counter()
    for row in {row.submission_id: row for row in rows}.values():
        for test in row.report["tests"]:
            if test["outcome"] != "not run":
                key = (row.course, row.exercise, test["title"])
                seen[key] += 1
                failed[key] += test["outcome"] != "passed"
    return {key: (seen[key], failed[key]) for key in seen}


def learners_of(store: Store, context: tuple[str, str, str], course: str, link: str = "") -> set[str]:
    """Who is in an LMS course and has a placement for that course of ours, and is no staff by the last launch."""
    with store.read() as connection:
        rows = connection.execute(select(placements).order_by(placements.c.last_launched_at, placements.c.id)).all()
    here = [
        row
        for row in rows
        if (row.platform, row.deployment, row.context_id) == context
        and (row.context_id or row.resource_link_id == link)
    ]
    staff = {row.learner: row.is_staff for row in here}
    return {row.learner for row in here if row.course == course and not staff[row.learner]}
