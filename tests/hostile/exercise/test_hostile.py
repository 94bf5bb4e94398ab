"""What every hostile notebook is tested with. The number must never come back in a report for learners."""

import pytest

NUMBER = 271828


@pytest.mark.points(1)
@pytest.mark.hint("Twice the number.")
def test_double(learner):
    """Twice a number"""
    assert learner.double(NUMBER) == 2 * NUMBER


@pytest.mark.points(1)
def test_steady(learner):
    """A function that harms nobody"""
    assert learner.steady() == "steady"
