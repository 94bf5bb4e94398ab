import pytest

NUMBER = 271828
WORD = "okapi-604113"


@pytest.mark.points(1)
def test_calls_from_threads(learner):
    """A function applied to each value"""
    assert learner.apply(lambda value: value + NUMBER, list(range(200))) == [NUMBER + n for n in range(200)]
