import ctypes
import os
import signal
import socket
import time

C = ctypes.CDLL(None)


def signals():
    signal.pthread_sigmask(signal.SIG_BLOCK, range(1, 65))
    for number in range(34, 65):
        for _ in range(2_000):
            if C.sigqueue(os.getpid(), number, None) != 0:
                return


def watches():
    for _ in range(1_000):
        descriptor = C.inotify_init()
        if descriptor < 0:
            return
        C.inotify_add_watch(descriptor, b"/proc", 2)


def pipes():
    for _ in range(200):
        _, writing = os.pipe()
        os.set_blocking(writing, False)
        os.write(writing, bytes(65_536))


def descriptors_under_way():
    for _ in range(300):
        one, _ = socket.socketpair()
        socket.send_fds(one, [b"x"], [0] * 200)


def locked():
    C.mlockall(3)


def kept(use):
    if os.fork() == 0:
        try:
            use()
        except OSError:
            pass
        finally:
            while True:
                time.sleep(60)


for use in (signals, watches, pipes, descriptors_under_way, locked):
    kept(use)
time.sleep(1)
# %%
def double(number):
    return 2 * number


def steady():
    return "steady"
