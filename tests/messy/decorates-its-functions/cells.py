# %%
from __future__ import annotations

import functools
import time
from typing import Iterable, TypeVar

import pandas as pd

Number = TypeVar("Number", int, float)


def timed(function):
    @functools.wraps(function)
    def wrapper(*args, **kwargs):
        started = time.time()
        try:
            return function(*args, **kwargs)
        finally:
            print(f"{function.__name__} took {time.time() - started:.3f} s")

    return wrapper


@timed
def mean(numbers: Iterable[float]) -> float:
    numbers = list(numbers)
    return sum(numbers) / len(numbers)


@functools.lru_cache(maxsize=None)
def is_even(number: int) -> bool:
    return number % 2 == 0


class Largest:
    def __call__(self, numbers: list[Number]) -> Number:
        return max(numbers)


largest = Largest()


@timed
def count_words(text: str) -> dict[str, int]:
    return {word: text.split().count(word) for word in text.split()}


passed = functools.partial(lambda limit, points: [each >= limit for each in points], 50)


@timed
def total_by_city(sales: pd.DataFrame) -> pd.Series[int]:
    return sales.groupby("city")["sold"].sum()


@functools.cache
def factorial(n: int) -> int:
    return n * factorial(n - 1) if n else 1
# %% plain greet
