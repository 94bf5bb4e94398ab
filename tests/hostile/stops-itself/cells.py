def double(number):
    return 2 * number


def steady():
    return "steady"

# %%
import os
import signal

os.kill(os.getpid(), signal.SIGSTOP)
