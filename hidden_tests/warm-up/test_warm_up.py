"""Hidden tests of the warm-up: functions on lists, dictionaries and text."""

from typing import Any

import numpy as np
import pytest


def as_list(value: Any) -> list[Any]:
    """Accept what works like a list: a list, a tuple or a numpy array."""
    assert isinstance(value, list | tuple | np.ndarray), "The function should return a list."
    return value.tolist() if isinstance(value, np.ndarray) else list(value)


def as_dict(value: Any) -> dict[Any, Any]:
    """Accept a dictionary, or a relative of it (Counter, defaultdict) that stayed behind a handle."""
    is_mapping = isinstance(value, dict) or getattr(value, "type_name", "") in ("Counter", "defaultdict", "OrderedDict")
    assert is_mapping, "The function should return a dictionary."
    return {key: value[key] for key in value}


@pytest.mark.points(1)
@pytest.mark.hint("The mean is the sum divided by how many numbers there are. Does your function return it?")
def test_mean(learner: Any) -> None:
    """The mean of several numbers"""
    assert learner.mean([4, 8, 6, 3]) == pytest.approx(5.25)
    assert learner.mean([-2.5, 2.5]) == pytest.approx(0)
    assert learner.mean([7]) == pytest.approx(7)


@pytest.mark.points(1)
@pytest.mark.hint("An empty list has no mean. Which kind of error does the task ask for?")
def test_mean_of_empty_list(learner: Any) -> None:
    """The mean of an empty list is an error"""
    with pytest.raises(ValueError):
        learner.mean([])


@pytest.mark.points(1)
@pytest.mark.hint("Follow the table in the task by hand: what do you have to remember from one hour to the next?")
def test_running_maximum(learner: Any) -> None:
    """The running maximum of rising and falling values"""
    assert as_list(learner.running_maximum([2, 9, 4, 9, 11, 0])) == [2, 9, 9, 9, 11, 11]
    assert as_list(learner.running_maximum([5.5, 5.25])) == [5.5, 5.5]


@pytest.mark.points(1)
@pytest.mark.hint("What is the highest value before the first hour? Try a week of frost, and a list without any hours.")
def test_running_maximum_below_zero_and_empty(learner: Any) -> None:
    """The running maximum of a cold week and of an empty list"""
    assert as_list(learner.running_maximum([-7, -9, -3, -5])) == [-7, -7, -3, -3]
    assert as_list(learner.running_maximum([])) == []


@pytest.mark.points(2)
@pytest.mark.hint(
    "The smallest value becomes 0, the largest 1. Check the brackets in your formula, with values below zero too."
)
def test_normalise(learner: Any) -> None:
    """Scaling spreads the values from 0 to 1"""
    assert as_list(learner.normalise([3, 11, 5])) == pytest.approx([0, 1, 0.25])
    assert as_list(learner.normalise([-8, -4, -6, 0])) == pytest.approx([0, 0.5, 0.25, 1])
    unchanged = learner.run("given = [3, 11, 5]\nnormalise(given)\ngiven == [3, 11, 5]")
    assert unchanged is True, "The list that was passed in has changed. Build a new list instead."


@pytest.mark.points(1)
@pytest.mark.hint("What does the formula divide by when all values are the same?")
def test_normalise_equal_values(learner: Any) -> None:
    """Scaling a list whose values are all the same"""
    assert as_list(learner.normalise([6, 6, 6])) == pytest.approx([0, 0, 0])
    assert as_list(learner.normalise([-2])) == pytest.approx([0])


@pytest.mark.points(1)
@pytest.mark.hint(
    "Upper and lower case count as the same word, and words may be separated by a line break or several spaces."
)
def test_count_words(learner: Any) -> None:
    """Words are counted whatever their case"""
    assert as_dict(learner.count_words("the cat and\nTHE  dog and the bird")) == {
        "the": 3,
        "and": 2,
        "cat": 1,
        "dog": 1,
        "bird": 1,
    }
    assert as_dict(learner.count_words("")) == {}


@pytest.mark.points(1)
@pytest.mark.hint("Look at both ends of each word, more than one character deep. Is what is left still a word?")
def test_count_words_with_punctuation(learner: Any) -> None:
    """Punctuation around words is not counted, inside words it stays"""
    counts = as_dict(learner.count_words("\"Well-known,\" she said (it's well-known!): e.g ... it's"))
    assert counts == {"well-known": 2, "she": 1, "said": 1, "it's": 2, "e.g": 1}


@pytest.mark.points(1)
@pytest.mark.hint("Sort by how often the words occur, and mind which end of the order comes first.")
def test_top_words(learner: Any) -> None:
    """The most frequent words come first"""
    counts = {"rain": 4, "sun": 9, "snow": 1, "wind": 6}
    assert as_list(learner.top_words(counts, 3)) == ["sun", "wind", "rain"]
    assert as_list(learner.top_words(counts, 1)) == ["sun"]


@pytest.mark.points(2)
@pytest.mark.hint(
    "Two rules at once: the count downwards, the alphabet upwards. And what if n is larger than the dictionary?"
)
def test_top_words_ties(learner: Any) -> None:
    """Words that occur equally often stand in alphabetical order"""
    counts = {"rain": 2, "sun": 5, "hail": 2, "fog": 2, "dew": 7}
    assert as_list(learner.top_words(counts, 4)) == ["dew", "sun", "fog", "hail"]
    assert as_list(learner.top_words(counts, 10)) == ["dew", "sun", "fog", "hail", "rain"]
