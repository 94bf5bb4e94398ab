import pytest

NUMBER = 271828
WORD = "okapi-604113"


@pytest.mark.points(1)
def test_applies_a_function(learner):
    """A function applied to a value"""
    assert learner.apply(lambda value: value, "word") == "word"


@pytest.mark.points(1)
def test_is_steady(learner):
    """Steady"""
    assert learner.steady() == "steady"
