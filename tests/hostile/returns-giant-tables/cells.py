import numpy as np
import pandas as pd


def double(number):
    return pd.DataFrame(index=pd.RangeIndex(10**12))


# %%
def steady():
    column = np.broadcast_to(np.int8(1), 10**9)
    return [pd.RangeIndex(10**12), range(10**18), pd.Series(column, index=pd.RangeIndex(10**9), copy=False)]
