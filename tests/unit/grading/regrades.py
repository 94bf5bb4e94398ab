"""A class that has handed in, and a regrade of what they did: steps of tests about regrades."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from openjupyter_service.grading.regrade import Regrading
from openjupyter_service.grading.submit import submit
from openjupyter_service.report import Report, Status, TestResult, internal_error
from openjupyter_service.store import Counts, Queue, Regrade, Trials
from tests.unit.grading.course import CourseSite


def report(*passed: bool, titles: tuple[str, ...] = ("adds", "divides", "rounds", "sorts")) -> Report:
    """A report with one test a value, each worth a point."""
    tests = [
        TestResult(
            id=f"id-{title}", title=title, outcome="passed" if each else "failed", points=int(each), max_points=1
        )  # type: ignore[arg-type]
        for each, title in zip(passed, titles, strict=False)
    ]
    return Report(
        status=Status.CORRECT if all(passed) else Status.WRONG,
        score=sum(passed) / len(passed),
        points=sum(passed),
        max_points=len(passed),
        tests=tests,
    )


@dataclass
class Class:
    """Learners by name; the scores go to moodle."""

    site: CourseSite
    numbers: dict[str, list[str]] = field(default_factory=dict)

    @property
    def regrading(self) -> Regrading:
        return Regrading(self.site.settings, self.site.store)

    @property
    def trials(self) -> Trials:
        return Trials(self.site.store)

    def hands_in(self, learner: str, given: Report | None, late_factor: float = 1.0) -> str:
        """A launch and a submission that is graded at once; None = it fails."""
        self.site.launch(learner, url="https://lms.example/outcome")
        number = submit(self.site.courses, self.site.submissions, learner, self.site.body()).id
        self.numbers.setdefault(learner, []).append(number)
        queue = Queue(self.site.store)
        claimed = queue.claim("w", 60)
        assert claimed is not None and claimed.submission_id == number
        if given is None:
            assert queue.fail(claimed.grading_id, "w", internal_error("no engine").model_dump(mode="json"))
        else:
            dumped = given.model_dump(mode="json")
            assert queue.finish(
                claimed.grading_id, "w", dumped, given.score, {}, late_factor=late_factor, counts=Counts.BEST
            )
        return number

    def all_arrive(self) -> None:
        for item in self.site.outbox.due(4e9, 1000):
            self.site.outbox.sent(item.id, 1.0)

    def begins(self) -> Regrade:
        return self.regrading.begin("python", "means")

    def grades(self, given: Mapping[str, Report | None]) -> None:
        """Grade all trials, as the workers would: a report by submission; None = it fails."""
        while (claimed := self.trials.claim("w", 60)) is not None:
            found = given[claimed.submission_id]
            if found is None:
                assert self.trials.fail(
                    claimed.grading_id, "w", internal_error("no engine\nfor [a] while").model_dump(mode="json")
                )
            else:
                assert self.trials.finish(claimed.grading_id, "w", found.model_dump(mode="json"), found.score, {})

    def pending(self) -> dict[str, float]:
        return {item.learner: item.score for item in self.site.outbox.due(4e9, 1000)}

    def score(self, number: str) -> Any:
        found = self.site.submissions.get(number)
        assert found is not None
        return found.score
