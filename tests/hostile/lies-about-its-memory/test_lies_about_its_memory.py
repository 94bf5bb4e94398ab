import pytest

NUMBER = 271828
WORD = "okapi-604113"


@pytest.mark.points(1)
def test_takes_little_memory(learner):
    """Little memory"""
    measured = learner.measure(learner.total, NUMBER)
    assert measured.value == NUMBER
    assert measured.peak_bytes is None or measured.peak_bytes < 20 * 2**20
