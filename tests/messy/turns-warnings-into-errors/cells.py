# %%
import warnings

warnings.filterwarnings("error")
# %% plain
# %%
np.seterr(all="raise")
pd.set_option("mode.copy_on_write", True)
# %%
warnings.warn("this ends the cell")
