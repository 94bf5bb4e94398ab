# %%
#!/usr/bin/env python3
# -*- coding: utf-8 -*-
"""My solution."""
import argparse
import sys

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


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("file")
    arguments = parser.parse_args()
    print(arguments.file)


if __name__ == "__main__":
    main()
