import pytest

NUMBER = 271828
WORD = "okapi-604113"


@pytest.mark.points(1)
def test_calls_from_processes(learner):
    """A function applied to each value"""
    assert learner.apply(lambda value: value, [1, 2, 3, 4]) == [NUMBER]


@pytest.mark.points(1)
def test_is_steady(learner):
    """Steady"""
    assert learner.steady() == "steady"
