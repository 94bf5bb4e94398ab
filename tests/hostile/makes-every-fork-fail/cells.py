def double(number):
    return 2 * number


def steady():
    return "steady"

# %%
import os


def fork():
    raise RuntimeError("no more forks")


os.fork = fork
