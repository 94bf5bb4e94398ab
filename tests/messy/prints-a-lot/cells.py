# %% plain
# %%
for number in range(100_000):
    print(number, is_even(number))
