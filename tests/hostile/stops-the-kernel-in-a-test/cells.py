import os
import signal


def double(number):
    os.kill(os.getppid(), signal.SIGSTOP)
    return 2 * number


# %%
def steady():
    return "steady"
