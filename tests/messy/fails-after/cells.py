# %% plain
# %%
mean([])
