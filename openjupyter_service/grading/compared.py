"""What a regrade would change: for learners, for the statuses of submissions, and test by test."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from typing import Any

from openjupyter_service.report import Outcome as TestOutcome
from openjupyter_service.store.records import Counts, RegradeChange
from openjupyter_service.store.regraded import Work, differ, is_less, outcome

MAX_TESTS = 20
"""Those that changed most."""
MAX_FAULTS = 3


@dataclass(frozen=True)
class LearnerChange:
    """What counts for a learner, 0..1; None when nothing does."""

    learner: str
    """Hub username."""
    before: float | None
    after: float | None
    graded: float | None
    """What would count if nobody were spared."""
    places: int = 0
    """So many links in LMSes take this score."""
    failed: int = 0
    """Submissions that could not be graded anew by our fault: they keep the grading that they have."""

    @property
    def gains(self) -> bool:
        """Does more count than before?"""
        return is_less(self.before, self.after)

    @property
    def loses(self) -> bool:
        """Does less count than before?"""
        return is_less(self.after, self.before)

    @property
    def is_spared(self) -> bool:
        """Is something kept that the new tests would have lowered?"""
        return is_less(self.graded, self.after)


@dataclass(frozen=True)
class StatusChange:
    """So many submissions whose report has another status than before."""

    before: str | None
    """None: there was no grading that came to an end."""
    after: str | None
    count: int


@dataclass
class TestChange:
    """How one test ends for the submissions that have been compared."""

    __test__ = False

    title: str
    passed_before: int | None = None
    """None: the test is new."""
    passed_after: int | None = None
    """None: the test is gone."""
    better: int = 0
    """So many submissions get a larger share of its points."""
    worse: int = 0


@dataclass(frozen=True)
class Comparison:
    """All of it. Of a regrade that was applied it tells what has changed."""

    learners: list[LearnerChange]
    statuses: list[StatusChange] = field(default_factory=list)
    tests: list[TestChange] = field(default_factory=list)
    compared: int = 0
    """Submissions that have a report from before and a new one."""
    faults: list[tuple[str, int]] = field(default_factory=list)
    """Why submissions could not be graded anew, and how many, most first; it may tell of hidden tests and of paths."""

    @property
    def gains(self) -> list[LearnerChange]:
        """Who gains, most first."""
        return sorted((each for each in self.learners if each.gains), key=_size, reverse=True)

    @property
    def losses(self) -> list[LearnerChange]:
        """Who loses, most first."""
        return sorted((each for each in self.learners if each.loses), key=_size, reverse=True)

    @property
    def unchanged(self) -> list[LearnerChange]:
        """For whom the same counts as before."""
        return [each for each in self.learners if not differ(each.before, each.after)]

    @property
    def spared(self) -> list[LearnerChange]:
        """Who keeps what the new tests would have lowered."""
        return [each for each in self.learners if each.is_spared]

    @property
    def failed(self) -> list[LearnerChange]:
        """Of whom a submission could not be graded anew."""
        return [each for each in self.learners if each.failed]

    def summary(self) -> dict[str, Any]:
        """What is kept of it when it is applied: statuses and tests, nobody's name."""
        return {
            "compared": self.compared,
            "statuses": [asdict(each) for each in self.statuses],
            "tests": [asdict(each) for each in self.tests],
        }


def compare(
    learners: Iterable[tuple[str, list[Work]]],
    reports: Iterable[tuple[Mapping[str, Any], Mapping[str, Any]]],
    failures: Sequence[tuple[str, str]],
    places: Mapping[str, int],
    counts: Counts,
    never_lower: bool,
) -> Comparison:
    """Compare what counts with what would.

    Args:
        learners: each with all their submissions.
        reports: pairs of a report that counts and the one of its trial.
        failures: learner and reason of each trial that was given up.
        places: how many links take a learner's score, by hub username.
        counts: which of a learner's scores counts.
        never_lower: whoever would lose keeps what they have.
    """
    changes: list[LearnerChange] = []
    statuses: Counter[tuple[str | None, str | None]] = Counter()
    failed = Counter(learner for learner, _ in failures)
    for learner, works in learners:
        found = outcome(works, counts, never_lower)
        changes.append(
            LearnerChange(learner, found.before, found.after, found.graded, places.get(learner, 0), failed[learner])
        )
        for work in works:
            if work.is_regraded and work.trial is not None:
                statuses[work.now.status if work.now is not None else None, work.trial.status] += 1
    changed = [StatusChange(*pair, count) for pair, count in statuses.most_common() if pair[0] != pair[1]]
    compared, tests = _tests(reports)
    return Comparison(changes, changed, tests, compared, _faults(failures))


def compared_when_applied(
    changes: Iterable[RegradeChange],
    summary: Mapping[str, Any],
    failures: Sequence[tuple[str, str]],
    places: Mapping[str, int],
) -> Comparison:
    """What an applied regrade has changed, by what was kept of it."""
    failed = Counter(learner for learner, _ in failures)
    return Comparison(
        [
            LearnerChange(
                each.learner, each.before, each.after, each.graded, places.get(each.learner, 0), failed[each.learner]
            )
            for each in changes
        ],
        [StatusChange(**each) for each in summary.get("statuses", [])],
        [TestChange(**each) for each in summary.get("tests", [])],
        summary.get("compared", 0),
        _faults(failures),
    )


def _faults(failures: Sequence[tuple[str, str]]) -> list[tuple[str, int]]:
    return Counter(why for _, why in failures).most_common(MAX_FAULTS)


def _tests(reports: Iterable[tuple[Mapping[str, Any], Mapping[str, Any]]]) -> tuple[int, list[TestChange]]:
    """How many pairs there are, and the tests that changed, most changed first."""
    found: dict[str, TestChange] = {}
    compared = 0
    for now, trial in reports:
        compared += 1
        before, after = _by_id(now), _by_id(trial)
        for number, test in {**before, **after}.items():
            each = found.setdefault(number, TestChange(test["title"]))
            each.title = test["title"]
            if number in before:
                each.passed_before = (each.passed_before or 0) + _passed(before[number])
            if number in after:
                each.passed_after = (each.passed_after or 0) + _passed(after[number])
            if number in before and number in after:
                each.better += is_less(_share(before[number]), _share(after[number]))
                each.worse += is_less(_share(after[number]), _share(before[number]))
    changed = [
        each
        for each in found.values()
        if each.better or each.worse or each.passed_before is None or each.passed_after is None
    ]
    changed.sort(key=lambda each: -(each.better + each.worse))
    return compared, changed[:MAX_TESTS]


def _by_id(report: Mapping[str, Any]) -> dict[str, Mapping[str, Any]]:
    """Tests by id; those of reports that have none by their titles."""
    return {test.get("id") or test["title"]: test for test in report.get("tests", [])}


def _passed(test: Mapping[str, Any]) -> int:
    return int(test["outcome"] == TestOutcome.PASSED)


def _share(test: Mapping[str, Any]) -> float:
    return float(test["points"] / test["max_points"]) if test["max_points"] else float(_passed(test))


def _size(change: LearnerChange) -> tuple[float, str]:
    return abs((change.after or 0.0) - (change.before or 0.0)), change.learner
