import decimal
import faulthandler
import gc
import linecache
import locale
import os
import resource
import signal
import sys
import time
import warnings

import numpy as np
import pandas as pd

warnings.simplefilter("error")
decimal.getcontext().prec = 1
decimal.getcontext().traps = dict.fromkeys(decimal.getcontext().traps, True)
sys.set_int_max_str_digits(640)
sys.setswitchinterval(1000)
sys.setrecursionlimit(300)
sys.tracebacklimit = 0
sys.stdout.reconfigure = None
sys.displayhook = sys.excepthook = sys.unraisablehook = lambda *args: None
gc.disable()
gc.set_threshold(1)
np.seterr(all="raise")
np.set_printoptions(threshold=0)
pd.set_option("display.max_rows", 0)
os.environ.clear()
os.environ["TZ"] = "Mars/Olympus"
time.tzset()
os.umask(0o777)
os.chdir("/proc")
resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
sys.path.clear()
sys.argv.clear()
linecache.clearcache()
faulthandler.disable()
# %%
def double(number):
    return 2 * number


def steady():
    return "steady"
