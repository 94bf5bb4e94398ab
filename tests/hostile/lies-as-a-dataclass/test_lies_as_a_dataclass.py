import pytest

NUMBER = 271828
WORD = "okapi-604113"


@pytest.mark.points(1)
def test_dataclass(learner):
    """A point"""
    assert learner.point(NUMBER, 2) == {"x": NUMBER, "y": 2}


@pytest.mark.points(1)
def test_named_tuple(learner):
    """A pair"""
    assert learner.pair(NUMBER, 2) == (NUMBER, 2)


@pytest.mark.points(1)
def test_member(learner):
    """A colour"""
    assert learner.colour(NUMBER) == NUMBER
