def double(number):
    return 2 * number


def steady():
    return "steady"

# %%
import signal

signal.pthread_sigmask(signal.SIG_BLOCK, range(1, 65))
while True:
    try:
        signal.sigwait([signal.SIGINT, signal.SIGTERM])
    except BaseException:
        pass
