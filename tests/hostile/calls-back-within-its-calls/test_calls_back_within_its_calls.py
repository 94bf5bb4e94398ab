import pytest

NUMBER = 271828
WORD = "okapi-604113"


@pytest.mark.points(1)
def test_calls_each_other(learner):
    """Called by each other"""

    def again(value):
        return learner.apply(again, value)

    assert learner.apply(again, NUMBER) == NUMBER


@pytest.mark.points(1)
def test_is_steady(learner):
    """Steady"""
    assert learner.steady() == "steady"
