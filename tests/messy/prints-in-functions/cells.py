# %%
import pandas as pd

def mean(numbers):
    print("DEBUG", numbers)
    return sum(numbers) / len(numbers)


def is_even(number):
    print("DEBUG", number)
    return number % 2 == 0


def largest(numbers):
    print("DEBUG", numbers)
    return max(numbers)


def count_words(text):
    print("DEBUG", text)
    counts = {}
    for word in text.split():
        counts[word] = counts.get(word, 0) + 1
    return counts


def passed(points):
    print("DEBUG", points)
    return [each >= 50 for each in points]


def total_by_city(sales):
    print("DEBUG", sales)
    return sales.groupby("city")["sold"].sum()


def factorial(n):
    print("DEBUG", n)
    return 1 if n == 0 else n * factorial(n - 1)


def greet(name):
    print("debug: greet was called")
    print(f"Hello, {name}!")
