# %%
import pandas as pd
# %%
helper = sum
# %%
count = len
# %%
def mean(numbers):
    return helper(numbers) / count(numbers)
# %% plain is_even
# %%
maximum = max
# %%
largest = lambda numbers: maximum(numbers)
# %%
from collections import Counter
# %%
def count_words(text):
    return dict(Counter(text.split()))
# %%
limit = 50
# %%
def passed(points):
    return [each >= limit for each in points]
# %%
key = "city"
# %%
def total_by_city(sales):
    return sales.groupby(key)["sold"].sum()
# %% plain greet factorial
