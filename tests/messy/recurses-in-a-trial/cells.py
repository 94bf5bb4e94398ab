# %% plain
# %%
factorial(-1)
