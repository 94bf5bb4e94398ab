import pytest

NUMBER = 271828
WORD = "okapi-604113"


@pytest.mark.points(1)
def test_random_input(learner, rng):
    """Any values"""
    values = [rng.randrange(10**9) for _ in range(101)]
    assert learner.middle(values) == sorted(values)[50]


@pytest.mark.points(1)
def test_drawn_in_secret(learner, rng):
    """Nobody can know it"""
    assert rng.random() in learner.guess()
