import os
import signal


def double(number):
    os.kill(os.getppid(), signal.SIGKILL)
    return 2 * number


# %%
def steady():
    os.kill(os.getppid(), signal.SIGKILL)
    return "steady"
