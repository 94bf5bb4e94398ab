import os
import pathlib
import signal
import time

MARK = "daemon-of-a-test"


def daemon():
    if os.fork():
        return
    os.setsid()
    if os.fork():
        os._exit(0)
    signal.pthread_sigmask(signal.SIG_BLOCK, range(1, 65))
    pathlib.Path("/proc/self/comm").write_text(MARK[:15])
    while True:
        time.sleep(0.05)


def double(number):
    for _ in range(5):
        daemon()
    time.sleep(0.2)
    return 2 * number


# %%
def steady():
    names = []
    for path in pathlib.Path("/proc").glob("[0-9]*/comm"):
        try:
            names.append(path.read_text().strip())
        except OSError:
            pass
    return "found" if MARK[:15] in names else "steady"
