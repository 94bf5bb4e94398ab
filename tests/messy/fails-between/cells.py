# %% plain imports
# %%
pd.read_csv("sales.csv").head()
# %% plain mean
# %%
mean("abc")
# %% plain is_even largest
# %%
import seaborn_of_the_future
# %% plain count_words passed
# %%
assert passed([1]) == [True], "why?"
# %% plain total_by_city
# %%
1 / 0
# %% plain greet factorial
# %%
raise NotImplementedError
