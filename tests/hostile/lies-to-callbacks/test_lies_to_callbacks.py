import pytest

NUMBER = 271828
WORD = "okapi-604113"


@pytest.mark.points(1)
def test_what_a_function_was_given(learner):
    """Called with each value"""
    seen = []
    learner.apply(seen.append, [NUMBER, 7])
    assert seen == [NUMBER, 7]


@pytest.mark.points(1)
def test_what_fields_a_function_was_given(learner):
    """Called with the fields"""
    seen = []
    learner.apply_fields(seen.append, [NUMBER])
    assert seen == [{"number": NUMBER}]
