import pytest

NUMBER = 271828
WORD = "okapi-604113"


@pytest.mark.points(1)
@pytest.mark.parametrize("start", [0])
def test_any_value(learner, start):
    """Whatever comes can be looked at"""
    for number in range(start, 21):
        try:
            value = learner.double(number)
            assert value != NUMBER
            assert len(repr(value)) > 0
        except (AssertionError, ValueError, OverflowError, TypeError):
            pass


@pytest.mark.points(1)
def test_is_steady(learner):
    """Steady"""
    assert learner.steady() == "steady"
