import pytest

NUMBER = 271828
WORD = "okapi-604113"


@pytest.mark.points(1)
def test_looks(learner):
    """A function applied to each value"""
    secret = 2 * NUMBER

    def known(value):
        """The word is okapi-604113."""
        return value + (secret - 2 * NUMBER) + len(WORD)

    assert learner.apply(known, [1, 2, 3]) == [13, 14, 15]
