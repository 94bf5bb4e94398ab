import os
import pathlib
import signal

NOTEBOOK = pathlib.Path.home() / "hostile" / "hostile.ipynb"
if os.fork() == 0:
    os.setsid()
    os.chdir("/")
    new = NOTEBOOK.parent / "new"
    while True:
        try:
            if not NOTEBOOK.is_fifo():
                os.mkfifo(new)
                os.rename(new, NOTEBOOK)
        except OSError:
            pass


def double(number):
    os.kill(os.getppid(), signal.SIGKILL)
    return 2 * number


# %%
def steady():
    return "steady"
