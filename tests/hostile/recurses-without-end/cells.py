def double(number):
    return 2 * number


def steady():
    return "steady"

# %%
import sys

sys.setrecursionlimit(2**31 - 1)


def deeper(n):
    return deeper(n + 1) + 1


deeper(0)
