import numpy as np
import pandas as pd


def double(number):
    categories = ["c" * 1_000_000, "d"]
    return pd.Series(pd.Categorical.from_codes(np.zeros(3_000_000, dtype="int8"), categories))


# %%
def steady():
    levels = [["a" * 100_000], ["b" * 100_000], range(1000)]
    return pd.DataFrame({"n": range(1000)}, index=pd.MultiIndex.from_product(levels))
