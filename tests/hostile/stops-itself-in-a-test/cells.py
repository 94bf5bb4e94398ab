import os
import signal
import time


def double(number):
    pid = os.getpid()
    if os.fork() == 0:
        while True:
            os.kill(pid, signal.SIGSTOP)
            time.sleep(0.001)
    os.kill(pid, signal.SIGSTOP)
    return 2 * number


# %%
def steady():
    return "steady"
