# %% plain imports
# %%
import math
import operator
import statistics
from functools import partial

mean = statistics.fmean
largest = max
factorial = math.factorial
greet = "Hello, {}!".format
# %%
class Teller:
    def __init__(self, format):
        self.format = format

    def __call__(self, name):
        print(self.format(name))


greet = Teller(greet)
# %%
is_even = partial(operator.contains, range(0, 1000, 2))
passed = lambda points: list(map((50).__le__, points))
total_by_city = operator.methodcaller("groupby", "city")
by_city = total_by_city
total_by_city = lambda sales: by_city(sales).sold.sum()
# %% plain count_words
