"""The benchmark of the outbox on a small scale, with short pauses; and that it sees what is wrong."""

import pytest

from openjupyter_service.grading import passback
from tests.benchmarks import outbox
from tests.benchmarks.passback.site import Learner

LEARNERS = [Learner(0, 0.25), Learner(1, 0.5)]
ARRIVED = [["outcomes", "result <0>", 0.25], ["exercise-1", "person-1", 0.5]]


@pytest.mark.parametrize(
    ("scores", "right"),
    [
        (ARRIVED, 2),
        (ARRIVED[:1], 1),
        ([ARRIVED[0], ["exercise-1", "person-1", 0.4]], 1),
        ([ARRIVED[0], ["exercise-2", "person-1", 0.5]], 1),
        ([], 0),
    ],
    ids=["all", "one lost", "one too low", "another column", "none"],
)
def test_only_the_best_score_in_its_own_column_is_right(scores: list[list[object]], right: int) -> None:
    assert outbox._right({"scores": scores}, LEARNERS) == right


def test_all_arrive_although_the_lms_fails_and_is_killed(monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in {"ROWS": 60, "AGAIN": 10, "DOWN_SECONDS": 0.1}.items():
        monkeypatch.setattr(outbox, name, value)
    monkeypatch.setattr(passback, "FIRST_DELAY_SECONDS", 0.05)
    told: list[str] = []
    figures = {figure.name: figure for figure in outbox.measure(told.append)}
    right = figures["final grades that are right"]
    assert right.value == 50
    assert right.baseline is not None and right.baseline < 50
    assert sum("is killed" in line for line in told) == 2
