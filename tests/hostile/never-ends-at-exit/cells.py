import atexit
import signal
import threading
import time
import weakref


def forever(*args):
    while True:
        time.sleep(1)


class Endless:
    def __del__(self):
        forever()


kept = Endless()
atexit.register(forever)
weakref.finalize(kept, forever)
signal.signal(signal.SIGTERM, forever)
signal.signal(signal.SIGINT, forever)
signal.signal(signal.SIGHUP, signal.SIG_IGN)
threading.Thread(target=forever, daemon=False).start()
# %%
def double(number):
    return 2 * number


def steady():
    return "steady"
