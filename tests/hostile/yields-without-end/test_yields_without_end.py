import pytest

NUMBER = 271828
WORD = "okapi-604113"


@pytest.mark.points(1)
def test_goes_through_a_generator(learner):
    """A few numbers"""
    assert sum(learner.numbers()) == 3


@pytest.mark.points(1)
def test_length(learner):
    """A length"""
    assert len(learner.make()) == 3


@pytest.mark.points(1)
def test_member(learner):
    """A member"""
    assert NUMBER in learner.make()


@pytest.mark.points(1)
def test_is_steady(learner):
    """Steady"""
    assert learner.steady() == "steady"
