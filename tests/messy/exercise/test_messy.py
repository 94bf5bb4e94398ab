"""What every messy notebook is tested with. Each test is plain statements on `learner.NAME`, so that other tools' tests
can be made of it by leaving `learner.` out."""

import pandas
import pytest


@pytest.mark.points(2)
def test_mean(learner):
    """The mean of numbers"""
    assert learner.mean([1, 2, 3, 4]) == 2.5
    assert isinstance(learner.mean([2, 4]), float)


@pytest.mark.points(1)
def test_is_even(learner):
    """Even and odd numbers"""
    assert learner.is_even(4) is True
    assert learner.is_even(7) is False


@pytest.mark.points(1)
def test_largest(learner):
    """The largest number"""
    assert learner.largest([3, 9, 4]) == 9
    assert type(learner.largest([-5, -2])) is int


@pytest.mark.points(1)
def test_count_words(learner):
    """How often each word comes"""
    assert learner.count_words("tea and tea") == {"tea": 2, "and": 1}
    assert learner.count_words("") == {}


@pytest.mark.points(1)
def test_passed(learner):
    """Who has passed"""
    assert [value is True for value in learner.passed([40, 75, 50])] == [False, True, True]


@pytest.mark.points(2)
def test_total_by_city(learner):
    """Sales by city"""
    sales = pandas.DataFrame({"city": ["Rome", "Oslo", "Rome"], "sold": [3, 4, 5]})
    totals = learner.total_by_city(sales)
    assert list(totals.index) == ["Oslo", "Rome"]
    assert list(totals) == [4, 8]


@pytest.mark.points(1)
def test_greet(learner):
    """A printed greeting"""
    learner.greet("Ada")
    assert learner.printed().splitlines()[-1] == "Hello, Ada!"
    assert "Hello, Ada!" in learner.printed()


@pytest.mark.points(1)
def test_factorial(learner):
    """Factorials"""
    assert [learner.factorial(n) for n in range(6)] == [1, 1, 2, 6, 24, 120]
