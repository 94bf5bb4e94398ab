import os
import signal
import time


def daemon():
    if os.fork():
        return
    os.setsid()
    if os.fork():
        os._exit(0)
    for number in range(1, 65):
        try:
            signal.signal(number, signal.SIG_IGN)
        except (OSError, ValueError):
            pass
    signal.pthread_sigmask(signal.SIG_BLOCK, range(1, 65))
    os.chdir("/")
    while True:
        time.sleep(0.05)


for _ in range(10):
    daemon()
# %%
def double(number):
    return 2 * number


def steady():
    return "steady"
