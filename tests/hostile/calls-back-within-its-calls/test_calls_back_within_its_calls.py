import pytest

NUMBER = 271828
WORD = "okapi-604113"


@pytest.mark.points(1)
def test_calls_each_other(learner):
    """Count down with each other"""

    def again(number):
        return number if number <= 0 else learner.count_down(again, number)

    assert learner.count_down(again, 3) == 0


@pytest.mark.points(1)
def test_is_steady(learner):
    """Steady"""
    assert learner.steady() == "steady"
