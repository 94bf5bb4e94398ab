"""The hidden tests of the warm-up, one by one, as plain assertions: the same names, calls, results and points."""
# ruff: noqa: F821

# %% mean mean 1
import math

assert math.isclose(mean([4, 8, 6, 3]), 5.25)
assert math.isclose(mean([-2.5, 2.5]), 0, abs_tol=1e-12)
assert math.isclose(mean([7]), 7)

# %% mean_of_empty_list mean 1
try:
    mean([])
except ValueError:
    pass
else:
    raise AssertionError("no ValueError")

# %% running_maximum running_maximum 1
assert list(running_maximum([2, 9, 4, 9, 11, 0])) == [2, 9, 9, 9, 11, 11]
assert list(running_maximum([5.5, 5.25])) == [5.5, 5.5]

# %% running_maximum_below_zero_and_empty running_maximum 1
assert list(running_maximum([-7, -9, -3, -5])) == [-7, -7, -3, -3]
assert list(running_maximum([])) == []


# %% normalise normalise 2
def close(got, expected):
    return all(abs(a - b) < 1e-12 for a, b in zip(got, expected, strict=True))


assert close(normalise([3, 11, 5]), [0, 1, 0.25])
assert close(normalise([-8, -4, -6, 0]), [0, 0.5, 0.25, 1])
given = [3, 11, 5]
normalise(given)
assert given == [3, 11, 5]

# %% normalise_equal_values normalise 1
assert list(normalise([6, 6, 6])) == [0, 0, 0]
assert list(normalise([-2])) == [0]

# %% count_words count_words 1
counts = {"the": 3, "and": 2, "cat": 1, "dog": 1, "bird": 1}
assert count_words("the cat and\nTHE  dog and the bird") == counts
assert count_words("") == {}

# %% count_words_with_punctuation count_words 1
counts = {"well-known": 2, "she": 1, "said": 1, "it's": 2, "e.g": 1}
assert count_words("\"Well-known,\" she said (it's well-known!): e.g ... it's") == counts

# %% top_words top_words 1
counts = {"rain": 4, "sun": 9, "snow": 1, "wind": 6}
assert list(top_words(counts, 3)) == ["sun", "wind", "rain"]
assert list(top_words(counts, 1)) == ["sun"]

# %% top_words_ties top_words 2
counts = {"rain": 2, "sun": 5, "hail": 2, "fog": 2, "dew": 7}
assert list(top_words(counts, 4)) == ["dew", "sun", "fog", "hail"]
assert list(top_words(counts, 10)) == ["dew", "sun", "fog", "hail", "rain"]
