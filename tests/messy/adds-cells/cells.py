# %% plain imports mean
# %%
mean([1, 2])
# %% plain is_even largest
# %%
[is_even(n) for n in range(5)]
# %% [markdown]
# Now the words …
# %% plain count_words
# %%
counts = count_words("to be or not to be")
counts
# %%
for word in counts:
    print(word, counts[word])
# %% plain passed total_by_city greet factorial
# %%
greet("me")
