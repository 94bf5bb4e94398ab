# %% imports
import numpy as np
import pandas as pd
# %% mean
def mean(numbers):
    return sum(numbers) / len(numbers)
# %% is_even
def is_even(number):
    return number % 2 == 0
# %% largest
def largest(numbers):
    return max(numbers)
# %% count_words
def count_words(text):
    counts = {}
    for word in text.split():
        counts[word] = counts.get(word, 0) + 1
    return counts
# %% passed
def passed(points):
    return [each >= 50 for each in points]
# %% total_by_city
def total_by_city(sales):
    return sales.groupby("city")["sold"].sum()
# %% greet
def greet(name):
    print(f"Hello, {name}!")
# %% factorial
def factorial(n):
    return 1 if n == 0 else n * factorial(n - 1)
