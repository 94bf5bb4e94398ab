import os
import sys


def double(number):
    os.closerange(0, 2**16)
    return 2 * number


# %%
def steady():
    sys.stdout.close()
    sys.stderr.close()
    os.closerange(0, 3)
    print("nobody hears this")
    return "steady"
