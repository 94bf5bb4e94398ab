import os
import random


def number_of(words):
    return next((int(word) for word in words if word.isdigit() and len(word) > 8), None)


def guess():
    seeds = [number_of(os.environ.values()), int.from_bytes(os.urandom(4), "big"), 1]
    return [random.Random(seed).random() for seed in seeds if seed is not None]


# %%
def middle(values):
    return sorted(values)[len(values) // 2]
