def double(number):
    return 2 * number


def steady():
    return "steady"

# %%
import os

os.closerange(3, 2**16)
