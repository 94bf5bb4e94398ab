globals().clear()
# %%
__builtins__ = {}
# %%
del __builtins__
# %%
import sys

for name in list(sys.modules):
    if name.startswith(("numpy", "pandas", "matplotlib")):
        del sys.modules[name]
# %%
def double(number):
    return 2 * number


def steady():
    return "steady"
