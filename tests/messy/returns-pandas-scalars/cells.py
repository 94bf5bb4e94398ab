# %% plain imports
# %%
def mean(numbers):
    return pd.Series(numbers).mean()


def is_even(number):
    return (pd.Series([number]) % 2 == 0).iloc[0]


def largest(numbers):
    return pd.Series(numbers).max()


def count_words(text):
    return pd.Series(text.split(), dtype=object).value_counts().to_dict()


def passed(points):
    return (pd.Series(points) >= 50).tolist()


def total_by_city(sales):
    return sales.pivot_table(index="city", values="sold", aggfunc="sum")["sold"]
# %% plain greet factorial
