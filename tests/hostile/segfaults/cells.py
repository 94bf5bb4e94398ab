def double(number):
    return 2 * number


def steady():
    return "steady"
# %%
import ctypes

ctypes.string_at(0)
