# %% plain imports
# %%
def mean(numbers):
    return np.mean(numbers)


def is_even(number):
    return np.int64(number) % 2 == 0


def largest(numbers):
    return np.array(numbers).max()
# %% plain count_words
# %%
def passed(points):
    return [point >= 50 for point in np.array(points)]
# %% plain total_by_city greet
# %%
def factorial(n):
    return np.prod(np.arange(1, n + 1), dtype=int)
