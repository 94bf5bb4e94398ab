# %% plain imports mean is_even largest count_words passed total_by_city factorial
# %%
from sys import stdout


def greet(name):
    stdout.write(f"Hello, {name}!\n")


# %%
greet("me")
