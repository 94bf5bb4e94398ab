import pytest

NUMBER = 271828
WORD = "okapi-604113"


@pytest.mark.points(1)
@pytest.mark.in_kernel
@pytest.mark.hint("okapi-604113 is the word.")
def test_inside(learner):
    """Tested in the kernel"""
    assert learner.double(4) == 8


@pytest.mark.points(1)
def test_sealed(learner):
    """Twice a number"""
    assert learner.double(NUMBER) == 2 * NUMBER, WORD
