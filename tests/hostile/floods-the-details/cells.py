import sys

import numpy as np
import pandas as pd


def text():
    print("x" * 900_000)
    sys.stderr.write("y" * 900_000)
    return "z" * 5_000_000


# %%
def frame():
    return pd.DataFrame({f"column {n} " + "c" * 5_000: ["v" * 300] * 50 for n in range(200)})


# %%
def array():
    return np.arange(1_000_000.0).reshape(1_000, 1_000)


# %%
def fail():
    raise type("E" * 100_000, (ValueError,), {})("m" * 5_000_000)


# %%
def nested():
    return {("k" * 10_000, n): [[["d" * 1_000] * 10] * 10] for n in range(20)}
