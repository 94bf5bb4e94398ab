import sys


def double(number):
    return 2 * number


def steady():
    return "steady"


# %%
sys.modules["openjupyter.agent.probe"] = None
