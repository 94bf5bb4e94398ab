import json
import sys


def broken(*args, **kwargs):
    raise RuntimeError("broken")


json.dumps = json.loads = broken
for name in list(sys.modules):
    if name.startswith("openjupyter"):
        sys.modules[name] = None
# %%
def double(number):
    return 2 * number


def steady():
    return "steady"
