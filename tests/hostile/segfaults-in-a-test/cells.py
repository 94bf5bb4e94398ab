import ctypes
import faulthandler

faulthandler.disable()


def double(number):
    ctypes.string_at(0)


# %%
def steady():
    return "steady"
