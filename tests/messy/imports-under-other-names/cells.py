# %%
from math import *
from statistics import *
import pandas
import numpy
from numpy import *

pd = pandas
# %%
def mean(numbers):
    return float(numpy.mean(numbers))
# %% plain is_even largest
# %%
def largest(numbers):
    return max(numbers)
# %% plain count_words passed total_by_city greet
# %%
def factorial(n):
    return int(prod(arange(1, n + 1)))
