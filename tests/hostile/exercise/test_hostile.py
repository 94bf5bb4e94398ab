"""What every hostile notebook is tested with. Neither the number nor the word must come back in a report for learners;
the word never leaves this file, so that no notebook can ever have seen it: okapi-604113."""

import pytest

NUMBER = 271828
WORD = "okapi-604113"


@pytest.mark.points(1)
@pytest.mark.hint("Twice the number.")
def test_double(learner):
    """Twice a number"""
    wanted = 2 * NUMBER
    assert learner.double(NUMBER) == wanted


@pytest.mark.points(1)
def test_steady(learner):
    """A function that harms nobody"""
    assert learner.steady() == "steady"
