# %%
import numpy as np
import pandas as pd


def mean(numbers):
    return sum(numbers) / len(numbers)


def is_even(number):
    return number % 2 == 0


def largest(numbers):
    return max(numbers)


def count_words(text):
    counts = {}
    for word in text.split():
        counts[word] = counts.get(word, 0) + 1
    return counts


def passed(points):
    return [each >= 50 for each in points]


def total_by_city(sales):
    return sales.groupby("city")["sold"].sum()


def greet(name):
    print(f"Hello, {name}!")


def factorial(n):
    return 1 if n == 0 else n * factorial(n - 1)
