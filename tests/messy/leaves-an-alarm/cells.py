# %% plain
# %%
import signal


def too_slow(number, frame):
    raise TimeoutError("too slow")


signal.signal(signal.SIGALRM, too_slow)
signal.alarm(1)
