def double(number):
    return 2 * number


def steady():
    return "steady"
# %%
import itertools

sum(itertools.repeat(0))
