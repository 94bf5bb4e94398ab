# %%
import atexit
import faulthandler
import gc
import sys
import tracemalloc

sys.setrecursionlimit(20_000)
gc.disable()
faulthandler.enable(open("faults.txt", "w"))
tracemalloc.start()
atexit.register(print, "bye")
sys.setswitchinterval(0.0001)
sys.set_int_max_str_digits(0)
calls = []
sys.setprofile(lambda frame, event, argument: calls.append(event) if len(calls) < 1000 else None)
sys.settrace(lambda frame, event, argument: None)
# %% plain
# %%
len(str(factorial(3000)))
