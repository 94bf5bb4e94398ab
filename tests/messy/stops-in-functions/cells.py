# %% plain imports
# %%
def mean(numbers):
    total = sum(numbers)
    breakpoint()
    return total / len(numbers)


# %% plain is_even largest
# %%
import pdb


def count_words(text):
    counts = {}
    for word in text.split():
        pdb.set_trace()
        counts[word] = counts.get(word, 0) + 1
    return counts


# %% plain passed total_by_city greet factorial
