# %% plain imports
# %%
import random

random.seed(1)
np.random.seed(1)
calls = []
cache = {}


def mean(numbers):
    calls.append(numbers)
    return sum(numbers) / len(numbers)


def factorial(n):
    if n not in cache:
        cache[n] = 1 if n == 0 else n * factorial(n - 1)
    return cache[n]
# %%
for number in range(500):
    factorial(number)
    mean([random.random(), np.random.rand()])
# %% plain is_even largest count_words passed total_by_city greet
