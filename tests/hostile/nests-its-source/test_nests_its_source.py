import pytest

NUMBER = 271828
WORD = "okapi-604113"


import ast


@pytest.mark.points(1)
def test_calls(learner):
    """Twice a number"""
    assert learner.double(NUMBER) == 2 * NUMBER


@pytest.mark.points(1)
def test_source(learner):
    """Without a loop"""
    assert "return 2 * number" in learner.source("double")
    assert not any(isinstance(node, ast.For) for node in ast.walk(learner.tree("double")))
