import pytest

NUMBER = 271828
WORD = "okapi-604113"


@pytest.mark.points(1)
def test_calls_a_function(learner):
    """Each value once"""
    assert learner.apply(lambda value: value, [NUMBER]) == [NUMBER]


@pytest.mark.points(1)
def test_calls_within_calls(learner):
    """A few calls within each other"""
    assert learner.call_deeper(lambda depth: learner.call_deeper(lambda deeper: deeper, depth), 2) == 0
