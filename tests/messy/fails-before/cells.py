# %%
print(undefined_name)
# %% plain
