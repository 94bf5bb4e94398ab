import functools
import sys


def double(number):
    sys.setrecursionlimit(2**31 - 1)
    nested = functools.partial(int)
    for _ in range(300_000):
        nested = functools.partial(int, nested)
    return repr(nested)


# %%
def steady():
    return "steady"
