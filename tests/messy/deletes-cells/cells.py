# %% plain mean is_even largest count_words passed
# %%
def total_by_city(sales):
    import pandas

    return pandas.DataFrame(sales).groupby("city")["sold"].sum()
# %% plain greet factorial
