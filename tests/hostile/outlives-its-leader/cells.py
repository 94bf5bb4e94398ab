import ctypes
import mmap
import os
import threading
import time

BEATS = mmap.mmap(-1, 4096)


def beat():
    while True:
        BEATS[:8] = (int.from_bytes(BEATS[:8], "big") + 1).to_bytes(8, "big")
        time.sleep(0.01)


def beats():
    before = BEATS[:8]
    time.sleep(0.3)
    return BEATS[:8] != before


EXIT = 60


def double(number):
    if os.fork() == 0:
        os.setsid()
        threading.Thread(target=beat).start()
        ctypes.CDLL(None).syscall(EXIT, 0)
    while not beats():
        pass
    return 2 * number


# %%
def steady():
    return "still there" if beats() else "steady"
