import numpy as np


def double(number):
    return np.broadcast_to(np.float64(1), (10**6, 10**6))


# %%
def steady():
    return np.zeros(10**10, dtype=np.int8)
