# %%
%%time
import pandas as pd


def mean(numbers):
    return sum(numbers) / len(numbers)


def is_even(number):
    return number % 2 == 0


def largest(numbers):
    return max(numbers)
# %%
%%capture output
def count_words(text):
    counts = {}
    for word in text.split():
        counts[word] = counts.get(word, 0) + 1
    return counts


def passed(points):
    return [each >= 50 for each in points]


def total_by_city(sales):
    return sales.groupby("city")["sold"].sum()
print("captured")
# %% plain greet factorial
# %%
%%timeit -n 5 -r 1
mean([1, 2, 3])
