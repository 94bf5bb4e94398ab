# %%
import warnings

warnings.simplefilter("always")
warnings.warn("this notebook is old", DeprecationWarning)
# %% plain imports
# %%
def mean(numbers):
    warnings.warn("mean is slow", RuntimeWarning, stacklevel=2)
    with np.errstate(all="warn"):
        np.float64(1) / np.float64(0)
    return float(np.mean(numbers))
# %%
def is_even(number):
    warnings.warn("deprecated", FutureWarning)
    return number % 2 is 0
# %% plain largest count_words passed
# %%
def total_by_city(sales):
    part = sales[sales["sold"] > 0]
    part["sold"] = part["sold"] * 1
    return part.groupby("city")["sold"].sum()
# %% plain greet factorial
