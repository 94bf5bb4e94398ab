import pytest

NUMBER = 271828
WORD = "okapi-604113"


pytestmark = [pytest.mark.reveal("diff")]


@pytest.mark.points(1)
def test_text(learner):
    """A text"""
    assert learner.text() == "short"


@pytest.mark.points(1)
def test_frame(learner):
    """A table"""
    import pandas as pd

    pd.testing.assert_frame_equal(learner.frame(), pd.DataFrame({"a": [1]}))


@pytest.mark.points(1)
def test_array(learner):
    """An array"""
    import numpy as np

    np.testing.assert_array_equal(learner.array(), np.zeros((1_000, 1_000)))


@pytest.mark.points(1)
def test_error(learner):
    """An error"""
    assert learner.fail() == 1


@pytest.mark.points(1)
def test_nested(learner):
    """Something nested"""
    assert learner.nested() == {"a": 1}
