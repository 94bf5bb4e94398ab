def double(number):
    return 2 * number


def steady():
    return "steady"

# %%
import os

os.execv("/bin/true", ["true"])
