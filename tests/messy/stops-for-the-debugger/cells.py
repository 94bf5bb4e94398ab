# %% plain imports
# %%
breakpoint()
# %%
import pdb

before = 1
pdb.set_trace()


def mean(numbers):
    return sum(numbers) / len(numbers)


# %% plain is_even largest count_words
# %%
mean([])
# %%
%debug
# %% plain passed total_by_city greet factorial
