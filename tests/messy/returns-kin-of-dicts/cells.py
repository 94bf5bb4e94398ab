# %% plain imports is_even factorial greet
# %%
import statistics
from collections import Counter


def count_words(text):
    return Counter(text.split())


def mean(numbers):
    return statistics.fmean(numbers)


def passed(points):
    return (each >= 50 for each in points)


def largest(numbers):
    return sorted(numbers).pop()


def total_by_city(sales):
    totals = sales.pivot_table(index="city", values="sold", aggfunc="sum")["sold"]
    return totals.rename("total").astype("Int64")
