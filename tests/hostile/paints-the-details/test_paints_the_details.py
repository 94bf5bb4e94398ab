import pytest

NUMBER = 271828
WORD = "okapi-604113"


pytestmark = [pytest.mark.reveal("diff")]


@pytest.mark.points(1)
def test_text(learner):
    """A text"""
    assert learner.text("a") == "plain"


@pytest.mark.points(1)
def test_error(learner):
    """An error"""
    assert learner.fail("a") == "plain"


@pytest.mark.points(1)
def test_thing(learner):
    """A thing"""
    assert learner.thing("a") == ["plain"]
