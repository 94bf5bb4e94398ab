# %% plain imports
# %%
def mean(numbers):
    return np.float32(np.mean(numbers))


def is_even(number):
    return np.bool_(number % 2 == 0)


def largest(numbers):
    return np.max(np.asarray(numbers, dtype="int16"))


def count_words(text):
    words, counts = np.unique(text.split(), return_counts=True)
    return {word: count for word, count in zip(words, counts)}


def passed(points):
    return list(np.array(points) >= 50)
# %% plain total_by_city greet factorial
