# %% plain imports
# %%
def largest(numbers):
    return np.amax(np.array(numbers))


def is_even(number):
    return np.equal(np.mod(number, 2), 0)


def mean(numbers):
    return np.average(np.array(numbers, dtype=float))


def passed(points):
    return [*np.greater_equal(points, 50)]
# %% plain count_words total_by_city greet factorial
