import pytest

NUMBER = 271828
WORD = "okapi-604113"


def positive(value):
    assert value > 0


def never(value):
    if value < 0:
        pytest.fail("only positive values")


@pytest.mark.points(1)
def test_asserts_in_a_function(learner):
    """Each value as it is"""
    assert learner.apply(positive, [NUMBER, 2 * NUMBER]) == 2


@pytest.mark.points(1)
def test_fails_in_a_function(learner):
    """Each value as it is, once more"""
    assert learner.apply_aside(never, [NUMBER, 2 * NUMBER]) == 2
