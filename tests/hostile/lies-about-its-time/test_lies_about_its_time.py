import pytest

NUMBER = 271828
WORD = "okapi-604113"


@pytest.mark.points(1)
def test_takes_little_time(learner):
    """Little time"""
    measured = learner.measure(learner.total, NUMBER)
    assert measured.value == NUMBER
    assert measured.seconds < 0.7
