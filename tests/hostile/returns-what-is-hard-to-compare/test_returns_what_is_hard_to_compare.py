import pytest

NUMBER = 271828
WORD = "okapi-604113"


EXPECTED = [f"row {n % 7} of the table, column {n % 11}, value {n * 104729 % 1000}" for n in range(300)]


@pytest.mark.points(1)
def test_text(learner):
    """A table as text"""
    assert learner.table() == "\n".join(EXPECTED)


@pytest.mark.points(1)
def test_rows(learner):
    """A table as a list"""
    assert learner.rows() == EXPECTED


@pytest.mark.points(1)
def test_mapping(learner):
    """A table as a dict"""
    assert learner.mapping() == {line: [line] for line in EXPECTED}


@pytest.mark.points(1)
def test_is_steady(learner):
    """Steady"""
    assert learner.steady() == "steady"
