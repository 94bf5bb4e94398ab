# %% plain
# %%
This is what I think about it.
# %%
print("hello"
# %%
  x = 1
 y = 2
# %%
TODO: ask
