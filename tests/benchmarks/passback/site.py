"""A store full of scores that wait, for learners of two LMS courses, one of each version of LTI."""

import random
from dataclasses import dataclass, field
from pathlib import Path

from openjupyter_service.grading.deliveries import Deliveries
from openjupyter_service.grading.outbound import Outbound
from openjupyter_service.platforms import Platform11, Platform13
from openjupyter_service.report import Report, Status
from openjupyter_service.store import Launches, Outbox, Platforms, Queue, SecretBox, Store, Submissions, ToolKeys

COURSE = "python"
EXERCISES = 10
"""Links of the LMS course that speaks LTI 1.3: as many columns are made."""
WORKER = "benchmark"


@dataclass
class Learner:
    """One person with one launch, and the score that must stand in the gradebook in the end."""

    number: int
    score: float = 0.0
    is_13: bool = field(init=False)

    def __post_init__(self) -> None:
        """Every other one comes by LTI 1.3."""
        self.is_13 = self.number % 2 == 1

    @property
    def exercise(self) -> str:
        """Name of the exercise, which is also the id of its link."""
        return f"exercise-{self.number % EXERCISES}"

    @property
    def place(self) -> tuple[str, str]:
        """Where the LMS keeps the score: column and person."""
        return (self.exercise, f"person-{self.number}") if self.is_13 else ("outcomes", f"result <{self.number}>")


class Site:
    """The store and what sends from it to an LMS at `url`."""

    def __init__(self, folder: Path, url: str) -> None:
        self._random = random.Random(7)
        self.store = Store(f"sqlite:///{folder / 'openjupyter.sqlite'}")
        self.store.upgrade()
        self.outbox = Outbox(self.store)
        self.url = url
        self._launches, self._submissions, self._queue = (
            Launches(self.store),
            Submissions(self.store),
            Queue(self.store),
        )
        box = SecretBox(b"k" * 32)
        old = Platform11(name="one-one", consumer_key="key", secret="secret", private_network=True)
        new = Platform13(
            name="one-three",
            issuer=url,
            client_id="client",
            deployments=("1",),
            authorization_url=f"{url}/authorize",
            token_url=f"{url}/token",
            jwks_url=f"{url}/keys",
            private_network=True,
        )
        platforms = Platforms(self.store, box, [old, new])
        self.deliveries = Deliveries(platforms, ToolKeys(self.store, box), self._launches, Outbound())

    def launch(self, learner: Learner) -> None:
        """Their launch."""
        service = (
            {"lineitems_url": f"{self.url}/columns", "scopes": ["score", "lineitem"]}
            if learner.is_13
            else {"outcome_url": f"{self.url}/outcomes", "sourcedid": learner.place[1]}
        )
        self._launches.record(
            platform="one-three" if learner.is_13 else "one-one",
            deployment="1" if learner.is_13 else "",
            context_id="course-7",
            resource_link_id=learner.exercise,
            learner=f"learner-{learner.number}",
            course=COURSE,
            exercise=learner.exercise,
            subject=f"person-{learner.number}",
            resource_title=learner.exercise,
            **service,  # type: ignore[arg-type]
        )

    def grade(self, learner: Learner) -> None:
        """A submission of theirs, better or worse than the last, is graded; the best counts."""
        score = self._random.randrange(0, 10_001) / 10_000
        self._submissions.accept(
            learner=f"learner-{learner.number}",
            course=COURSE,
            exercise=learner.exercise,
            commit=None,
            notebook_path="n.ipynb",
            files={"n.ipynb": b"{}"},
        )
        claimed = self._queue.claim(WORKER, 60)
        assert claimed is not None
        report = Report(status=Status.WRONG, score=score, points=10 * score, max_points=10).model_dump(mode="json")
        assert self._queue.finish(claimed.grading_id, WORKER, report, score, {})
        learner.score = max(learner.score, score)
